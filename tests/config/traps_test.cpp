#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;
using test::plugin_json;

namespace {

struct Trap {
    std::string plain, reading;
};

const Trap traps[] = {{"no", "true or false"}, {"on", "true or false"}, {"y", "true or false"},
                      {"1:30", "a time"},      {"0o17", "a number"},    {"007", "a number"},
                      {"0x1F", "a number"},    {"1_000", "a number"},   {".inf", "a number"},
                      {"2026-11-23", "a date"}};

} // namespace

TEST_CASE("text that some readers of YAML take for something else must be quoted") {
    for (const auto &[plain, reading] : traps) {
        const std::string fault = ": some readers of YAML take this for " + reading +
                                  ", not text\n  quote it: \"" + plain + '"';
        CHECK(faults_in("service: { name: " + plain + " }") ==
              "roomd.yaml:3:18: \"service.name\"" + fault);
        CHECK(faults_in("namespaces: [/a, " + plain + "]")
                  .starts_with("roomd.yaml:3:18: \"namespaces[1]\"" + fault));
        CHECK(test::read("service: { name: '" + plain + "' }").service.name == plain);
    }
    for (const char *plain : {"true", "1.10", "1e3", "9007199254740992"})
        CHECK_MESSAGE(faults_in("service: { name: " + std::string(plain) + " }")
                          .ends_with("quote it: \"" + std::string(plain) + '"'),
                      plain);
    CHECK(test::read("service: { name: 42 }").service.name == "42"); // nobody reads it otherwise
}

TEST_CASE("null is not text, however it is written") {
    for (const char *null : {"~", "null", "Null", "NULL", ""})
        CHECK_MESSAGE(faults_in("service: { name: " + std::string(null) + " }")
                          .ends_with("when a word such as null is meant, quote it"),
                      null);
    CHECK(faults_in("namespaces: [~]").find("\"namespaces[0]\" must be text, not nothing") !=
          std::string::npos);
    CHECK(test::read("service: { name: 'null' }").service.name == "null");
}

TEST_CASE("a name of one's own that some readers take for something else must be quoted") {
    CHECK(faults_in("rooms: { no: { allow: all } }") ==
          "roomd.yaml:3:10: some readers of YAML take this key for true or false, not text\n"
          "  quote it: \"no\"");
    CHECK(test::read("rooms: { 'no': { allow: all } }").rooms.at(0).name == "no");
    CHECK(faults_in("rooms: { ~: {} }") == "roomd.yaml:3:10: a key must be text\n  quote it");
}

TEST_CASE("true and false are the only words for them") {
    for (const char *word : {"yes", "no", "on", "off", "True", "FALSE", "y", "1", "'true'"})
        CHECK_MESSAGE(faults_in("cors: { credentials: " + std::string(word) + " }")
                          .ends_with("write true or false, in lower case and without quotes"),
                      word);
    CHECK_FALSE(test::read("cors: { credentials: false }").cors.credentials);
}

TEST_CASE("a count is digits that nobody reads as octal") {
    for (const char *number : {"010", "0o17", "1_000", "1e3", "0x10", "1:30", "~"})
        CHECK_MESSAGE(faults_in("limits: { connections: " + std::string(number) + " }")
                              .find("\"limits.connections\" must be a whole number") !=
                          std::string::npos,
                      number);
}

TEST_CASE("a mode is octal by its meaning, quoted or not") {
    for (const char *mode : {"0640", "'0640'", "640"})
        CHECK_MESSAGE(
            test::read("listen: [{ address: 'unix:/a', mode: " + std::string(mode) + " }]")
                    .listen.at(0)
                    .mode == 0640,
            mode);
}

TEST_CASE("what readers of YAML do not agree on is refused in a plugin's keys, and not repeated") {
    for (const auto &[plain, reading] : traps) {
        CHECK(faults_in("plugins: { load: [ { name: p, v: [a, " + plain + "] } ] }") ==
              "roomd.yaml:3:38: some readers of YAML take this for " + reading +
                  ", not text\n  quote it");
        CHECK(plugin_json("v: '" + plain + "'") == R"({"v":")" + plain + "\"}");
    }
    // A key is a name, and never anything else.
    CHECK(plugin_json("v: { on: x, 1: z }") == R"({"v":{"on":"x","1":"z"}})");
}
