#include "log/causes.hpp"

#include "log/log.hpp"
#include "support/hand_clock.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace roomd;
using namespace std::chrono_literals;
using log::Kind;

namespace {

struct Telling {
    explicit Telling(log::Level level = log::Level::info) : log({level, {}}) {
        causes.emplace(log, clock);
    }
    void refuse(const std::string &origin, const std::string &address = "192.0.2.1",
                Kind kind = Kind::origin) {
        log::About about;
        about.code = "origin_not_allowed";
        about.address = address;
        about.origin = origin;
        causes->tell(kind, "origin not allowed", about);
    }
    // Since the last call.
    std::vector<std::string> lines() {
        auto out = err->lines();
        err.emplace();
        return out;
    }
    std::size_t lines_with(std::string_view part) {
        const auto all = lines();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto &l) {
            return l.find(part) != std::string::npos;
        }));
    }

    log::Logger log;
    test::HandClock clock;
    std::optional<test::Stderr> err{std::in_place};
    std::optional<log::Causes> causes;
};

std::string number(const char *text, int i) {
    return text + std::to_string(i);
}

} // namespace

TEST_CASE("a refusal is one line at info with what is known, and empty fields are left out") {
    Telling telling;
    log::About about{"token_expired", "u1", "192.0.2.1", "web", {}, "websocket", "0a1b2c3d"};
    telling.causes->tell(Kind::token, "token refused", about, {{"kid", "k1"}, {"issuer", ""}},
                         {{"why", "it expired 3 s ago"}});
    const auto lines = telling.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find(" info  token refused code=token_expired user=u1 address=192.0.2.1 "
                        "portal=web transport=websocket kid=k1 sid=0a1b2c3d "
                        "why=\"it expired 3 s ago\"") != std::string::npos);
}

TEST_CASE("what was said is not said again for a minute, also under another sid") {
    Telling telling;
    for (int i = 0; i < 30; ++i) {
        log::About about{"token_expired", "u1", "192.0.2.1", {}, {}, {}, number("sid", i)};
        telling.causes->tell(Kind::token, "token refused", about, {}, {{"ago", i}});
        telling.clock.advance(1s);
    }
    CHECK(telling.lines_with("token refused") == 1);
    telling.clock.advance(31s);
    telling.causes->tell(Kind::token, "token refused", {"token_expired", "u1", "192.0.2.1"});
    CHECK(telling.lines_with("token refused") == 1);
}

TEST_CASE("ten thousand refusals of strangers are a few lines, and the rest is counted") {
    Telling telling;
    for (int i = 0; i < 10000; ++i)
        telling.refuse(number("https://evil", i), number("198.51.", i));
    CHECK(telling.lines().size() == 20);
    CHECK(telling.causes->left_out(Kind::origin) == 9980);
    telling.clock.advance(30s);
    telling.causes->tick();
    telling.causes->tick();
    const auto lines = telling.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("more of this kind, not shown kind=origin more=9980") != std::string::npos);
}

TEST_CASE("at debug each of them has its line, and none is counted as left out") {
    Telling telling(log::Level::debug);
    for (int i = 0; i < 1000; ++i)
        telling.refuse("https://evil.test");
    const auto lines = telling.lines();
    CHECK(lines.size() == 1000);
    CHECK(lines[0].find(" info ") != std::string::npos);
    CHECK(lines[999].find(" debug ") != std::string::npos);
    CHECK(telling.causes->left_out(Kind::origin) == 0);
}

TEST_CASE("one address leaves room for others of its kind, and one kind for the others") {
    Telling telling;
    for (int i = 0; i < 100; ++i)
        telling.refuse(number("https://evil", i), "203.0.113.9");
    CHECK(telling.lines().size() == 10);
    telling.refuse("https://portal.test", "192.0.2.7");
    CHECK(telling.lines_with("https://portal.test") == 1);
    for (int i = 0; i < 100; ++i)
        telling.refuse("https://evil.test", number("198.51.", i));
    (void)telling.lines();
    telling.refuse("https://other.test", "192.0.2.8", Kind::token);
    CHECK(telling.lines_with("https://other.test") == 1);
}

TEST_CASE("the share of a kind comes back with time") {
    Telling telling;
    for (int i = 0; i < 40; ++i)
        telling.refuse(number("https://a", i), number("10.0.0.", i));
    CHECK(telling.lines().size() == 20);
    telling.clock.advance(12s); // two of them
    for (int i = 0; i < 40; ++i)
        telling.refuse(number("https://b", i), number("10.0.1.", i));
    CHECK(telling.lines().size() == 2);
}

TEST_CASE("what was left out is told at the end") {
    Telling telling;
    telling.refuse("https://a.test");
    telling.refuse("https://a.test");
    telling.causes.reset();
    CHECK(telling.lines_with("more=1") == 1);
}

TEST_CASE("Causes takes the same memory whatever it is told") {
    static_assert(sizeof(log::Causes) < 64 * 1024);
}

namespace {

class Noting final : public log::Tracer {
public:
    void note(std::string_view what, std::span<const log::Field> fields,
              std::string_view payload) override {
        std::string line{what};
        for (const log::Field &field : fields)
            line.append(" ").append(field.key).append("=").append(field.value());
        heard.push_back(line.append(payload));
    }
    std::vector<std::string> heard;
};

} // namespace

TEST_CASE("who traces hears what the log leaves out, and nothing once it ends") {
    Telling telling;
    Noting tracer;
    CHECK_FALSE(telling.causes->traced());
    CHECK_FALSE(telling.causes->mentions());
    telling.causes->trace_to(&tracer);
    for (int i = 0; i < 3; ++i)
        telling.refuse("https://a.test");
    telling.causes->mention("session ended", {"transport close"});
    telling.causes->trace("event", {{}, "u1"}, {{"event", "hello"}}, "[1]");
    telling.causes->trace_to(nullptr);
    telling.refuse("https://a.test");
    telling.causes->trace("event", {}, {});
    REQUIRE(tracer.heard.size() == 5);
    CHECK(tracer.heard[3] == "session ended code=transport close");
    CHECK(tracer.heard[4] == "event user=u1 event=hello[1]");
    CHECK(telling.lines().size() == 1);
}

TEST_CASE("the mark of a secret is short, the same for the same, and does not show it") {
    CHECK(log::mark_of("lv_VI97HAXpY6yYWAAAC").size() == 8);
    CHECK(log::mark_of("lv_VI97HAXpY6yYWAAAC") == log::mark_of("lv_VI97HAXpY6yYWAAAC"));
    CHECK(log::mark_of("lv_VI97HAXpY6yYWAAAC") != log::mark_of("lv_VI97HAXpY6yYWAAAD"));
    CHECK(log::mark_of("").empty());
}
