#include "app/overload.hpp"

#include "log/log.hpp"
#include "support/hand_clock.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace std::chrono_literals;

TEST_CASE(
    "an overload is reported once with what to do, and again when it comes back after a minute") {
    log::Logger log(log::Options{});
    app::Overload overload(log);
    test::HandClock clock;
    test::Stderr err;
    const auto look = [&](std::uint64_t sessions, std::uint64_t answers = 0) {
        overload.look({sessions, answers, 600, 512, 0, "", 0, 0, 0, 0, ""}, clock.now());
    };
    look(0);
    look(3);
    for (int i = 0; i < 100; ++i) {
        clock.advance(30s);
        look(4 + static_cast<std::uint64_t>(i));
    }
    look(103, 5); // the other kind is another episode
    clock.advance(59s);
    look(104, 6);
    clock.advance(61s);
    look(104, 6);
    look(111, 6);
    const std::vector<std::string> lines = err.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].find("warning clients closed") != std::string::npos);
    CHECK(lines[0].find("closed=3 waiting=600 limit=512") != std::string::npos);
    CHECK(lines[0].find("limits.send_buffer_total") != std::string::npos);
    CHECK(lines[1].find("cut=5") != std::string::npos);
    CHECK(lines[2].find("closed=7") != std::string::npos);
}

TEST_CASE("tokens that were refused unread are reported with the address, once a minute") {
    log::Logger log(log::Options{});
    app::Overload overload(log);
    test::HandClock clock;
    test::Stderr err;
    const auto look = [&](std::uint64_t tokens) {
        overload.look({0, 0, 0, 0, tokens, "192.0.2.1", 0, 0, 0, 0, ""}, clock.now());
    };
    look(0);
    for (std::uint64_t i = 1; i < 20; ++i) {
        clock.advance(5s);
        look(5 * i);
    }
    clock.advance(61s);
    look(96);
    const std::vector<std::string> lines = err.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("refused=5 address=192.0.2.1") != std::string::npos);
    CHECK(lines[1].find("refused=1 address=192.0.2.1") != std::string::npos);
}

TEST_CASE("other parsers, displaced sessions and incomplete input are reported") {
    log::Logger log(log::Options{});
    app::Overload overload(log);
    test::HandClock clock;
    test::Stderr err;
    overload.look({0, 0, 0, 0, 0, "", 2, 3, 4, 5, "no payload"}, clock.now());
    const std::vector<std::string> lines = err.lines();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].find("a client uses another parser (msgpack?)") != std::string::npos);
    CHECK(lines[0].find("closed=2") != std::string::npos);
    CHECK(lines[1].find("never joined") != std::string::npos);
    CHECK(lines[2].find("limits.receive_total") != std::string::npos);
    CHECK(lines[3].find("closed=5 last=\"no payload\"") != std::string::npos);
}
