#include "reading.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;

namespace {

const std::string digits(64, 'a');

std::string key(const std::string &value, const std::string &more = "") {
    return "keys: [{ name: k, key: " + value + ", scopes: [emit]" + more + " }]";
}

constexpr const char *how_a_digest_is_written =
    "\n  write \"sha256:<64 hex digits>\" (printf %s KEY | sha256sum) or \"${file:/path}\"";

} // namespace

TEST_CASE("a key is kept as its digest alone") {
    const auto config = test::read(key("'sha256:" + digits + "'"));
    REQUIRE(config.keys.size() == 1);
    CHECK(config.keys[0].digest[0] == 0xAA);
    CHECK(config.keys[0].scopes == std::vector<std::string>{"emit"});
    CHECK(config.keys[0].events == std::vector<std::string>{"*"});
    CHECK(config.keys[0].rooms == std::vector<std::string>{"*"});
    CHECK_FALSE(config.keys[0].may_broadcast);

    setenv("ROOMD_TEST_KEY", "0123456789abcdef", 1);
    const auto from_env = test::read(key("'${env:ROOMD_TEST_KEY}'"));
    CHECK(from_env.keys[0].digest == auth::sha256("0123456789abcdef"));
    unsetenv("ROOMD_TEST_KEY");
}

TEST_CASE("a key that repeats itself is worth a word, which does not show it") {
    const auto warned = [](const char *secret) {
        setenv("ROOMD_TEST_KEY", secret, 1);
        const auto config = test::read(key("'${env:ROOMD_TEST_KEY}'"));
        unsetenv("ROOMD_TEST_KEY");
        return config.warnings;
    };
    const auto warnings = warned("zzzzzzzzzzzzzzzzzzzz");
    REQUIRE(warnings.size() == 1);
    CHECK(text(warnings[0])
              .find("is not random: it repeats itself\n  make another with "
                    "`roomd key new`") != std::string::npos);
    CHECK(text(warnings[0]).find("zzz") == std::string::npos);
    CHECK(warned("roomd_kHZzvVk3vR9B0mQyX1dT5u").empty());
}

TEST_CASE("what a key may is taken over") {
    const auto config = test::read(
        key("'sha256:" + digits + "'", ", events: ['booking:*'], rooms: [], broadcast: true"));
    CHECK(config.keys[0].events == std::vector<std::string>{"booking:*"});
    CHECK(config.keys[0].rooms.empty());
    CHECK(config.keys[0].may_broadcast);
    CHECK(faults_in(key("'sha256:" + digits + "'", ", events: ['a*b']"))
              .ends_with("\"keys[0].events[0]\": invalid name \"a*b\"\n  a name, or a prefix that "
                         "ends in \"*\""));
}

TEST_CASE("a key that is written out is refused and not repeated") {
    const std::string out = faults_in(key("hunter2hunter2hunter2"));
    CHECK(out == std::string("roomd.yaml:3:24: \"keys[0].key\" must not hold the key itself") +
                     how_a_digest_is_written);
    CHECK(out.find("hunter2") == std::string::npos);
    CHECK(faults_in(key("'sha256:12'")) ==
          std::string("roomd.yaml:3:24: \"keys[0].key\": invalid digest") +
              how_a_digest_is_written);
    CHECK(faults_in(key("[a]")) ==
          std::string("roomd.yaml:3:24: \"keys[0].key\" must be text") + how_a_digest_is_written);
}

TEST_CASE("a key that is short or holds blanks is refused and not repeated") {
    for (const char *bad :
         {"0123456789abcde", "0123456789 abcdef", "0123456789\tabcdef", "schlüssel-schlüssel"}) {
        setenv("ROOMD_TEST_KEY", bad, 1);
        CHECK(faults_in(key("'${env:ROOMD_TEST_KEY}'")) ==
              "roomd.yaml:3:24: \"keys[0].key\": \"${env:ROOMD_TEST_KEY}\" does not hold "
              "a valid key\n"
              "  a key has at least 16 characters, no spaces and nothing beyond ASCII");
    }
    unsetenv("ROOMD_TEST_KEY");
}

TEST_CASE("a key needs name, key and scopes, and shares none with another") {
    CHECK(faults_in("keys: [{}]") ==
          "roomd.yaml:3:8: \"keys[0].name\" is missing\n  write name: backend\n"
          "roomd.yaml:3:8: \"keys[0].scopes\" is missing\n  write [emit], [test] or [metrics]\n"
          "roomd.yaml:3:8: \"keys[0].key\" is missing" +
              std::string(how_a_digest_is_written));
    CHECK(faults_in("keys: [{ name: k, key: 'sha256:" + digits + "', scopes: [] }]")
              .ends_with("\"keys[0].scopes\" is empty\n  write [emit]"));
    const std::string one = "{ name: k, key: 'sha256:" + digits + "', scopes: [emit] }";
    CHECK(faults_in("keys:\n- " + one + "\n- " + one + "\n") ==
          "roomd.yaml:5:11: duplicate key \"k\"\n  the first is at line 4\n"
          "roomd.yaml:5:19: duplicate digest \"sha256:" +
              digits + "\"\n  the first is at line 4");
}
