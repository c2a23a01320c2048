#include "cli/client.hpp"

#include "peer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <sys/stat.h>
#include <unistd.h>

using namespace roomd;
using test::Peer;

namespace {

constexpr base::Duration patience{5000};

// "code: text", or "answered".
std::string trouble(const std::string &path, base::Duration time = patience) {
    try {
        static_cast<void>(cli::Client(path).get("/admin/stats", time));
        return "answered";
    } catch (const cli::Trouble &why) {
        return std::string(why.code) + ": " + why.what();
    }
}

std::string answered(const std::string &bytes) {
    const Peer peer(bytes);
    return trouble(peer.path());
}

} // namespace

TEST_CASE("a whole answer is read, and nothing behind it") {
    Peer peer("HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 3\r\n\r\n{}\nmore");
    const cli::Answer answer = cli::Client(peer.path()).post("/admin/kick", "{\"a\":1}", patience);
    CHECK(answer.status == 422);
    CHECK(answer.body == "{}\n");
    peer.join();
    CHECK(peer.seen.starts_with("POST /admin/kick HTTP/1.1\r\nHost: roomd\r\n"));
    CHECK(peer.seen.find("Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}") !=
          std::string::npos);
}

TEST_CASE("a cut answer is an error that says how much came") {
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\"") ==
          "answer_cut: the answer was cut: 4 of 10 bytes arrived");
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Le").starts_with("answer_cut: "));
    CHECK(answered("").starts_with("answer_cut: "));
}

TEST_CASE("what does not answer like roomd is named so") {
    CHECK(answered("220 smtp ready\r\n\r\n").starts_with("not_roomd: "));
    CHECK(answered("HTTP/1.1 200 OK\r\n\r\nx").starts_with("not_roomd: "));
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").starts_with("not_roomd: "));
    CHECK(answered("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
              .starts_with("not_roomd: "));
    CHECK(answered(std::string(100000, 'x')).starts_with("not_roomd: "));
}

TEST_CASE("that nothing listens is reported, and why") {
    CHECK(trouble("/nowhere/s").starts_with("not_listening: there is no socket /nowhere/s"));
    CHECK(trouble("/" + std::string(200, 'x')).starts_with("not_listening: "));
    const Peer dead("", Peer::Life::dead);
    CHECK(trouble(dead.path()) ==
          "not_listening: nothing listens on " + dead.path() + ": the daemon that made it is gone");
}

TEST_CASE("a daemon that hangs is not waited for for ever") {
    const Peer silent("", Peer::Life::silent);
    CHECK(trouble(silent.path(), base::Duration(1000)) ==
          "no_answer: no answer within 1 s: the daemon is busy or hangs");
}

TEST_CASE("permission denied is reported") {
    const Peer peer("", Peer::Life::silent);
    REQUIRE(chmod(peer.path().c_str(), 0) == 0);
    const bool root = geteuid() == 0; // whom no mode keeps out: for once somebody else
    if (root) REQUIRE(seteuid(65534) == 0);
    const std::string told = trouble(peer.path());
    if (root) REQUIRE(seteuid(0) == 0);
    CHECK(told.starts_with("permission_denied: "));
}

TEST_CASE("values in a query are encoded") {
    CHECK(cli::url_encoded("library:l-1_a.b~") == "library%3Al-1_a.b~");
    CHECK(cli::url_encoded("a b&c=\xC3\xA9%") == "a%20b%26c%3D%C3%A9%25");
}
