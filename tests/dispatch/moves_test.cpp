#include "fixture.hpp"

using namespace roomd;
using namespace roomd::test;
using dispatch::Move;
using dispatch::Moved;
using dispatch::Whom;
using What = Move::What;
using Clients = std::vector<base::ClientId>;

namespace {

Whom user(std::string_view name, std::string_view nsp = "/") {
    return {nsp, name, {}, {}, nullptr};
}
Whom in_room(std::string_view name, std::string_view nsp = "/") {
    return {nsp, {}, {}, name, nullptr};
}
Whom by_id(std::string_view id, std::string_view nsp = "/") {
    return {nsp, {}, id, {}, nullptr};
}

struct MovesFixture : RouterFixture {
    // A client with this identity.
    base::ClientId come(std::string_view identity, std::string_view nsp = "/", int session = 0) {
        hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
        const base::ClientId client = fake.connect(nsp, {}, session);
        REQUIRE(router.decide_connect(client, yes(identity)) == Status::ok);
        fake.sent(client);
        return client;
    }
    Moved move(const Whom &whom, What what, std::vector<std::string_view> rooms = {}) {
        const Move wanted{what, std::move(rooms)};
        REQUIRE(router.check(whom, wanted).status == Status::ok);
        return router.move(router.find(whom, wanted), wanted);
    }
    std::string id_of(base::ClientId client) {
        dispatch::Known known;
        REQUIRE(router.known(client, known));
        return std::string(known.id);
    }
    std::string why(const Whom &whom, const Move &wanted) {
        const dispatch::Emitted said = router.check(whom, wanted);
        return said.code + " " + said.pointer;
    }
};

} // namespace

TEST_CASE_FIXTURE(MovesFixture, "clients are found by user, by their id, and by room") {
    const auto ann = come(R"({"user":"auth0|5f"})"), bob = come(R"({"user":"CORP\\bob"})");
    const auto desk = come(R"({"user":"auth0|5f"})", "/custom");
    router.join(ann, "library:7");
    router.join(bob, "library:7");
    router.join(desk, "library:7");
    CHECK(router.find(user("auth0|5f")) == Clients{ann});
    CHECK(router.find(user("auth0|5f", "/custom")) == Clients{desk});
    CHECK(router.find(user("auth0|5f", dispatch::every_namespace)) == Clients{ann, desk});
    CHECK(router.find(user("CORP\\bob")) == Clients{bob});
    CHECK(router.find(user("CORP/bob")).empty());
    CHECK(router.find(in_room("library:7")) == Clients{ann, bob});
    CHECK(router.find(in_room("library:7", "/custom")) == Clients{desk});
    CHECK(router.find(in_room(id_of(ann))) == Clients{ann}); // its own room
    CHECK(router.find(by_id(id_of(ann))) == Clients{ann});
    CHECK(router.find(by_id(id_of(ann), "/custom")).empty());
    CHECK(router.find(by_id("library:7")).empty());
    CHECK(router.find(user("nobody")).empty());
    CHECK(router.find(in_room("library:8")).empty());
}

TEST_CASE_FIXTURE(MovesFixture,
                  "many join and leave at once, and who left without asking is told") {
    const auto ann = come(R"({"user":"ann"})"), bob = come(R"({"user":"bob"})");
    router.join(ann, "library:7");
    router.join(bob, "library:7");
    router.join(bob, "staff:1");
    // A kind that nobody may ask for is no hindrance, nor one that is not configured.
    CHECK(move(in_room("library:7"), What::join, {"staff:1", "any:1"}).moved == 2);
    CHECK(router.rooms_of(ann) == Texts{"staff:1", "any:1", "library:7"});
    CHECK(move(in_room("library:7"), What::join, {"staff:1"}).moved == 0); // they are there
    CHECK(fake.sent(ann).empty());

    CHECK(move(in_room("library:7"), What::leave, {"staff:1", "library:7", "any:2"}).moved == 2);
    CHECK(router.rooms_of(ann) == Texts{"any:1"});
    CHECK(fake.sent(ann) == Texts{R"(2["room:left",{"room":"staff:1","reason":"backend"}])",
                                  R"(2["room:left",{"room":"library:7","reason":"backend"}])"});
    CHECK(fake.sent(bob).size() == 2);
    CHECK(move(user("ann"), What::leave, {"staff:1"}).moved == 0);
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(MovesFixture, "who leaves in another namespace is told there") {
    const auto desk = come(R"({"user":"ann"})", "/custom"), ann = come(R"({"user":"ann"})");
    router.join(desk, "a");
    router.join(ann, "a");
    CHECK(move(user("ann", dispatch::every_namespace), What::leave, {"a"}).moved == 2);
    CHECK(fake.sent(desk) == Texts{R"(2/custom,["room:left",{"room":"a","reason":"backend"}])"});
    CHECK(fake.sent(ann) == Texts{R"(2["room:left",{"room":"a","reason":"backend"}])"});
}

TEST_CASE_FIXTURE(MovesFixture,
                  "a client joins all of the rooms, or none when it would have too many") {
    const auto ann = come(R"({"user":"ann"})"), bob = come(R"({"user":"bob"})");
    router.join(ann, "hall");
    router.join(bob, "hall");
    for (const char *room : {"a", "b", "c"})
        router.join(ann, room); // four of five
    const Moved moved = move(in_room("hall"), What::join, {"x", "y"});
    CHECK(moved.moved == 1);
    CHECK(moved.full == 1);
    CHECK(router.rooms_of(ann).size() == 4);
    CHECK(router.rooms_of(bob).size() == 3);
    CHECK(move(user("ann"), What::join, {"x", "x", "a"}).moved == 1); // x counts once
}

TEST_CASE_FIXTURE(MovesFixture, "what a backend granted stays when the rules change") {
    const auto ann = come(R"({"user":"ann"})");
    CHECK(move(user("ann"), What::join, {"library:7"}).moved == 1);
    options.kinds.clear();
    router.reconfigure(options);
    CHECK(router.rooms_of(ann) == Texts{"library:7"});
}

TEST_CASE_FIXTURE(MovesFixture, "users, rooms and single clients are sent away") {
    const auto ann = come(R"({"user":"ann"})"), desk = come(R"({"user":"ann"})", "/custom");
    const auto bob = come(R"({"user":"bob"})"), cid = come(R"({"user":"cid"})");
    router.join(cid, "hall");
    CHECK(move(user("ann"), What::disconnect).moved == 1);
    CHECK_FALSE(router.is_there(ann));
    CHECK(router.is_there(desk));
    CHECK(move(user("ann", dispatch::every_namespace), What::close).moved == 1);
    CHECK_FALSE(router.is_there(desk));
    CHECK(move(in_room("hall"), What::disconnect).moved == 1);
    CHECK_FALSE(router.is_there(cid));
    CHECK(move(by_id(id_of(bob)), What::disconnect).moved == 1);
    CHECK_FALSE(router.is_there(bob));
    CHECK(move(user("bob"), What::disconnect).moved == 0);
}

TEST_CASE_FIXTURE(MovesFixture,
                  "a client that waits for its verdict is sent away too, but not moved") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const base::ClientId ann = fake.connect("/", {}, 0);
    const std::string id = id_of(ann);
    CHECK(move(by_id(id), What::join, {"a"}).moved == 0);
    CHECK(router.find(by_id(id)).empty());
    CHECK(move(by_id(id), What::disconnect).moved == 1);
    CHECK_FALSE(router.is_there(ann));
}

TEST_CASE_FIXTURE(MovesFixture, "what cannot be meant is refused, with its place") {
    const Move join{What::join, {"a"}}, away{What::disconnect, {}};
    CHECK(why({"/", {}, {}, {}, nullptr}, join) == "no_target ");
    CHECK(why({"/", "ann", {}, "a", nullptr}, join) == "two_targets ");
    CHECK(why({"/", "ann", "b", {}, nullptr}, away) == "two_targets ");
    CHECK(why(in_room("no room"), away) == "room_invalid /room");
    CHECK(why(user("ann"), {What::join, {"a", "library:"}}) == "room_invalid /rooms/1");
    CHECK(why(user("ann"), {What::leave, {}}) == "rooms_empty /rooms");
    CHECK(why(user("ann", "/nowhere"), join) == "namespace_unknown /namespace");
    CHECK(why(in_room("a", dispatch::every_namespace), away) == "namespace_unknown /namespace");
    CHECK(why(user("ann", dispatch::every_namespace), away) == " ");
    CHECK(why(user("ann"), {What::join, std::vector<std::string_view>(1001, "a")}) ==
          "too_many_rooms /rooms");
    auth::Key key;
    key.rooms = {"library:*"};
    Whom whom = in_room("no room"); // what the key may not do is told first
    whom.rights = &key;
    CHECK(why(whom, away) == "room_denied /room");
    whom = user("ann");
    whom.rights = &key;
    CHECK(why(whom, join) == "room_denied /rooms/0");
    CHECK(why(whom, {What::join, {"library:7"}}) == " ");
}
