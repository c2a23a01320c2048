#include "dispatch/rights.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>
#include <vector>

using namespace roomd;
using dispatch::check_rights;
using dispatch::Status;

namespace {

auth::Key booking_key() {
    auth::Key key;
    key.name = "booking";
    key.events = {"booking:*"};
    key.rooms = {"library:*"};
    return key;
}

dispatch::Emit emit(std::string_view event, std::vector<std::string_view> rooms) {
    dispatch::Emit out;
    out.event = event;
    out.rooms = std::move(rooms);
    return out;
}

} // namespace

TEST_CASE("a key emits what its patterns name") {
    const auto said =
        check_rights(booking_key(), emit("booking:created", {"library:a", "library:b"}));
    CHECK(said.status == Status::ok);
}

TEST_CASE("an event outside a key's patterns is denied at /event") {
    const auto said = check_rights(booking_key(), emit("pricing:updated", {"library:a"}));
    CHECK(said.status == Status::denied);
    CHECK(said.code == "event_denied");
    CHECK(said.pointer == "/event");
}

TEST_CASE("one foreign room among permitted ones is denied with its place") {
    const auto said = check_rights(booking_key(), emit("booking:created", {"library:a", "user:1"}));
    CHECK(said.status == Status::denied);
    CHECK(said.code == "room_denied");
    CHECK(said.pointer == "/rooms/1");
}

TEST_CASE("a key moves clients into and out of its rooms, and names the members of no other") {
    const auto check = [](std::string_view whose, std::vector<std::string_view> rooms) {
        return check_rights(booking_key(), dispatch::Whom{"/", {}, {}, whose, nullptr}, rooms);
    };
    CHECK(check({}, {"library:a", "library:b"}).status == Status::ok);
    CHECK(check("library:a", {}).status == Status::ok);
    CHECK(check({}, {"library:a", "staff:1"}).pointer == "/rooms/1");
    CHECK(check("staff:1", {"library:a"}).pointer == "/room");
    CHECK(check("staff:1", {}).code == "room_denied");
}

TEST_CASE("broadcasting takes a key that may") {
    auto everyone = emit("booking:created", {});
    everyone.all = true;
    CHECK(check_rights(booking_key(), everyone).code == "broadcast_denied");
    auth::Key key = booking_key();
    key.may_broadcast = true;
    CHECK(check_rights(key, everyone).status == Status::ok);
}
