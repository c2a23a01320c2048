#include "fixture.hpp"

using namespace roomd;
using namespace roomd::test;

namespace {
std::string refusal(std::string_view code) {
    return R"(37[{"ok":false,"error":{"code":")" + std::string{code} + "\"";
}
bool begins(const std::string &text, const std::string &with) {
    return text.rfind(with, 0) == 0;
}
} // namespace

TEST_CASE_FIXTURE(RouterFixture, "a join is answered with the room and how many are in it") {
    const auto ann = connect(), bob = connect();
    CHECK(ask(ann, "join:library", R"(["library123"])") ==
          R"(37[{"ok":true,"room":"library:library123","members":1}])");
    CHECK(ask(bob, "join", R"(["library:library123"])") ==
          R"(37[{"ok":true,"room":"library:library123","members":2}])");
    CHECK(ask(ann, "leave:library", R"(["library123"])") ==
          R"(37[{"ok":true,"room":"library:library123","members":1}])");
    CHECK(ask(bob, "leave", R"(["library:library123"])") ==
          R"(37[{"ok":true,"room":"library:library123","members":0}])");
    CHECK(router.stats(10).rooms == 0);
}

TEST_CASE_FIXTURE(RouterFixture, "a join without an ack is silent when it succeeds") {
    const auto ann = connect();
    fake.event(ann, "join:library", R"(["1"])");
    CHECK(fake.sent(ann).empty());
    CHECK(router.members("/", "library:1") == std::vector{ann});
}

TEST_CASE_FIXTURE(RouterFixture,
                  "joining twice is one membership, and leaving twice is not an error") {
    const auto ann = connect();
    ask(ann, "join:library", R"(["1"])");
    CHECK(ask(ann, "join:library", R"(["1"])") ==
          R"(37[{"ok":true,"room":"library:1","members":1}])");
    ask(ann, "leave:library", R"(["1"])");
    CHECK(ask(ann, "leave:library", R"(["1"])") ==
          R"(37[{"ok":true,"room":"library:1","members":0}])");
}

TEST_CASE_FIXTURE(RouterFixture, "an integer is taken as its decimal text") {
    const auto ann = connect();
    CHECK(ask(ann, "join:library", "[42]") == R"(37[{"ok":true,"room":"library:42","members":1}])");
    CHECK(ask(ann, "join:library", R"([ "42" ])") ==
          R"(37[{"ok":true,"room":"library:42","members":1}])");
    CHECK(ask(ann, "join:library", "[0]") == R"(37[{"ok":true,"room":"library:0","members":1}])");
    CHECK(ask(ann, "join:library", "[-7]") == R"(37[{"ok":true,"room":"library:-7","members":1}])");
    CHECK(ask(ann, "join:library", "[9007199254740991]") ==
          R"(37[{"ok":true,"room":"library:9007199254740991","members":1}])");
}

TEST_CASE_FIXTURE(RouterFixture, "a name escaped in JSON is the name it says") {
    const auto ann = connect();
    CHECK(ask(ann, "join:library", "[\"\\u0061bc\"]") ==
          R"(37[{"ok":true,"room":"library:abc","members":1}])");
}

TEST_CASE_FIXTURE(RouterFixture, "a room's case counts") {
    const auto ann = connect(), bob = connect();
    ask(ann, "join:library", R"(["A"])");
    CHECK(ask(bob, "join:library", R"(["a"])") ==
          R"(37[{"ok":true,"room":"library:a","members":1}])");
}

TEST_CASE_FIXTURE(RouterFixture, "an id in any hostile spelling is refused, never repaired") {
    const auto ann = connect();
    ask(ann, "join:library", R"(["good"])");
    const std::string long_id(256, 'a');
    for (const std::string &args : Texts{R"([""])",
                                         R"(["good\u0000"])",
                                         R"(["\u0000good"])",
                                         R"(["good\u0000x"])",
                                         R"([" good"])",
                                         R"(["good "])",
                                         R"(["go od"])",
                                         R"(["good\t"])",
                                         R"(["good\n"])",
                                         R"(["good\r\n"])",
                                         R"(["good\u00a0"])",
                                         R"(["good\u200b"])",
                                         R"(["\ufeffgood"])",
                                         "[\"g\xd0\xbe\xd0\xbe\x64\"]",
                                         R"(["\u0433ood"])",
                                         R"(["\uff47ood"])",
                                         R"(["g\u00f6od"])",
                                         R"(["go\u0301od"])",
                                         R"(["\ud83d\ude00"])",
                                         R"(["\ud800"])",
                                         R"(["good*"])",
                                         R"(["*"])",
                                         R"(["good\""])",
                                         R"(["<b>"])",
                                         R"(["${good}"])",
                                         R"([["good"]])",
                                         R"([{"id":"good"}])",
                                         R"([{"_placeholder":true,"num":0}])",
                                         R"([null])",
                                         R"([true])",
                                         R"([false])",
                                         R"([])",
                                         R"(["good","good"])",
                                         R"(["good",null])",
                                         R"([1.0])",
                                         R"([1.5])",
                                         R"([1e3])",
                                         R"([1E3])",
                                         R"([-0])",
                                         R"([0.0])",
                                         R"([9007199254740992])",
                                         R"([-9007199254740992])",
                                         R"([123456789012345678901234567890])",
                                         R"([1e400])",
                                         "[\"" + long_id + "\"]"}) {
        CAPTURE(args);
        CHECK(begins(ask(ann, "join:library", args), refusal("room_invalid")));
    }
    CHECK(router.stats(100).rooms == 1);
    CHECK(router.members("/", "library:good") == std::vector{ann});
    CHECK(hooks.log == Texts{"joining library:good"}); // nobody was asked about the others
}

TEST_CASE_FIXTURE(RouterFixture, "an id that is written in another way is another room") {
    const auto ann = connect(), bob = connect();
    ask(ann, "join:library", R"(["CORP\\ann"])");
    for (const std::string id :
         {"CORP/ann", "corp\\\\ann", "CORP%5Cann", "CORP\\\\\\\\ann", "library:CORP\\\\ann"})
        CHECK(begins(ask(bob, "join:library", "[\"" + id + "\"]"), R"(37[{"ok":true)"));
    CHECK(router.members("/", "library:CORP\\ann") == std::vector{ann});
    CHECK(router.stats(100).rooms == 6);
    CHECK(ask(bob, "join", R"(["library:CORP\u005cann"])") ==
          R"(37[{"ok":false,"error":{"code":"too_many_rooms",)"
          R"("message":"you are in as many rooms as allowed"}}])");
}

TEST_CASE_FIXTURE(RouterFixture, "the generic verb takes a whole name of a known kind only") {
    const auto ann = connect();
    for (const auto args : {R"(["library"])", R"(["lobby"])", R"(["Library:1"])", R"(["user:1"])",
                            R"(["librar:1"])", R"(["libraryx:1"])"}) {
        CAPTURE(args);
        CHECK(begins(ask(ann, "join", args), refusal("room_unknown_kind")));
    }
    for (const auto args : {R"(["library:"])", R"([":1"])", R"([":"])", R"(["library: 1"])",
                            R"(["library\u0000:1"])", R"(["library:1\u0000"])", R"([1])", R"([])",
                            R"([""])", R"([["library:1"]])", R"([" library:1"])"}) {
        CAPTURE(args);
        CHECK(begins(ask(ann, "join", args), refusal("room_invalid")));
    }
    CHECK(router.stats(100).rooms == 0);
}

TEST_CASE_FIXTURE(RouterFixture, "nobody joins another client's private room") {
    const auto ann = connect(), eve = connect();
    const std::string quoted = "[\"" + fake.id(ann) + "\"]";
    CHECK(begins(ask(eve, "join", quoted), refusal("room_unknown_kind")));
    CHECK(router.members("/", fake.id(ann)) == std::vector{ann});
}

TEST_CASE_FIXTURE(RouterFixture,
                  "a kind that denies, denies; one that is never joined is not asked") {
    const auto ann = connect();
    CHECK(begins(ask(ann, "join:closed", R"(["1"])"), refusal("room_denied")));
    CHECK(hooks.log == Texts{"joining closed:1"});
    hooks.log.clear();
    CHECK(begins(ask(ann, "join:staff", R"(["1"])"), refusal("room_denied")));
    CHECK(begins(ask(ann, "join", R"(["staff:1"])"), refusal("room_denied")));
    CHECK(hooks.log.empty());
}

TEST_CASE_FIXTURE(RouterFixture, "who was put into a room that is never joined cannot leave it") {
    const auto ann = connect();
    router.join(ann, "staff:1");
    CHECK(begins(ask(ann, "leave:staff", R"(["1"])"), refusal("room_denied")));
    CHECK(begins(ask(ann, "leave", R"(["staff:1"])"), refusal("room_denied")));
    router.join(ann, "lobby");
    CHECK(begins(ask(ann, "leave", R"(["lobby"])"), refusal("room_unknown_kind")));
    CHECK(router.members("/", "staff:1") == std::vector{ann});
}

TEST_CASE_FIXTURE(RouterFixture, "an automatic kind is joined by request where it admits") {
    CHECK(ask(connect(), "join:role", R"(["student"])") ==
          R"(37[{"ok":true,"room":"role:student","members":1}])");
}

TEST_CASE_FIXTURE(RouterFixture, "a refused join without an ack sends join:error") {
    const auto ann = connect();
    fake.event(ann, "join:closed", R"(["1"])");
    CHECK(fake.sent(ann) == Texts{R"(2["join:error",{"room":"closed:1","code":"room_denied",)"
                                  R"("message":"you may not join this room"}])"});
    fake.event(ann, "join:library", R"(["a\"b"])");
    CHECK(
        begins(fake.sent(ann).at(0), R"(2["join:error",{"room":"library:a\"b","code":"room_inv)"));
    fake.event(ann, "join:library", R"([{"x":1}])");
    CHECK(begins(fake.sent(ann).at(0), R"(2["join:error",{"room":null,"code":"room_invalid")"));
    fake.event(ann, "join:library", "[\"" + std::string(5000, 'a') + "\"]");
    CHECK(begins(fake.sent(ann).at(0), R"(2["join:error",{"room":null,"code":"room_invalid")"));
}

TEST_CASE_FIXTURE(RouterFixture, "a refused leave without an ack says nothing") {
    const auto ann = connect();
    fake.event(ann, "leave:library", R"([""])");
    CHECK(fake.sent(ann).empty());
    CHECK(router.stats(1).joins_refused == 0);
}

TEST_CASE_FIXTURE(RouterFixture, "a client is in as many rooms as it may be") {
    const auto ann = connect();
    for (int i = 0; i < 5; ++i)
        ask(ann, "join:library", "[" + std::to_string(i) + "]");
    CHECK(begins(ask(ann, "join:library", "[5]"), refusal("too_many_rooms")));
    CHECK(begins(ask(ann, "join:library", "[4]"), R"(37[{"ok":true)")); // in it already
    ask(ann, "leave:library", "[0]");
    CHECK(begins(ask(ann, "join:library", "[5]"), R"(37[{"ok":true)"));
    CHECK(router.join(ann, "lobby") == Status::too_big);
    CHECK(router.stats(1).joins_refused == 1);
}

TEST_CASE_FIXTURE(RouterFixture, "verbs come before plugins' hooks, other events reach them") {
    const auto ann = connect();
    hooks.on_event = [](base::ClientId, const sio::Event &) { return Next::taken; };
    ask(ann, "join:library", R"(["1"])");
    CHECK(hooks.log == Texts{"joining library:1"});
    for (const auto name : {"joint", "Join:library", "join library", "leaving:1", "join:error"}) {
        hooks.log.clear();
        fake.event(ann, name, "[1]", 7);
        CHECK(hooks.log == Texts{"event " + std::string{name} + " [1]"});
    }
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(RouterFixture, "a verb of an unknown kind is a plugin's first, else says so") {
    const auto ann = connect();
    for (const auto verb : {"join:libary", "join:", "join:LIBRARY", "leave:libary", "join:a:b"}) {
        CAPTURE(verb);
        CHECK(begins(ask(ann, verb, R"(["1"])"), refusal("room_unknown_kind")));
    }
    hooks.on_event = [](base::ClientId, const sio::Event &) { return Next::taken; };
    fake.event(ann, "join:libary", R"(["1"])", 7);
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(RouterFixture, "a plugin's verdict on a join stands above the kind's rule") {
    const auto ann = connect();
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    fake.event(ann, "join:closed", R"(["1"])", 7);
    CHECK(fake.sent(ann).empty());
    CHECK(router.decide_join(ann, "closed:1", yes()) == Status::ok);
    CHECK(fake.sent(ann) == Texts{R"(37[{"ok":true,"room":"closed:1","members":1}])"});

    fake.event(ann, "join:library", R"(["1"])", 7);
    CHECK(router.decide_join(ann, "library:1", no("not today", R"({"retry":5})")) == Status::ok);
    CHECK(fake.sent(ann) == Texts{R"(37[{"ok":false,"error":{"code":"room_denied",)"
                                  R"("message":"not today","data":{"retry":5}}}])"});
    CHECK(router.stats(10).rooms == 1);
}

TEST_CASE_FIXTURE(RouterFixture, "while a join waits for its verdict nothing overtakes it") {
    const auto ann = connect();
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    fake.event(ann, "join:library", R"(["1"])", 1);
    fake.event(ann, "after", "[]");
    fake.event(ann, "join:library", R"(["2"])", 2);
    fake.event(ann, "last", "[]");
    CHECK(hooks.log == Texts{"joining library:1"});

    router.decide_join(ann, "library:1", yes());
    CHECK(hooks.log == Texts{"joining library:1", "event after []", "joining library:2"});
    router.decide_join(ann, "library:2", no());
    CHECK(hooks.log.back() == "event last []");
    const auto sent = fake.sent(ann);
    REQUIRE(sent.size() == 2);
    CHECK(sent[0] == R"(31[{"ok":true,"room":"library:1","members":1}])");
    CHECK(begins(sent[1], R"(32[{"ok":false)"));
}

TEST_CASE_FIXTURE(RouterFixture, "one client's waiting join does not hold up another's events") {
    const auto ann = connect(), bob = connect();
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    fake.event(ann, "join:library", R"(["1"])");
    fake.event(bob, "hello", "[]");
    CHECK(hooks.log.back() == "event hello []");
}

TEST_CASE_FIXTURE(RouterFixture, "a verdict inside the join hook needs no hold") {
    const auto ann = connect();
    hooks.on_joining = [&](const dispatch::Joining &j) {
        CHECK(router.decide_join(j.client, j.room, yes()) == Status::ok);
        return Next::taken;
    };
    CHECK(ask(ann, "join:closed", R"(["1"])") ==
          R"(37[{"ok":true,"room":"closed:1","members":1}])");
    fake.event(ann, "after", "[]");
    CHECK(hooks.log.back() == "event after []");
}

TEST_CASE_FIXTURE(RouterFixture, "a verdict on a join nobody waits for is gone") {
    const auto ann = connect();
    CHECK(router.decide_join(ann, "library:1", yes()) == Status::gone);
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    fake.event(ann, "join:library", R"(["1"])", 7);
    CHECK(router.decide_join(ann, "library:2", yes()) == Status::gone);
    CHECK(router.decide_join(ann, "library:1", no("x", "{nope")) == Status::invalid);
    fake.leave(ann, session::CloseReason::transport_close);
    CHECK(router.decide_join(ann, "library:1", yes()) == Status::gone);
    CHECK(router.stats(10).rooms == 0);
}

TEST_CASE_FIXTURE(RouterFixture, "a client sent away by the join hook joins nothing") {
    const auto ann = connect();
    hooks.on_joining = [&](const dispatch::Joining &j) {
        router.disconnect(j.client, false, session::CloseReason::server_namespace_disconnect);
        return Next::pass;
    };
    fake.event(ann, "join:library", R"(["1"])", 7);
    CHECK_FALSE(fake.alive(ann));
    CHECK(router.stats(10).rooms == 0);
}

TEST_CASE_FIXTURE(RouterFixture, "rooms a plugin gave meanwhile count when the verdict comes") {
    const auto ann = connect();
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    fake.event(ann, "join:library", R"(["1"])", 7);
    for (int i = 0; i < 5; ++i)
        router.join(ann, "r" + std::to_string(i));
    router.decide_join(ann, "library:1", yes());
    CHECK(begins(fake.sent(ann).at(0), refusal("too_many_rooms")));
}

TEST_CASE_FIXTURE(RouterFixture, "a reload brings new kinds and their verbs at once") {
    options.kinds.push_back(open("seat", policy::Join::request));
    router.reconfigure(options);
    CHECK(ask(connect(), "join:seat", R"(["A-12"])") ==
          R"(37[{"ok":true,"room":"seat:A-12","members":1}])");
}
