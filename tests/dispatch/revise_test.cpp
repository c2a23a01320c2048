#include "rules_fixture.hpp"

#include <algorithm>

using namespace roomd;
using namespace roomd::test;

TEST_CASE_FIXTURE(IdentityFixture,
                  "a claim that cannot be a room is told to the client and counted") {
    const std::string notice =
        R"(["room:refused",{"kind":"user","claim":"sub","code":"room_invalid","message":)"
        R"("this claim gives no room: a room id is 1 to 255 visible ASCII characters )"
        R"(other than \" * < > ` { }"}])";
    const auto ann = fake.connect("/", with_token(R"({"sub":"ann smith","role":"staff"})"));
    const Texts sent = fake.sent(ann);
    REQUIRE(!sent.empty());
    CHECK(sent.back() == "2" + notice);
    CHECK(in(ann, "role:staff"));
    CHECK(router.rooms_unformed().count == 1);
    CHECK(router.rooms_unformed().kind == "user");
    CHECK(router.rooms_unformed().value == "ann smith");

    const auto bob = fake.connect("/custom", with_token(R"({"sub":"bob b"})"));
    CHECK(fake.sent(bob).back() == "2/custom," + notice);
    const auto cid = fake.connect("/", with_token(R"({"sub":"auth0|5f3c"})"));
    for (const std::string &text : fake.sent(cid))
        CHECK(text.find("room:refused") == std::string::npos);
    CHECK(in(cid, "user:auth0|5f3c"));
    CHECK(router.rooms_unformed().count == 2);
}

TEST_CASE_FIXTURE(IdentityFixture, "automatic rooms come with the claims, in every namespace") {
    const auto ann = enter(R"({"sub":"u1","role":["student","staff"]})");
    CHECK(in(ann, "user:u1"));
    CHECK(in(ann, "role:student"));
    CHECK(in(ann, "role:staff"));
    CHECK(in(enter(R"({"sub":7})", "/custom"), "user:7", "/custom"));
}

TEST_CASE_FIXTURE(IdentityFixture, "a claim that is not a room id gives no room") {
    const auto ann = enter(R"({"sub":"u 1","role":["a b","","ok"]})");
    CHECK(router.stats(10).rooms == 1);
    CHECK(in(ann, "role:ok"));
}

TEST_CASE_FIXTURE(IdentityFixture, "a room that claims name is joined by request, another is not") {
    const auto ann = enter(R"({"sub":"u1","libraryIds":["l1",2]})");
    ask(ann, "join:library", R"(["l1"])");
    ask(ann, "join:library", "[2]");
    ask(ann, "join:library", R"(["l3"])");
    ask(ann, "join:seat", R"(["s1"])");
    CHECK(in(ann, "library:l1"));
    CHECK(in(ann, "library:2"));
    CHECK_FALSE(in(ann, "library:l3"));
    CHECK_FALSE(in(ann, "seat:s1"));
}

TEST_CASE_FIXTURE(IdentityFixture, "a kind's limits hold") {
    options.kinds[2].rules.max_members = 1;
    options.kinds[2].rules.max_per_client = 2;
    router.reconfigure(options);
    const auto ann = enter(R"({"sub":"u1","role":"staff"})");
    const auto bob = enter(R"({"sub":"u2","role":"staff"})");
    ask(ann, "join:library", R"(["l1"])");
    CHECK(ask(bob, "join:library", R"(["l1"])").find("room_full") != std::string::npos);
    ask(ann, "join:library", R"(["l2"])");
    CHECK(ask(ann, "join:library", R"(["l3"])").find("too_many_rooms") != std::string::npos);
    CHECK_FALSE(in(ann, "library:l3"));
}

TEST_CASE_FIXTURE(IdentityFixture, "changed rules put out whom they no longer take, and tell it") {
    const auto ann = enter(R"({"sub":"u1","libraryIds":["l1","l2"]})");
    ask(ann, "join:library", R"(["l1"])");
    fake.sent(ann);
    options.kinds[2].rules.rules = {rule("role", Kind::in, {"staff"})};
    router.reconfigure(options);
    CHECK(fake.sent(ann) == Texts{R"(2["room:left",{"room":"library:l1","reason":"policy"}])"});
    CHECK_FALSE(in(ann, "library:l1"));
    CHECK(in(ann, "user:u1"));
}

TEST_CASE_FIXTURE(IdentityFixture, "a kind that is gone takes its rooms along") {
    const auto ann = enter(R"({"sub":"u1","role":"student"})");
    options.kinds.erase(options.kinds.begin() + 1);
    router.reconfigure(options);
    CHECK(fake.sent(ann) == Texts{R"(2["room:left",{"room":"role:student","reason":"policy"}])"});
}

TEST_CASE_FIXTURE(IdentityFixture, "changed rules let in who belongs now") {
    const auto ann = enter(R"({"sub":"u1","libraryIds":["l1"]})");
    options.kinds[2].rules.join = Join::automatic;
    router.reconfigure(options);
    CHECK(in(ann, "library:l1"));
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(IdentityFixture, "what a plugin granted outlives a change of rules") {
    const auto ann = enter(R"({"sub":"u1","libraryIds":["l1"]})");
    CHECK(router.join(ann, "seat:s1") == Status::ok);
    hooks.on_joining = [&](const dispatch::Joining &j) {
        router.decide_join(j.client, j.room, yes());
        return Next::taken;
    };
    ask(ann, "join:library", R"(["l9"])");
    hooks.on_joining = nullptr;
    ask(ann, "join:library", R"(["l1"])");
    CHECK(router.join(ann, "library:l1") == Status::ok); // now it has the plugin's word too
    options.kinds[2].rules.rules.clear();
    router.reconfigure(options);
    for (const auto *room : {"seat:s1", "library:l9", "library:l1"})
        CHECK(in(ann, room));
}

TEST_CASE_FIXTURE(IdentityFixture, "a verdict that comes after its kind is gone lets nobody in") {
    hooks.on_joining = [](const dispatch::Joining &) { return Next::taken; };
    const auto ann = enter(R"({"sub":"u1"})");
    fake.event(ann, "join:library", R"(["l1"])", 7);
    options.kinds.erase(options.kinds.begin() + 2);
    router.reconfigure(options);
    CHECK(router.decide_join(ann, "library:l1", yes()) == Status::ok);
    CHECK_FALSE(in(ann, "library:l1"));
    CHECK(fake.sent(ann).back().find("room_denied") != std::string::npos);
}

TEST_CASE_FIXTURE(IdentityFixture, "a reload that requires identity closes those who have none") {
    options.auth = dispatch::AuthMode::optional;
    router.reconfigure(options);
    const auto nobody = fake.connect("/", ""), ann = enter(R"({"sub":"u1"})");
    options.auth = dispatch::AuthMode::required;
    router.reconfigure(options);
    CHECK_FALSE(fake.alive(nobody));
    CHECK(fake.alive(ann));
}

TEST_CASE_FIXTURE(IdentityFixture, "a reload closes the clients of a portal that is gone") {
    options.portals = {{"old", {}}, {"new", {}}};
    router.reconfigure(options);
    fake.facts.portal = "old";
    const auto ann = enter(R"({"sub":"u1"})");
    options.portals = {{"new", {}}};
    router.reconfigure(options);
    CHECK_FALSE(fake.alive(ann));
}

TEST_CASE_FIXTURE(IdentityFixture, "a full room keeps nobody out of the others that are its own") {
    options.kinds[2].rules.join = Join::automatic;
    options.kinds[2].rules.max_members = 1;
    router.reconfigure(options);
    const auto first = enter(R"({"sub":"u1","libraryIds":["l1"]})");
    const auto second = enter(R"({"sub":"u2","libraryIds":["l1","l2","l3"]})");
    CHECK(in(first, "library:l1"));
    CHECK_FALSE(in(second, "library:l1"));
    CHECK(in(second, "library:l2"));
    CHECK(in(second, "library:l3"));
}

TEST_CASE_FIXTURE(IdentityFixture, "a reload fills the places that it makes free") {
    options.kinds[2].rules.join = Join::automatic;
    options.kinds[2].rules.max_members = 1;
    router.reconfigure(options);
    const auto before = enter(R"({"sub":"u0","tenant":"new"})");
    const auto old = enter(R"({"sub":"u1","libraryIds":["l1"]})");
    REQUIRE(in(old, "library:l1"));
    // "l1" is for everyone of this tenant now.
    policy::Rule now = rule("tenant", Kind::equals, {"new"});
    now.all.push_back(rule("place", Kind::equals, {"{id}"}).all[0]);
    options.kinds[2].rules.rules = {now};
    const auto after = enter(R"({"sub":"u2","tenant":"new","place":"l1"})");
    router.reconfigure(options);
    CHECK_FALSE(in(old, "library:l1"));
    CHECK(in(after, "library:l1"));
    CHECK_FALSE(in(before, "library:l1"));
}

TEST_CASE_FIXTURE(IdentityFixture, "a namespace that is gone takes its clients along") {
    const auto here = enter(R"({"sub":"u1"})");
    const auto there = enter(R"({"sub":"u1"})", "/custom");
    options.namespaces = {{"/tenant-*", true}};
    router.reconfigure(options);
    CHECK(fake.alive(here));
    CHECK_FALSE(fake.alive(there));
}
