// The router over the real Clients and Sessions: what the fakes promise is what is there.
#include "dispatch/router.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"
#include "support/dispatch_defaults.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_link.hpp"
#include "support/hand_clock.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace roomd;
using test::FakeLink;
using Next = dispatch::Hooks::Next;
using Texts = std::vector<std::string>;

namespace {

struct Peer {
    FakeLink link{session::Transport::websocket};
    base::SessionId session = base::SessionId::none;
};

struct Whole {
    static dispatch::Options kinds() {
        dispatch::Options options = test::dispatch_defaults();
        options.kinds = {{"library", {}}};
        options.kinds.front().rules.allow_all = true;
        return options;
    }

    test::HandClock clock;
    test::FakeHooks hooks;
    session::Options engine = test::session_defaults();
    session::SocketIo clients{test::client_defaults(), clock};
    session::Sessions sessions;
    dispatch::Router router{kinds(), clients, clock};
    std::vector<std::unique_ptr<Peer>> peers;
    std::vector<base::ClientId> connected;

    explicit Whole(std::size_t send_buffer = 1u << 20) :
        engine{with_buffer(send_buffer)},
        sessions(engine, clients, clock) {
        clients.wire(sessions, router);
        router.wire(hooks);
        hooks.on_connected = [this](const dispatch::Connected &c) {
            connected.push_back(c.client);
        };
    }
    static session::Options with_buffer(std::size_t bytes) {
        session::Options options = test::session_defaults();
        options.send_buffer = bytes;
        return options;
    }

    Peer &open() {
        Peer &peer = *peers.emplace_back(std::make_unique<Peer>());
        peer.session =
            sessions.open(session::Transport::websocket, session::Handshake{}, peer.link);
        return peer;
    }
    Peer &connect() {
        Peer &peer = open();
        say(peer, "40");
        received(peer);
        return peer;
    }
    void say(Peer &peer, std::string_view text) { sessions.text(peer.session, peer.link, text); }
    void turn() {
        sessions.flush();
        sessions.reap();
    }
    Texts received(Peer &peer) {
        turn();
        return std::exchange(peer.link.got, {});
    }
    static dispatch::Verdict yes() {
        dispatch::Verdict verdict;
        verdict.accept = true;
        return verdict;
    }
    static dispatch::Emit news(std::vector<std::string_view> rooms) {
        dispatch::Emit emit;
        emit.rooms = std::move(rooms);
        emit.event = "news";
        emit.args.json = "[1]";
        return emit;
    }
};

} // namespace

TEST_CASE_FIXTURE(Whole, "a client joins two rooms and gets an emit to both once") {
    Peer &peer = connect();
    say(peer, R"(420["join:library","1"])");
    say(peer, R"(421["join","library:2"])");
    CHECK(received(peer) == Texts{R"(430[{"ok":true,"room":"library:1","members":1}])",
                                  R"(431[{"ok":true,"room":"library:2","members":1}])"});

    CHECK(router.emit(news({"library:1", "library:2"})).recipients == 1);
    CHECK(received(peer) == Texts{R"(42["news",1])"});
}

TEST_CASE_FIXTURE(Whole,
                  "an unknown namespace is refused on the wire as Node does, and stays open") {
    Peer &peer = connect();
    say(peer, "40/nowhere,");
    CHECK(received(peer) == Texts{R"(44/nowhere,{"message":"Invalid namespace"})"});
    CHECK_FALSE(peer.link.closed);
}

TEST_CASE_FIXTURE(Whole,
                  "what a plugin emits before the verdict precedes the reply, events follow") {
    base::ClientId client = base::ClientId::none;
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        client = c.client;
        return Next::taken;
    };
    hooks.on_event = [&](base::ClientId id, const sio::Event &event) {
        router.ack(id, *event.ack, event.args);
        return Next::taken;
    };
    Peer &peer = open();
    received(peer);
    say(peer, "40");
    say(peer, R"(420["hello",1])");
    dispatch::Emit early = news({});
    early.to = client;
    router.emit(early);
    CHECK(router.join(client, "library:1") == dispatch::Status::ok);
    CHECK(router.emit(news({"library:1"})).recipients == 0);
    CHECK(received(peer) == Texts{R"(42["news",1])"});

    router.decide_connect(client, yes());
    const Texts after = received(peer);
    REQUIRE(after.size() == 2);
    CHECK(after[0].rfind(R"(40{"sid":")", 0) == 0);
    CHECK(after[1] == "430[1]");
    CHECK(hooks.log == Texts{"connecting / ", "publish news", "connected / ", "event hello [1]"});
    CHECK(router.emit(news({"library:1"})).recipients == 1);
}

TEST_CASE_FIXTURE(Whole, "while a join waits for its verdict nothing of that client overtakes it") {
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    Peer &peer = connect(), &other = connect();
    say(peer, R"(420["join:library","1"])");
    say(peer, R"(42["after"])");
    say(peer, R"(421["leave:library","1"])");
    say(other, R"(42["other"])");
    CHECK(received(peer).empty());
    CHECK(hooks.log.back() == "event other []");

    router.decide_join(connected.at(0), "library:1", yes());
    CHECK(hooks.log.back() == "event after []");
    CHECK(received(peer) == Texts{R"(430[{"ok":true,"room":"library:1","members":1}])",
                                  R"(431[{"ok":true,"room":"library:1","members":0}])"});
}

TEST_CASE_FIXTURE(Whole, "a client that goes while its join waits leaves nothing behind") {
    hooks.on_joining = [&](const dispatch::Joining &) { return Next::taken; };
    Peer &peer = connect();
    say(peer, R"(420["join:library","1"])");
    sessions.link_gone(peer.session, peer.link, session::CloseReason::transport_close);
    turn();
    CHECK(router.decide_join(connected.at(0), "library:1", yes()) == dispatch::Status::gone);
    CHECK(router.stats(1).rooms == 0);
    CHECK(router.stats(1).clients == 0);
    CHECK(hooks.log.back() == "left");
}

TEST_CASE_FIXTURE(
    Whole, "an expired client's transport ends without a DISCONNECT, a kicked one's has it") {
    auto connect_as = [&](std::int64_t expires) -> Peer & {
        hooks.on_connecting = [&, expires](const dispatch::Connecting &c) {
            auto verdict = yes();
            verdict.identity = R"({"user":"ann"})";
            verdict.expires_ms = expires;
            router.decide_connect(c.client, verdict);
            return Next::taken;
        };
        return connect();
    };
    Peer &expiring = connect_as(base::unix_ms() + 1000), &kicked = connect_as(0);
    router.tick();
    CHECK_FALSE(expiring.link.closed);
    clock.advance(std::chrono::milliseconds(2000));
    router.tick();
    CHECK(received(expiring).empty());
    CHECK(expiring.link.closed);
    CHECK_FALSE(kicked.link.closed);

    CHECK(router.kick("ann", false) == 1);
    CHECK(received(kicked) == Texts{"41"});
}

TEST_CASE("a client that does not read is closed after the fan-out, and the others read on") {
    Whole whole{4096};
    std::vector<Peer *> readers;
    Peer &stuck = whole.connect();
    for (int i = 0; i < 20; ++i)
        readers.push_back(&whole.connect());
    for (const auto client : whole.connected)
        whole.router.join(client, "crowd");
    stuck.link.takes = 0;
    stuck.link.blocks = true;

    const std::string text = "[\"" + std::string(1000, 'x') + "\"]";
    auto emit = Whole::news({"crowd"});
    emit.args.json = text;
    for (int i = 0; i < 10; ++i) {
        CHECK(whole.hooks.log.back().rfind("left", 0) != 0); // not inside an emit
        whole.router.emit(emit);
        if (i == 9) break;
        whole.sessions.flush();
    }
    whole.turn();
    CHECK(stuck.link.closed);
    CHECK(whole.hooks.log.back() == "left crowd");
    CHECK(whole.router.members("/", "crowd").size() == 20);
    for (Peer *reader : readers)
        CHECK(reader->link.got.size() == 10);
}
