#include "log/log.hpp"
#include "support/stderr.hpp"

#include <string>
#include <thread>

#include <doctest/doctest.h>

using namespace roomd;
using test::Stderr;

TEST_CASE("lines go to stderr from the level that is wanted") {
    Stderr err;
    log::Logger log({log::Level::notice, {log::Format::text, false}});
    log.info("not wanted");
    log.notice("wanted", {{"n", 1}});
    log.write(log::Level::debug, "not wanted either", {});
    log.error("wanted too");

    const auto lines = err.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with("Z notice wanted n=1"));
    CHECK(lines[1].ends_with("Z error wanted too"));
}

TEST_CASE("braces and percent signs in a message are only text") {
    Stderr err;
    log::Logger log(log::Options{});
    log.info("{} %s {0}", {{"k", "{}%n"}});
    const auto lines = err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ends_with("info  {} %s {0} k={}%n"));
}

TEST_CASE("level and format change while it runs") {
    Stderr err;
    log::Logger log(log::Options{});
    CHECK_FALSE(log.wants(log::Level::debug));
    log.reconfigure({log::Level::debug, {log::Format::json, true}});
    CHECK(log.wants(log::Level::debug));
    log.debug("x");
    const auto lines = err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("<7>{\"time\":"));
}

TEST_CASE("lines of several threads stay whole") {
    Stderr err;
    log::Logger log(log::Options{});
    const std::string value(600, 'v');
    const auto write = [&] {
        for (int i = 0; i < 200; ++i)
            log.info("line", {{"value", value}});
    };
    std::thread other(write);
    write();
    other.join();

    const auto lines = err.lines();
    REQUIRE(lines.size() == 400);
    for (const auto &line : lines)
        CHECK(line.ends_with(" info  line value=" + value));
}
