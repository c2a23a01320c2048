#include "calling.hpp"

#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::call;

namespace {

// Wrong usage is told before a file is read.
std::string refused(std::vector<std::string> words, const std::string &input = {}) {
    words.insert(words.begin(), "pg");
    const auto called = call(words, input);
    CHECK(called.code == 2);
    CHECK(called.out.empty());
    return called.err;
}

} // namespace

TEST_CASE("a database is given in one way, and never by an empty string") {
    CHECK(refused({"status", "--dsn", "", "-c", "/nowhere"}).find("--dsn: it is empty") !=
          std::string::npos);
    CHECK(refused({"status", "--dsn-file", ""}).find("--dsn-file: it is empty") !=
          std::string::npos);
    CHECK(refused({"status", "--dsn", "host=a", "--dsn-file", "b"}) ==
          "roomd: give either --dsn or --dsn-file\n");
    CHECK(refused({"status", "--dsn", "-"}, "\n").starts_with("roomd: the dsn is empty"));
    CHECK(refused({"init", "--app", ""}).find("--app: it is empty") != std::string::npos);
}

TEST_CASE("a missing file with the dsn is reported") {
    const auto called = call({"pg", "status", "--dsn-file", "/nowhere/dsn", "--json"});
    CHECK(called.code == 1);
    CHECK(json::string(json::member(json::member(called.out, "error"), "code")) ==
          "dsn_unreadable");
}

TEST_CASE("what to replay is chosen in one way") {
    CHECK(refused({"replay", "1", "--all"}) ==
          "roomd: choose what to replay by one of: ids, --event, --all\n");
    CHECK(refused({"replay", "--event", "a", "--all"}).find("by one of") != std::string::npos);
    for (const char *id : {"x", "1a", "1234567890123456789", "1.5"})
        CHECK(refused({"replay", "7", id}).find("an id must be a whole number") !=
              std::string::npos);
    CHECK(refused({"replay", "--limit", "0"}).find("--limit") != std::string::npos);
}

TEST_CASE("a role whose name a server would cut is refused") {
    CHECK(refused({"init", "--daemon", std::string(64, 'r')}).find("at most 63 bytes") !=
          std::string::npos);
}

TEST_CASE("a configuration that cannot be read is 3, also beside a dsn") {
    for (const char *command : {"init", "status", "migrate", "replay", "emitters"}) {
        CHECK(call({"pg", command, "-c", "/nowhere/roomd.yaml"}).code == 3);
        const auto called =
            call({"pg", command, "-c", "/nowhere/roomd.yaml", "--dsn", "host=a", "--json"});
        CHECK(called.code == 3);
        CHECK(called.out.find("\"configuration_invalid\"") != std::string::npos);
    }
}
