#include "dispatch/routing.hpp"
#include "support/dispatch_defaults.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace roomd;
using dispatch::Emit;
using dispatch::Status;
using Names = std::vector<std::string_view>;

namespace {

constexpr std::string_view lib1 = R"([{"library":"1"}])";

dispatch::Options catalogued() {
    dispatch::Options options = test::dispatch_defaults();
    std::vector<catalogue::EventFault> faults;
    const char *schema = R"({"type":"object","properties":{"seats":{"type":"integer"}}})";
    options.catalogue = std::make_shared<const catalogue::Catalogue>(catalogue::Catalogue::build(
        {{"seats", {"library:{library}"}, schema, "seats.json", true, {}}}, faults));
    REQUIRE(faults.empty());
    options.unknown_events = false;
    return options;
}

Emit seats(std::string_view args = lib1, Names rooms = {}) {
    Emit emit;
    emit.event = "seats";
    emit.args.json = args;
    emit.rooms = std::move(rooms);
    emit.route = true;
    return emit;
}

auth::Key key_for(std::string room) {
    auth::Key key;
    key.events = {"seats"};
    key.rooms = {std::move(room)};
    return key;
}

} // namespace

TEST_CASE("the catalogue chooses the rooms of an emit that names none, and what its event is") {
    const auto routed = dispatch::route(catalogued(), seats());
    CHECK(routed.refused.status == Status::ok);
    CHECK(routed.emit.rooms == Names{"library:1"});
    CHECK(routed.emit.droppable);
}

TEST_CASE("rooms that the sender names stand, and the data is checked all the same") {
    const auto options = catalogued();
    CHECK(dispatch::route(options, seats("[{}]", {"desk:1"})).emit.rooms == Names{"desk:1"});
    const auto wrong = dispatch::route(options, seats(R"([{"seats":"x"}])", {"desk:1"}));
    CHECK(wrong.refused.code == "schema_mismatch");
    CHECK(wrong.refused.pointer == "/data/seats");
}

TEST_CASE("what does not ask for it goes past the catalogue") {
    Emit emit = seats(R"([{"seats":"x"}])", {"desk:1"});
    emit.route = false;
    CHECK(dispatch::route(catalogued(), emit).refused.status == Status::ok);
}

TEST_CASE("an event that nobody knows goes where its sender says, or nowhere") {
    Emit emit = seats(lib1, {"desk:1"});
    emit.event = "news";
    auto options = catalogued();
    CHECK(dispatch::route(options, emit).refused.code == "event_unknown");
    options.catalogue = nullptr;
    CHECK(dispatch::route(options, emit).refused.code == "event_unknown");
    options.unknown_events = true;
    CHECK(dispatch::route(options, emit).refused.status == Status::ok);
}

TEST_CASE("rights are held against the rooms that the catalogue chose") {
    const auto options = catalogued();
    Emit emit = seats();
    const auth::Key mine = key_for("library:1"), others = key_for("library:2");
    emit.rights = &mine;
    CHECK(dispatch::route(options, emit).refused.status == Status::ok);
    emit.rights = &others;
    const auto routed = dispatch::route(options, emit);
    CHECK(routed.refused.status == Status::denied);
    CHECK(routed.refused.code == "room_denied");
    CHECK(routed.refused.pointer == "/rooms/0");
}

TEST_CASE("who may not send an event is not told what its data must be") {
    auth::Key key = key_for("library:1");
    key.events = {"other"};
    Emit emit = seats(R"([{"seats":"x"}])");
    emit.rights = &key;
    CHECK(dispatch::route(catalogued(), emit).refused.code == "event_denied");
}

TEST_CASE("a routed emit keeps its rooms when it is moved") {
    std::vector<dispatch::Routed> all;
    all.push_back(dispatch::route(catalogued(), seats()));
    for (int i = 0; i < 20; ++i)
        all.push_back(dispatch::route(catalogued(), seats()));
    CHECK(all.front().emit.rooms == Names{"library:1"});
}
