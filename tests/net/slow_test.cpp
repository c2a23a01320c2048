#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

std::size_t resident() { // bytes
    std::FILE *file = std::fopen("/proc/self/statm", "r");
    REQUIRE(file != nullptr);
    unsigned long all = 0, pages = 0;
    REQUIRE(std::fscanf(file, "%lu %lu", &all, &pages) == 2);
    std::fclose(file);
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

} // namespace

TEST_CASE("frames that a slow peer's socket did not accept arrive later, whole and in order") {
    Rig::Setup setup;
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    Wire wire = websocket(rig.address(), Wire::Window::narrow);
    constexpr int count = 8000; // 16 MB: more than the kernel takes
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        for (int i = 0; i < count; ++i)
            sessions.send(echo.newest,
                          base::Frame::text({"4", std::to_string(i), std::string(2000, 'x')}),
                          session::Delivery::reliable);
    }));
    int in_order = 0, pongs = 0;
    while (in_order < count) {
        if (in_order % 2000 == 0 && pongs == in_order / 2000) wire.send(ws(9, "p"));
        const WsFrame frame = wire.frame();
        if (frame.opcode == 10 && ++pongs > 0) continue; // in between, and a whole frame
        if (frame.payload != "4" + std::to_string(in_order) + std::string(2000, 'x')) break;
        ++in_order;
    }
    CHECK(in_order == count);
}

TEST_CASE("frames for a blocked peer stay in the outbox, which is bounded") {
    Rig::Setup setup;
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    const Wire wire = websocket(rig.address(), Wire::Window::narrow);
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        const base::FrameRef frame = base::Frame::text({"4", std::string(100000, 'x')});
        for (int i = 0; i < 300; ++i)
            sessions.send(echo.newest, frame, session::Delivery::reliable);
        sessions.flush();
        // The kernel took a little, the connection's output keeps the rest of one write.
        CHECK(sessions.get(echo.newest)->outbox().bytes() > (10u << 20));
    }));
}

TEST_CASE("a peer that reads nothing is cut when its outbox is over the bound") {
    Rig::Setup setup;
    setup.session.send_buffer = 1u << 20;
    Rig rig(setup);
    Wire wire = websocket(rig.address(), Wire::Window::narrow);
    const auto fill = [](net::Server &, session::Sessions &sessions, Echo &echo) {
        for (int i = 0; i < 100; ++i)
            sessions.send(echo.newest, base::Frame::text({"4", std::string(10000, 'x')}),
                          session::Delivery::reliable);
    };
    for (int i = 0; i < 50 && rig.sessions() == 1; ++i)
        CHECK(rig.call(fill));
    CHECK(rig.sessions() == 0);
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
}

TEST_CASE("a large frame goes out in one piece, to a slow peer too, with pongs around it") {
    Rig::Setup setup;
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    for (const std::size_t size : {65536u, 70000u, 98305u, 16000000u}) {
        for (const bool binary : {false, true}) {
            CAPTURE(size);
            Wire wire = websocket(rig.address(), Wire::Window::narrow);
            std::string whole(size, 'x');
            for (std::size_t i = 0; i < size; i += 997)
                whole[i] = static_cast<char>('a' + i % 26);
            CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
                const auto big = binary ? base::Frame::binary(whole) : base::Frame::text({whole});
                sessions.send(echo.newest, big, session::Delivery::reliable);
                sessions.send(echo.newest, base::Frame::text({"4next"}),
                              session::Delivery::reliable);
            }));
            wire.send(ws(9, "first") + ws(9, "second"));
            wire.send(ws(9, "last"));
            std::string pong;
            const auto next = [&] {
                WsFrame frame = wire.frame();
                while (frame.opcode == 10) {
                    pong = frame.payload;
                    frame = wire.frame();
                }
                return frame;
            };
            const WsFrame big = next();
            CHECK(big.opcode == (binary ? 2 : 1));
            CHECK(big.fin);
            CHECK((big.payload == whole));
            CHECK(next().payload == "4next");
            while (pong != "last") {
                const WsFrame frame = wire.frame();
                if (frame.opcode != 10) break;
                pong = frame.payload;
            }
            CHECK(pong == "last");
        }
    }
}

TEST_CASE("one large frame for many peers that do not read exists once") {
    Rig rig;
    constexpr std::size_t size = 16u << 20;
    std::vector<Wire> wires;
    std::vector<base::SessionId> ids;
    for (int i = 0; i < 20; ++i) {
        wires.push_back(websocket(rig.address(), Wire::Window::narrow));
        CHECK(rig.call(
            [&](net::Server &, session::Sessions &, Echo &echo) { ids.push_back(echo.newest); }));
    }
    const std::size_t before = resident();
    CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        const base::FrameRef frame = base::Frame::text({"4", std::string(size, 'x')});
        for (const base::SessionId id : ids)
            sessions.send(id, frame, session::Delivery::reliable);
        sessions.flush();
        for (const base::SessionId id : ids)
            CHECK_FALSE(sessions.get(id)->can_take());
    }));
    // The frame, the text it was made of, and room for the test itself and for sanitizers; not 20
    // times 16 MB.
    CHECK(resident() - before < 10 * size);
}

TEST_CASE("a frame larger than what is read at once goes out in one piece") {
    Rig rig;
    Wire wire = websocket(rig.address());
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        sessions.send(echo.newest, base::Frame::text({"4", std::string(20000, 'x')}),
                      session::Delivery::reliable);
        sessions.flush();
        CHECK(sessions.get(echo.newest)->can_take()); // the rest was not copied and kept
    }));
    CHECK(wire.frame().payload.size() == 20001);
}
