#include "app/key_policy.hpp"

#include <doctest/doctest.h>

using namespace roomd;

namespace {

auth::Keys booking_key() {
    auth::Key key;
    key.name = "booking";
    key.digest = auth::sha256("k");
    key.scopes = {"emit"};
    key.events = {"booking:*"};
    key.rooms = {"library:*"};
    return auth::Keys(std::vector{key});
}

dispatch::Emit emit(std::string_view event, std::vector<std::string_view> rooms) {
    dispatch::Emit out;
    out.event = event;
    out.rooms = std::move(rooms);
    return out;
}

} // namespace

TEST_CASE("a key emits what its patterns name") {
    CHECK_FALSE(app::refuse_by_key(booking_key(), "booking",
                                   emit("booking:created", {"library:a", "library:b"})));
}

TEST_CASE("an event outside a key's patterns is denied at /event") {
    const auto refusal =
        app::refuse_by_key(booking_key(), "booking", emit("pricing:updated", {"library:a"}));
    REQUIRE(refusal);
    CHECK(refusal->status == dispatch::Status::denied);
    CHECK(refusal->pointer == "/event");
}

TEST_CASE("one foreign room among permitted ones is denied with its place") {
    const auto refusal = app::refuse_by_key(booking_key(), "booking",
                                            emit("booking:created", {"library:a", "user:u1"}));
    REQUIRE(refusal);
    CHECK(refusal->code == "room_denied");
    CHECK(refusal->pointer == "/rooms/1");
}

TEST_CASE("broadcasting takes a key that may") {
    auto everyone = emit("booking:created", {});
    everyone.all = true;
    const auto refusal = app::refuse_by_key(booking_key(), "booking", everyone);
    REQUIRE(refusal);
    CHECK(refusal->code == "broadcast_denied");
}

TEST_CASE("a key that was removed by a reload sends nothing more") {
    const auto refusal =
        app::refuse_by_key(auth::Keys(), "booking", emit("booking:created", {"library:a"}));
    REQUIRE(refusal);
    CHECK(refusal->code == "key_unknown");
}
