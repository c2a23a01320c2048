#include "log/log.hpp"

#include <cstdio>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;

namespace {

// Catches what goes to stderr while it lives.
class Stderr {
public:
    Stderr() : file_(std::tmpfile()), saved_(dup(2)) { dup2(fileno(file_), 2); }
    ~Stderr() {
        put_back();
        std::fclose(file_);
    }
    Stderr(const Stderr &) = delete;
    Stderr &operator=(const Stderr &) = delete;

    std::vector<std::string> lines() {
        put_back();
        std::rewind(file_);
        std::vector<std::string> out(1);
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) {
            if (c == '\n')
                out.emplace_back();
            else
                out.back() += static_cast<char>(c);
        }
        out.pop_back();
        return out;
    }

private:
    void put_back() {
        if (saved_ < 0) return;
        dup2(saved_, 2);
        close(saved_);
        saved_ = -1;
    }
    std::FILE *file_;
    int saved_;
};

} // namespace

TEST_CASE("lines go to stderr from the level that is wanted") {
    Stderr err;
    log::Logger log({log::Level::notice, log::Format::text, false});
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
    log.reconfigure({log::Level::debug, log::Format::json, true});
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
