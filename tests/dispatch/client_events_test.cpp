#include "dispatch/client_events.hpp"

#include "rules_fixture.hpp"

#include <string>

using namespace roomd;
using namespace roomd::test;

namespace {

// ann and bob are in library:l1, eve is not.
struct ClientEventsFixture : IdentityFixture {
    ClientEventsFixture() {
        dispatch::ClientEvent typing;
        typing.name = "typing";
        typing.kinds = {"library"};
        typing.rules.allow_all = true;
        dispatch::ClientEvent closing;
        closing.name = "closing";
        closing.kinds = {"library", "role"};
        closing.rules.rules = {rule("role", Kind::in, {"staff"})};
        options.client_events = {typing, closing};
        std::vector<catalogue::EventFault> faults;
        options.client_schemas =
            std::make_shared<const catalogue::Catalogue>(catalogue::Catalogue::build(
                {{"typing", {}, "", "", true, {}},
                 {"closing", {}, R"({"type":"integer"})", "c.json", false, {}}},
                faults));
        REQUIRE(faults.empty());
        router.reconfigure(options);
        ann = enter(R"({"sub":"u1","role":"staff"})");
        bob = enter(R"({"sub":7,"libraryIds":["l1"]})");
        eve = enter(R"({"sub":"u3","libraryIds":["l2"]})");
        join(ann, "l1");
        join(bob, "l1");
        join(eve, "l2");
    }
    void join(base::ClientId client, const std::string &id) {
        REQUIRE(ask(client, "join:library", "[\"" + id + "\"]").find("true") != std::string::npos);
    }
    base::ClientId ann, bob, eve;
};

const std::string not_in = R"("code":"room_denied","message":"you are not in this room")";

} // namespace

TEST_CASE_FIXTURE(ClientEventsFixture, "it reaches everyone else in the room, with who sent it") {
    CHECK(ask(bob, "typing", R"(["library:l1",{"at":3}])") == R"(37[{"ok":true,"recipients":1}])");
    CHECK(fake.sent(ann) == Texts{R"(2["typing","library:l1",{"at":3},{"user":"7"}])"});
    CHECK(fake.sent(bob).empty());
    CHECK(fake.sent(eve).empty());
    // Without data, and without an ack: nothing comes back.
    fake.event(ann, "typing", R"(["library:l1"])");
    CHECK(fake.sent(bob) == Texts{R"(2["typing","library:l1",null,{"user":"u1"}])"});
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture, "what it says of itself is data, never who it is") {
    fake.event(bob, "typing", R"(["library:l1",{"user":"u1"}])");
    CHECK(fake.sent(ann) == Texts{R"(2["typing","library:l1",{"user":"u1"},{"user":"7"}])"});
    CHECK(ask(bob, "typing", R"(["library:l1",{},{"user":"u1"}])").find("arguments_invalid") !=
          std::string::npos);
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture, "who is not in the room cannot emit to it") {
    for (const std::string room : {"library:l1", "library:none", "library:l2"}) {
        const auto client = room == "library:l2" ? bob : eve;
        CHECK_MESSAGE(
            ask(client, "typing", "[\"" + room + "\",1]").find(not_in) != std::string::npos, room);
    }
    for (const auto client : {ann, bob})
        CHECK(fake.sent(client).empty());
    fake.event(bob, "leave:library", R"(["l1"])");
    fake.sent(bob);
    CHECK(ask(bob, "typing", R"(["library:l1",1])").find(not_in) != std::string::npos);
}

TEST_CASE_FIXTURE(ClientEventsFixture, "only to the kinds of rooms that it names, by no spelling") {
    // Each is in these rooms, and may not emit this to them.
    CHECK(ask(ann, "typing", R"(["role:staff",1])").find("does not go to such rooms") !=
          std::string::npos);
    CHECK(ask(ann, "typing", R"(["user:u1",1])").find("does not go to such rooms") !=
          std::string::npos);
    CHECK(ask(ann, "closing", R"(["role:staff",1])").find(R"("ok":true)") != std::string::npos);
    for (const char *args :
         {"[]", "[1]", "[null,1]", R"([["library:l1"],1])", R"([{"room":"library:l1"},1])",
          R"(["library:l1 ",1])", R"([" library:l1",1])", R"(["library:l1\u0000",1])",
          R"(["Library:l1",1])", R"(["library:",1])", R"(["library",1])", R"(["library:l1:x",1])",
          R"(["libr\u0430ry:l1",1])", R"(["*",1])", R"(["library:*",1])", R"(["",1])"}) {
        const std::string answer = ask(bob, "typing", args);
        CHECK_MESSAGE(answer.find(R"("ok":false)") != std::string::npos, args);
    }
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture, "rules say which members may, and the schema what") {
    CHECK(
        ask(bob, "closing", R"(["library:l1",5])") ==
        R"(37[{"ok":false,"error":{"code":"event_denied","message":"you may not emit this event",)"
        R"("pointer":"/event"}}])");
    CHECK(ask(ann, "closing", R"(["library:l1","soon"])").find(R"("code":"schema_mismatch")") !=
          std::string::npos);
    CHECK(fake.sent(bob).empty());
    CHECK(ask(ann, "closing", R"(["library:l1",5])").find(R"("ok":true)") != std::string::npos);
    CHECK(fake.sent(bob) == Texts{R"(2["closing","library:l1",5,{"user":"u1"}])"});
}

TEST_CASE_FIXTURE(ClientEventsFixture, "a refusal that nobody waits for is an event of its own") {
    fake.event(eve, "typing", R"(["library:l1",1])");
    CHECK(fake.sent(eve) == Texts{R"(2["emit:error",{"event":"typing","room":"library:l1",)" +
                                  not_in + R"(,"pointer":"/room"}])"});
    fake.event(eve, "typing", "[7]");
    CHECK(fake.sent(eve).front().starts_with(
        R"(2["emit:error",{"event":"typing","code":"room_invalid")"));
}

TEST_CASE_FIXTURE(ClientEventsFixture, "volatile ones are dropped for who is behind") {
    fake.blocked = true;
    CHECK(ask(bob, "typing", R"(["library:l1",1])") == R"(37[{"ok":true,"recipients":0}])");
    fake.blocked = false;
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture, "binary goes along") {
    fake.event(bob, "typing", R"(["library:l1",{"_placeholder":true,"num":0}])", std::nullopt,
               {"abc"});
    const Texts sent = fake.sent(ann);
    REQUIRE(sent.size() >= 1);
    CHECK(sent.front() ==
          R"(51-["typing","library:l1",{"_placeholder":true,"num":0},{"user":"7"}])");
}

TEST_CASE_FIXTURE(ClientEventsFixture, "one that is too large goes nowhere") {
    const std::string large(2000, 'x');
    CHECK(ask(bob, "typing", "[\"library:l1\",\"" + large + "\"]").find("emit_too_big") !=
          std::string::npos);
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture, "in another namespace it reaches the room of that one") {
    const auto kim = enter(R"({"sub":"u1","role":"staff"})", "/custom");
    const auto lea = enter(R"({"sub":"u4","role":"staff"})", "/custom");
    for (const auto client : {kim, lea})
        fake.event(client, "join:library", R"(["l1"])");
    fake.event(kim, "typing", R"(["library:l1",1])", 7);
    CHECK(fake.sent(kim) == Texts{R"(37[{"ok":true,"recipients":1}])"});
    CHECK(fake.sent(lea) == Texts{R"(2/custom,["typing","library:l1",1,{"user":"u1"}])"});
    CHECK(fake.sent(ann).empty());
    fake.event(kim, "typing", R"(["library:l2",1])");
    CHECK(fake.sent(kim).front().starts_with(R"(2/custom,["emit:error",{"event":"typing")"));
}

TEST_CASE_FIXTURE(ClientEventsFixture,
                  "where there are no verbs, or of another name, it is a plugin's") {
    const auto other = enter(R"({"sub":"u1","role":"staff"})", "/quiet");
    hooks.log.clear();
    fake.event(other, "typing", R"(["role:staff",1])");
    fake.event(bob, "typings", R"(["library:l1",1])");
    CHECK(hooks.log.size() == 2);
    CHECK(fake.sent(ann).empty());
    CHECK(fake.sent(other).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture, "who is nobody has no name") {
    options.auth = dispatch::AuthMode::optional;
    options.kinds[2].rules.allow_all = true;
    router.reconfigure(options);
    const auto nobody = fake.connect("/", {});
    fake.sent(nobody);
    join(nobody, "l1");
    fake.event(nobody, "typing", R"(["library:l1",1])");
    CHECK(fake.sent(ann) == Texts{R"(2["typing","library:l1",1,{"user":null}])"});
}

TEST_CASE_FIXTURE(ClientEventsFixture, "a reload takes the permission back") {
    options.client_events.clear();
    router.reconfigure(options);
    fake.event(bob, "typing", R"(["library:l1",1])");
    CHECK(fake.sent(ann).empty());
    CHECK(fake.sent(bob).empty());
}

TEST_CASE_FIXTURE(ClientEventsFixture,
                  "an event whose check would take too long is refused and counted") {
    const std::string slow = R"({"items":{"not":{"pattern":"a[ab]{900}c"}}})";
    std::vector<catalogue::EventFault> faults;
    options.client_schemas = std::make_shared<const catalogue::Catalogue>(
        catalogue::Catalogue::build({{"typing", {}, slow, "t.json", true, {}}}, faults));
    options.catalogue = std::make_shared<const catalogue::Catalogue>(
        catalogue::Catalogue::build({{"news", {"role:staff"}, slow, "n.json", false, {}}}, faults));
    REQUIRE(faults.empty());
    router.reconfigure(options);
    const std::string data = "[\"a\",\"" + std::string(14000, 'x') + "\"]";
    const std::string answer = ask(bob, "typing", "[\"library:l1\"," + data + "]");
    CHECK(answer.find(R"("code":"schema_mismatch","message":"must be shorter: the schema's)") !=
          std::string::npos);
    CHECK(answer.find(R"("pointer":"/data/1")") != std::string::npos);
    CHECK(router.stats(0).events_given_up == 1);

    const std::string args = '[' + data + ']';
    Emit emit;
    emit.event = "news";
    emit.args.json = args;
    emit.route = true;
    CHECK(router.emit(emit).code == "schema_mismatch");
    CHECK(router.stats(0).events_given_up == 2);
    CHECK(ask(bob, "typing", R"(["library:l1",["b"]])").find("true") != std::string::npos);
    CHECK(router.stats(0).events_given_up == 2);
}
