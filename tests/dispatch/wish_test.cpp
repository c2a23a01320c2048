#include "dispatch/wish.hpp"
#include "support/dispatch_defaults.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace roomd;
using dispatch::name_room;

namespace {

dispatch::Options libraries() {
    dispatch::Options options = test::dispatch_defaults();
    options.kinds = {{"library", {}}};
    return options;
}

dispatch::Wish wish(std::string_view kind, std::string_view args) {
    static const dispatch::Options options = libraries();
    return dispatch::read_wish(options, &kind, args);
}

} // namespace

TEST_CASE("a room has a configured kind and a valid id, or is refused") {
    const auto options = libraries();
    CHECK(name_room(options, "library:1").kind == &options.kinds[0]);
    CHECK(name_room(options, "library:1").refusal == nullptr);
    CHECK(name_room(options, "desk:1").refusal == &dispatch::room_unknown_kind);
    CHECK(name_room(options, "plain").refusal == &dispatch::room_unknown_kind);
    CHECK(name_room(options, "library:").refusal == &dispatch::room_invalid);
    CHECK(name_room(options, "library:a b").refusal == &dispatch::room_invalid);
}

TEST_CASE("behind a kind stands an id as text or as a whole number") {
    CHECK(wish("library", R"(["a"])").room == "library:a");
    CHECK(wish("library", "[7]").room == "library:7");
    CHECK(wish("library", "[7.5]").refusal == &dispatch::room_invalid);
    CHECK(wish("library", R"(["a","b"])").refusal == &dispatch::room_invalid);
    CHECK(wish("library", "[]").refusal == &dispatch::room_invalid);
    CHECK(wish("desk", R"(["a b"])").refusal == &dispatch::room_unknown_kind);
}

TEST_CASE("behind no kind stands a whole name, as text alone") {
    const auto options = libraries();
    CHECK(dispatch::read_wish(options, nullptr, R"(["library:1"])").room == "library:1");
    CHECK(dispatch::read_wish(options, nullptr, "[7]").refusal == &dispatch::room_invalid);
}

TEST_CASE("what was asked is shown, unless it is too long for a room") {
    CHECK(wish("library", R"(["a b"])").shown == R"("library:a b")");
    CHECK(wish("library", "[\"" + std::string(400, 'x') + "\"]").shown == "null");
    CHECK(wish("library", "[null]").shown == "null");
}
