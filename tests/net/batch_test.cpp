#include "net/batch.hpp"

#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

using Ids = std::vector<base::SessionId>;

// Websockets of one server, with their sessions.
struct Crowd {
    Rig rig;
    std::vector<Wire> wires;
    Ids ids;

    explicit Crowd(int size, Wire::Window window = Wire::Window::wide, Rig::Setup setup = {}) :
        rig(std::move(setup)) {
        for (int i = 0; i < size; ++i)
            join(window);
    }
    void join(Wire::Window window) {
        wires.push_back(websocket(rig.address(), window));
        CHECK(rig.call(
            [&](net::Server &, session::Sessions &, Echo &echo) { ids.push_back(echo.newest); }));
    }
    void send_all(const std::string &text, int times = 1) {
        CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
            const base::FrameRef frame = base::Frame::text({text});
            for (; times > 0; --times)
                for (const base::SessionId id : ids)
                    sessions.send(id, frame, session::Delivery::reliable);
        }));
    }
    std::uint64_t batched() {
        std::uint64_t out = 0;
        CHECK(rig.call(
            [&](net::Server &server, session::Sessions &, Echo &) { out = server.batched(); }));
        return out;
    }
};

Rig::Setup patient() {
    Rig::Setup setup;
    setup.session.send_buffer = 64u << 20;
    return setup;
}

std::string numbered(int n, std::size_t size) {
    return "4" + std::to_string(n) + std::string(size, 'x');
}

} // namespace

TEST_CASE(
    "writes to many are batched for the kernel; to few, or when disabled, they go one by one") {
    for (const bool wanted : {true, false}) {
        Rig::Setup setup;
        setup.net.io_uring = wanted;
        Crowd crowd(20, Wire::Window::wide, setup);
        crowd.send_all("4one");
        for (Wire &wire : crowd.wires)
            CHECK(wire.frame().payload == "4one");
        CHECK(crowd.batched() == (wanted ? 20 : 0));
        crowd.send_all("4two", 3); // three in one write
        for (Wire &wire : crowd.wires)
            for (int i = 0; i < 3; ++i)
                CHECK(wire.frame().payload == "4two");
        CHECK(crowd.batched() == (wanted ? 40 : 0));
        crowd.ids.resize(5);
        crowd.send_all("4few");
        for (std::size_t i = 0; i < 5; ++i)
            CHECK(crowd.wires[i].frame().payload == "4few");
        CHECK(crowd.batched() == (wanted ? 40 : 0));
    }
}

TEST_CASE("a batch may have more bytes than one submission") {
    constexpr int rounds = 3; // 40 times 60 kB
    Crowd crowd(40, Wire::Window::wide, patient());
    CHECK(crowd.rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        for (int n = 0; n < rounds; ++n)
            for (const base::SessionId id : crowd.ids)
                sessions.send(id, base::Frame::text({numbered(n, 20000)}),
                              session::Delivery::reliable);
    }));
    for (Wire &wire : crowd.wires)
        for (int n = 0; n < rounds; ++n)
            REQUIRE((wire.frame().payload == numbered(n, 20000)));
    CHECK(crowd.batched() >= 32);
}

TEST_CASE("a peer has one write in a batch: nothing is sent before the rest of a short one") {
    constexpr int rounds = 300; // of 20 kB at once: more than the kernel takes
    Crowd crowd(12, Wire::Window::narrow, patient());
    CHECK(crowd.rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        for (int n = 0; n < rounds; ++n) {
            const base::FrameRef frame = base::Frame::text({numbered(n, 20000)});
            for (const base::SessionId id : crowd.ids)
                sessions.send(id, frame, session::Delivery::reliable);
        }
    }));
    for (Wire &wire : crowd.wires)
        for (int n = 0; n < rounds; ++n)
            REQUIRE((wire.frame().payload == numbered(n, 20000)));
}

TEST_CASE("a session knows in the same flush that its peer did not accept everything") {
    Crowd crowd(12, Wire::Window::narrow, patient());
    CHECK(crowd.rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        std::size_t blocked = 0;
        for (int n = 0; n < 1000 && blocked < crowd.ids.size(); ++n) {
            blocked = 0;
            const base::FrameRef frame = base::Frame::text({numbered(n, 30000)});
            for (const base::SessionId id : crowd.ids) {
                const session::Session *session = sessions.get(id);
                if (session->can_take()) sessions.send(id, frame, session::Delivery::reliable);
            }
            sessions.flush();
            for (const base::SessionId id : crowd.ids) {
                const session::Session *session = sessions.get(id);
                if (session->can_take()) continue;
                ++blocked;
                REQUIRE(session->outbox().empty()); // and not when it has more to send
            }
        }
        CHECK(blocked == crowd.ids.size());
    }));
}

TEST_CASE(
    "bytes that peers do not accept at once arrive later, whole and in order, with pongs between") {
    Crowd crowd(12, Wire::Window::narrow, patient());
    constexpr int count = 2000; // 4 MB for each: more than the kernel takes
    for (int n = 0; n < count; ++n)
        crowd.send_all(numbered(n, 2000));
    CHECK(crowd.rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        for (const base::SessionId id : crowd.ids) {
            REQUIRE(sessions.get(id) != nullptr);
            CHECK_FALSE(sessions.get(id)->can_take()); // it knows that they are held up
        }
    }));
    CHECK(crowd.batched() > 100);
    for (Wire &wire : crowd.wires) {
        wire.send(ws(9, "p"));
        bool pong = false;
        for (int n = 0; n < count;) {
            const WsFrame frame = wire.frame();
            if (frame.opcode == 10) {
                pong = true;
                continue;
            }
            REQUIRE((frame.payload == numbered(n, 2000)));
            ++n;
        }
        if (!pong) CHECK(wire.frame().opcode == 10);
    }
}

TEST_CASE("a close frame comes behind deferred writes, and a peer that is cut gets neither") {
    Crowd crowd(20);
    CHECK(crowd.rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        for (const base::SessionId id : crowd.ids)
            sessions.send(id, base::Frame::text({"4last"}), session::Delivery::reliable);
        for (std::size_t i = 0; i < 10; ++i)
            sessions.close(crowd.ids[i], session::CloseReason::forced_close,
                           session::Goodbye::polite);
        sessions.close(crowd.ids[10], session::CloseReason::slow_client, session::Goodbye::cut);
    }));
    for (std::size_t i = 0; i < crowd.wires.size(); ++i) {
        CAPTURE(i);
        if (i == 10) {
            CHECK(crowd.wires[i].frame().opcode == -1);
            continue;
        }
        CHECK(crowd.wires[i].frame().payload == "4last");
        if (i < 10) CHECK(crowd.wires[i].frame().opcode == 8);
    }
}

TEST_CASE("peers that are gone do not affect the others") {
    Crowd crowd(30);
    crowd.rig.stalled([&] {
        for (std::size_t i = 0; i < 10; ++i)
            crowd.wires[i].reset();
    });
    for (int n = 0; n < 5; ++n)
        crowd.send_all(numbered(n, 10));
    for (std::size_t i = 10; i < crowd.wires.size(); ++i)
        for (int n = 0; n < 5; ++n)
            REQUIRE(crowd.wires[i].frame().payload == numbered(n, 10));
    CHECK(crowd.rig.until([](net::Server &server, Echo &) { return server.totals().open == 20; }));
}

TEST_CASE("without io_uring writes go out one by one") {
    Crowd crowd(20);
    CHECK(crowd.rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        const rlimit none{4, limit.rlim_max}; // no new descriptor
        setrlimit(RLIMIT_NOFILE, &none);
        for (const base::SessionId id : crowd.ids)
            sessions.send(id, base::Frame::text({"4one"}), session::Delivery::reliable);
        sessions.flush();
        setrlimit(RLIMIT_NOFILE, &limit);
    }));
    crowd.send_all("4two");
    for (Wire &wire : crowd.wires) {
        CHECK(wire.frame().payload == "4one");
        CHECK(wire.frame().payload == "4two");
    }
    CHECK(crowd.batched() == 0);
}
