#include "cli/screen.hpp"

#include "base/text.hpp"
#include "calling.hpp"
#include "peer.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace std::string_view_literals;
using test::Peer;

namespace {

std::string screened(std::initializer_list<std::string_view> pieces) {
    std::ostringstream to;
    {
        cli::Screen screen(to);
        for (const auto piece : pieces)
            screen.out() << piece;
    }
    return to.str();
}

bool disturbs(std::string_view text) {
    while (!text.empty()) {
        const base::Rune rune = base::first_rune(text);
        const bool kept = rune.code == '\n' || rune.code == '\t';
        if (!rune.valid || (base::is_unseen(rune.code) && !kept)) return true;
        text.remove_prefix(rune.size);
    }
    return false;
}

// What a hostile client could have given itself as a name, in an answer of a daemon.
constexpr auto evil = "x\\u001b[2J\u202Egnp\u009B31m\u2066\u061C\u200F\\u0007"sv;

std::string answer(const std::string &status, std::string body) {
    for (std::size_t at = 0; (at = body.find('%', at)) != std::string::npos;)
        body.replace(at, 1, evil);
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("characters that a terminal would obey are escaped, lines and tabs stay") {
    CHECK(screened({"a\tb\n", "\x1B[31m", "caf\u00E9 \u202E"}) ==
          "a\tb\n\\u001b[31mcaf\u00E9 \\u202e");
    CHECK(screened({"\r\x7F\u009B"}) == "\\u000d\\u007f\\u009b");
}

TEST_CASE("a character that comes in pieces is one character") {
    CHECK(screened({"\xE2", "\x80", "\xAE", "x"}) == "\\u202ex");
    CHECK(screened({"caf\xC3", "\xA9"}) == "caf\u00E9");
    CHECK(screened({"\xF0\x9F", "\x99\x82"}) == "\U0001F642");
    CHECK(screened({"\xC2", "z"}) == "\\xc2z");
    CHECK(screened({"a\xE2\x80"}) == "a\\xe2\\x80"); // and that was all
}

TEST_CASE("nothing that a daemon says reaches the terminal as a command to it") {
    const struct {
        std::vector<std::string> words;
        std::string body;
    } cases[] = {
        {{"rooms"},
         R"({"success":true,"data":{"total":1,"rooms":[{"namespace":"/%","room":"%",)"
         R"("members":1}]}})"},
        {{"clients", "a"},
         R"({"success":true,"data":{"total":1,"clients":[{"id":"%","namespace":"/","user":"%",)"
         R"("address":"%","transport":"%","rooms":["%"]}]}})"},
        {{"stats"}, R"({"success":true,"data":{"version":"%","listen":["%"]}})"},
        {{"plugin", "list"},
         R"({"success":true,"data":{"plugins":[{"instance":"%","plugin":"%","version":"%",)"
         R"("state":"%","why":"%"}]}})"},
        {{"emit", "e", "1"},
         R"({"success":true,"data":{"event":"%","rooms":["%"],"recipients":1}})"},
        {{"reload"},
         R"({"success":true,"data":{"config":"%","restart":["%"],)"
         R"("kept":[{"plugin":"%","why":"%"}],"stopped":[{"plugin":"%","why":"%"}]}})"},
        {{"tail", "--count", "1"},
         R"({"success":true,"data":{"run":"r","next":1,"lost":0,"events":[{"time":"%","event":"%",)"
         R"("namespace":"/%","rooms":["%"],"client":"%","recipients":1,"args":["%"]}]}})"},
        {{"config", "show", "--running"}, R"(name: "%")"},
        {{"stats"}, R"({"success":false,"error":{"code":"%","message":"%","pointer":"/%"}})"},
    };
    for (const auto &one : cases) {
        const auto &words = one.words;
        for (const bool json : {false, true}) {
            if (json && words[0] == "config") continue;
            CAPTURE(words[0]);
            CAPTURE(json);
            const Peer peer(answer("200 OK", one.body));
            std::vector<std::string> all = words;
            all.insert(all.end(), {"--socket", peer.path()});
            if (json) all.emplace_back("--json");
            const test::Called said = test::call(all);
            CHECK((said.out + said.err).find("202e") != std::string::npos); // it was shown
            CHECK_FALSE(disturbs(said.out));
            CHECK_FALSE(disturbs(said.err));
            if (!json) continue;
            CHECK(json::check(said.out).ok());
            CHECK(said.out.find("\\u202egnp\\u009b31m") != std::string::npos);
        }
    }
}

TEST_CASE("nothing of a file or of the command line reaches the terminal as a command to it") {
    const std::string name = "/nowhere/\x1B[2J\u202E\xFF";
    for (const auto &words :
         std::vector<std::vector<std::string>>{{"check", "--config", name},
                                               {"explain", "--join", name, "--config", name},
                                               {"config", "show", "--config", name},
                                               {"plugin", "check", name},
                                               {"token", "mint", "--key", name, "{}"},
                                               {"help", name},
                                               {name},
                                               {"rooms", name, name},
                                               {"stats", "--socket", name},
                                               {"completion", name}}) {
        CAPTURE(words[0]);
        const test::Called said = test::call(words);
        CHECK(said.code != 0);
        CHECK_FALSE(disturbs(said.out));
        CHECK_FALSE(disturbs(said.err));
    }
}
