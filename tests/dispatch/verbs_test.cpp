#include "dispatch/verbs.hpp"

#include "fixture.hpp"

using namespace roomd;
using namespace roomd::test;

TEST_CASE_FIXTURE(RouterFixture, "verbs join and leave the rooms of their namespace") {
    const auto ann = connect("/custom"), bob = connect();
    fake.event(ann, "join:library", R"(["1"])", 7);
    CHECK(fake.sent(ann) == Texts{R"(37[{"ok":true,"room":"library:1","members":1}])"});
    CHECK(hooks.log == Texts{"joining library:1"});
    CHECK(ask(bob, "join", R"(["library:1"])") ==
          R"(37[{"ok":true,"room":"library:1","members":1}])");
    CHECK(router.members("/custom", "library:1") == std::vector{ann});
    CHECK(router.members("/", "library:1") == std::vector{bob});

    fake.event(ann, "leave:library", R"(["1"])", 8);
    CHECK(fake.sent(ann) == Texts{R"(38[{"ok":true,"room":"library:1","members":0}])"});
    CHECK(router.members("/custom", "library:1").empty());
    CHECK(router.members("/", "library:1") == std::vector{bob});
}

TEST_CASE_FIXTURE(RouterFixture, "a refusal comes in the namespace of the wish") {
    const auto ann = connect("/tenant-a");
    fake.event(ann, "join:closed", R"(["1"])");
    CHECK(fake.sent(ann) ==
          Texts{R"(2/tenant-a,["join:error",{"room":"closed:1",)"
                R"("code":"room_denied","message":"you may not join this room"}])"});
}

TEST_CASE_FIXTURE(RouterFixture, "a plugin is asked about a join in the namespace of the wish") {
    const auto ann = connect("/custom");
    std::string nsp;
    hooks.on_joining = [&](const dispatch::Joining &joining) {
        nsp = joining.nsp;
        return Next::taken;
    };
    fake.event(ann, "join:closed", R"(["1"])", 7);
    CHECK(nsp == "/custom");
    CHECK(router.decide_join(ann, "closed:1", yes()) == Status::ok);
    CHECK(fake.sent(ann) == Texts{R"(37[{"ok":true,"room":"closed:1","members":1}])"});
    CHECK(router.members("/custom", "closed:1") == std::vector{ann});
}

TEST_CASE_FIXTURE(RouterFixture, "without verbs a namespace leaves them to plugins") {
    const auto ann = connect("/quiet");
    fake.event(ann, "join:library", R"(["1"])", 7);
    CHECK(hooks.log == Texts{R"(event join:library ["1"])"});
    CHECK(fake.sent(ann).front().starts_with(R"(37[{"ok":false,"error":{"code":"unknown_event")"));
    CHECK(router.members("/quiet", "library:1").empty());
    fake.event(ann, "join", R"(["library:1"])");
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(RouterFixture, "an event nobody takes is answered where that is asked for") {
    const std::string unknown = R"([{"ok":false,"error":{"code":"unknown_event",)"
                                R"("message":"nothing here handles an event of this name"}}])";
    const auto ann = connect(), bob = connect("/custom");
    CHECK(ask(ann, "whatever", "[1]") == "37" + unknown);
    CHECK(ask(bob, "join:error", "[]") == "37" + unknown);
    fake.event(ann, "whatever", "[1]");
    CHECK(fake.sent(ann).empty());
    CHECK(router.stats(0).events_unhandled == 3);

    hooks.on_event = [](base::ClientId, const sio::Event &) { return Next::taken; };
    fake.event(ann, "whatever", "[1]", 7);
    ask(ann, "join:library", "[1]");
    CHECK(fake.sent(ann).empty());
    CHECK(router.stats(0).events_unhandled == 3);
}
