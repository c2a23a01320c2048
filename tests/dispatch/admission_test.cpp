#include "fixture.hpp"

using namespace roomd;
using namespace roomd::test;

TEST_CASE_FIXTURE(RouterFixture, "the main namespace and configured ones let clients in") {
    for (const auto nsp : {"/", "/custom", "/tenant-a", "/tenant-"}) {
        CAPTURE(nsp);
        const auto client = fake.connect(nsp);
        CHECK(fake.sent(client) == Texts{"0"});
    }
}

TEST_CASE_FIXTURE(RouterFixture, "an unknown namespace is refused in the words of Node, unasked") {
    for (const auto nsp : {"/nowhere", "/custom/", "/customs", "/Custom", "/tenant", "//", "/*"}) {
        CAPTURE(nsp);
        fake.refusals.clear();
        CHECK_FALSE(fake.alive(fake.connect(nsp)));
        CHECK(fake.refusals == Texts{"Invalid namespace|"});
    }
    CHECK(hooks.log.empty());
}

TEST_CASE_FIXTURE(RouterFixture, "a pattern admits names of bounded length and no control bytes") {
    hooks.on_knows = [](std::string_view) { return true; };
    CHECK(fake.alive(fake.connect("/tenant-" + std::string(200, 'x'))));
    for (const auto &tail : {std::string(1000, 'x'), std::string("a b"), std::string("\n")}) {
        fake.refusals.clear();
        CHECK_FALSE(fake.alive(fake.connect("/tenant-" + tail)));
        CHECK(fake.refusals == Texts{"Invalid namespace|"});
    }
}

TEST_CASE_FIXTURE(RouterFixture, "a namespace only a plugin knows is invalid unless one takes it") {
    hooks.on_knows = [](std::string_view nsp) { return nsp == "/plugin"; };
    CHECK_FALSE(fake.alive(fake.connect("/plugin")));
    CHECK(fake.refusals == Texts{"Invalid namespace|"});

    hooks.on_connecting = [&](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect("/plugin");
    CHECK(fake.sent(client).empty());
    CHECK(router.decide_connect(client, yes()) == Status::ok);
    CHECK(fake.sent(client) == Texts{"0"});
}

TEST_CASE_FIXTURE(RouterFixture, "a plugin sees who connects, with what, and where") {
    fake.handshake.address = base::address_from("192.0.2.7");
    std::string seen;
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        seen = std::string{c.nsp} + " " + std::string{c.auth} + " " + c.handshake->address.text();
        CHECK(c.id.size() == 20);
        return Next::pass;
    };
    fake.connect("/custom", R"({"token":"x"})");
    CHECK(seen == R"(/custom {"token":"x"} 192.0.2.7)");
}

TEST_CASE_FIXTURE(RouterFixture, "a refusal carries message and data, and frees the client") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    CHECK(router.decide_connect(client, no("bad token", R"({"retryable":false})")) == Status::ok);

    CHECK(fake.refusals == Texts{R"(bad token|{"retryable":false})"});
    CHECK_FALSE(fake.alive(client));
    CHECK(router.decide_connect(client, yes()) == Status::gone);
    CHECK(hooks.log == Texts{"connecting / "}); // neither connected nor left
    CHECK(hooks.not_in == Texts{R"(refused /  bad token {"retryable":false})"});
}

TEST_CASE_FIXTURE(RouterFixture, "a client that a limit refuses after the verdict was not let in") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    dispatch::Verdict late = yes();
    late.expires_ms = 1; // over before it came
    router.decide_connect(client, late);
    REQUIRE(hooks.not_in.size() == 1);
    CHECK(hooks.not_in[0].find("refused / ") == 0);
    CHECK(hooks.log == Texts{"connecting / "});
}

TEST_CASE_FIXTURE(RouterFixture, "a refusal without a word says what happened") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    router.decide_connect(fake.connect(), no());
    CHECK(fake.refusals == Texts{"Connection refused|"});
}

TEST_CASE_FIXTURE(RouterFixture, "a verdict counts once") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    CHECK(router.decide_connect(client, yes()) == Status::ok);
    CHECK(router.decide_connect(client, yes()) == Status::gone);
    CHECK(router.decide_connect(client, no()) == Status::gone);
    CHECK(fake.alive(client));
}

TEST_CASE_FIXTURE(RouterFixture, "a verdict that is not JSON is invalid and still owed") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    CHECK(router.decide_connect(client, yes("[1]")) == Status::invalid);
    CHECK(router.decide_connect(client, yes("{")) == Status::invalid);
    CHECK(router.decide_connect(client, no("x", "{nope")) == Status::invalid);
    CHECK(router.decide_connect(client, yes("{}")) == Status::ok);
}

TEST_CASE_FIXTURE(RouterFixture, "a verdict inside the hook is a verdict") {
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        CHECK(router.decide_connect(c.client, yes()) == Status::ok);
        return Next::taken;
    };
    CHECK(fake.sent(fake.connect()) == Texts{"0"});

    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        router.decide_connect(c.client, no("no"));
        return Next::pass; // what was decided stays
    };
    CHECK_FALSE(fake.alive(fake.connect()));
}

TEST_CASE_FIXTURE(RouterFixture, "a client that dies before its verdict leaves nothing behind") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    router.join(client, "library:1");
    fake.leave(client, session::CloseReason::transport_close);

    CHECK(router.decide_connect(client, yes()) == Status::gone);
    CHECK(router.join(client, "library:1") == Status::gone);
    CHECK(router.stats(10).rooms == 0);
    CHECK(hooks.log == Texts{"connecting / "});
    CHECK(hooks.not_in == Texts{"left /  transport close "});
}

TEST_CASE_FIXTURE(RouterFixture, "packets that waited come after connected, in order") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    fake.event(client, "a", "[]");
    fake.event(client, "join:library", R"(["1"])", 1);
    fake.event(client, "b", "[]");
    CHECK(hooks.log.size() == 1);

    router.decide_connect(client, yes());
    CHECK(hooks.log ==
          Texts{"connecting / ", "connected / ", "event a []", "joining library:1", "event b []"});
}

TEST_CASE_FIXTURE(RouterFixture, "what connected emits follows the reply") {
    hooks.on_connected = [&](const dispatch::Connected &c) { router.emit(to_client(c.client)); };
    CHECK(fake.sent(fake.connect()) == Texts{"0", news});
}

TEST_CASE_FIXTURE(RouterFixture, "an emit to a client before its verdict goes ahead of the reply") {
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        CHECK(router.emit(to_client(c.client)).recipients == 1);
        return Next::pass;
    };
    CHECK(fake.sent(fake.connect()) == Texts{news, "0"});
}

TEST_CASE_FIXTURE(RouterFixture, "a room joined before the verdict counts from the verdict on") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    CHECK(router.join(client, "library:1") == Status::ok);
    CHECK(router.join(client, "library:1") == Status::ok);
    CHECK(router.join(client, "gone") == Status::ok);
    CHECK(router.leave(client, "gone") == Status::ok);

    const auto id = fake.id(client);
    CHECK(router.emit(to_rooms({"library:1"})).recipients == 0);
    CHECK(router.emit(to_rooms({id})).recipients == 0);
    Emit all = to_rooms({});
    all.all = true;
    CHECK(router.emit(all).recipients == 0);
    CHECK(router.members("/", "library:1").empty());
    CHECK(fake.sent(client).empty());

    router.decide_connect(client, yes());
    CHECK(router.members("/", "library:1") == std::vector{client});
    CHECK(router.stats(10).rooms == 1);
    CHECK(router.emit(to_rooms({"library:1"})).recipients == 1);
}

TEST_CASE_FIXTURE(RouterFixture, "rooms before the verdict are bounded too") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    const auto client = fake.connect();
    for (int i = 0; i < 5; ++i)
        CHECK(router.join(client, "r" + std::to_string(i)) == Status::ok);
    CHECK(router.join(client, "one-more") == Status::too_big);
    CHECK(router.join(client, "not a room") == Status::invalid);
}

TEST_CASE_FIXTURE(RouterFixture, "a client sent away by connected gets no event") {
    hooks.on_connecting = [](const dispatch::Connecting &) { return Next::taken; };
    hooks.on_connected = [&](const dispatch::Connected &c) {
        router.disconnect(c.client, false, session::CloseReason::server_namespace_disconnect);
    };
    const auto client = fake.connect();
    fake.event(client, "a", "[]");
    router.decide_connect(client, yes());
    CHECK(hooks.log == Texts{"connecting / ", "connected / ", "left"});
}

TEST_CASE_FIXTURE(RouterFixture, "a reload changes which namespaces there are") {
    options.namespaces = {{"/fresh", true}};
    router.reconfigure(options);
    CHECK(fake.alive(fake.connect("/fresh")));
    CHECK_FALSE(fake.alive(fake.connect("/custom")));
}
