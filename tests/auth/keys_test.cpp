#include "auth/keys.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace roomd::auth;
using namespace std::string_view_literals;

namespace {
Key key(std::string name, std::string_view secret, std::vector<std::string> scopes) {
    Key made;
    made.name = std::move(name);
    made.digest = sha256(secret);
    made.scopes = std::move(scopes);
    return made;
}
} // namespace

TEST_CASE("a digest is the one of FIPS 180-4's example") {
    const auto expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(format_digest(sha256("abc")) == expected);
    const auto parsed = parse_digest(expected);
    REQUIRE(parsed.ok());
    CHECK(*parsed == sha256("abc"));
    CHECK(
        *parse_digest("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD") ==
        sha256("abc"));
}

TEST_CASE("a malformed digest is refused") {
    const std::string digits(64, 'a');
    for (const std::string &text :
         {std::string{}, digits, "sha256:" + digits + "a", "sha256:" + digits.substr(1),
          "sha1:" + digits, "sha256:" + std::string(64, 'g'),
          "sha256:" + std::string(63, 'a') + " ", "SHA256:" + digits}) {
        CAPTURE(text);
        CHECK_FALSE(parse_digest(text).ok());
    }
}

TEST_CASE("a key is found by what was presented and opens only its scopes") {
    const Keys keys{{key("backend", "s3cret", {"emit"}), key("ops", "other", {"metrics", "test"})}};

    CHECK(keys.find("s3cret", "emit").why == Why::ok);
    CHECK(keys.find("s3cret", "emit").key->name == "backend");
    CHECK(keys.find("other", "test").why == Why::ok);
    CHECK(keys.find("s3cret", "metrics").why == Why::scope_missing);
    CHECK(keys.find("s3cret", "metrics").key->name == "backend");
    CHECK(keys.find("s3cret", "").why == Why::scope_missing);
}

TEST_CASE("part of a key is unknown") {
    const Keys keys{{key("backend", "s3cret", {"emit"})}};

    for (const auto presented : {"s3cre"sv, "s3crett"sv, "S3cret"sv, " s3cret"sv, "s3cret\0"sv,
                                 "s3cret "sv, "*"sv, "backend"sv}) {
        CHECK(keys.find(presented, "emit").why == Why::unknown);
        CHECK(keys.find(presented, "emit").key == nullptr);
    }
    CHECK(keys.find(format_digest(sha256("s3cret")), "emit").why == Why::unknown);
}

TEST_CASE("an empty key is missing, even where an empty key is configured") {
    CHECK(Keys{}.find("", "emit").why == Why::missing);
    CHECK(Keys{}.find("x", "emit").why == Why::unknown);
    CHECK(Keys{{key("empty", "", {"emit"})}}.find("", "emit").why == Why::missing);
}

TEST_CASE("two keys of one name or one secret are refused at set-up") {
    CHECK_THROWS_AS((Keys{{key("a", "1", {}), key("a", "2", {})}}), std::invalid_argument);
    CHECK_THROWS_AS((Keys{{key("a", "1", {}), key("b", "1", {})}}), std::invalid_argument);
    CHECK_THROWS_AS((Keys{{key("", "1", {})}}), std::invalid_argument);
}

TEST_CASE("patterns are names or prefixes, and an empty list permits nothing") {
    Key some = key("a", "1", {});
    CHECK_FALSE(permits_event(some, "booking:created"));
    CHECK_FALSE(permits_room(some, "library:1"));

    some.events = {"booking:*", "notification"};
    some.rooms = {"library:*"};
    CHECK(permits_event(some, "booking:created"));
    CHECK(permits_event(some, "notification"));
    CHECK_FALSE(permits_event(some, "notification2"));
    CHECK_FALSE(permits_event(some, "Booking:created"));
    CHECK_FALSE(permits_event(some, "xbooking:created"));
    CHECK(permits_room(some, "library:1"));
    CHECK_FALSE(permits_room(some, "user:1"));

    some.rooms = {"*"};
    CHECK(permits_room(some, "user:1"));
}

TEST_CASE("keys are found by name and by scope") {
    const Keys keys{{key("backend", "s3cret", {"emit"})}};
    CHECK(keys.named("backend") != nullptr);
    CHECK(keys.named("ops") == nullptr);
    CHECK(keys.any_of_scope("emit"));
    CHECK_FALSE(keys.any_of_scope("test"));
}
