#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("frames that did not fit a slow peer's window arrive later, whole and in order") {
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

TEST_CASE("what a blocked peer does not take stays in the outbox, which is bounded") {
    Rig::Setup setup;
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    const Wire wire = websocket(rig.address(), Wire::Window::narrow);
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        const base::FrameRef frame = base::Frame::text({"4", std::string(100000, 'x')});
        for (int i = 0; i < 300; ++i)
            sessions.send(echo.newest, frame, session::Delivery::reliable);
        sessions.flush();
        // The kernel took some megabytes, libwebsockets the rest of one write.
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
