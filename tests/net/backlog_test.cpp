#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

constexpr std::size_t mib = 1u << 20;

base::FrameRef frame(std::size_t size) {
    return base::Frame::text({"4", std::string(size - 1, 'x')});
}

std::size_t waiting(Rig &rig) {
    std::size_t out = 0;
    CHECK(rig.call(
        [&](net::Server &, session::Sessions &sessions, Echo &) { out = sessions.waiting(); }));
    return out;
}

std::size_t unread(Rig &rig) {
    std::size_t out = 0;
    CHECK(
        rig.call([&](net::Server &server, session::Sessions &, Echo &) { out = server.unread(); }));
    return out;
}

} // namespace

TEST_CASE("bytes that a peer has not read count until it reads them") {
    Rig::Setup setup;
    setup.session.send_buffer = 64 * mib;
    Rig rig(setup);
    Wire wire = websocket(rig.address(), Wire::Window::narrow);
    constexpr std::size_t size = 60000; // goes in one write
    for (int i = 0; i < 3; ++i) {
        int sent = 0;
        CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
            const session::Session *session = sessions.get(echo.newest);
            for (; session->can_take() && sent < 2000; ++sent) {
                sessions.send(echo.newest, frame(size), session::Delivery::reliable);
                sessions.flush();
                sessions.reap();
            }
            CHECK(session->outbox().empty()); // the frame is not ours any more
            CHECK(session->behind() > 0);
            CHECK(sessions.waiting() > session->behind());
            CHECK(sessions.waiting() < size + (128u << 10) + 10000); // with the kernel's
        }));
        for (; sent > 0; --sent)
            CHECK(wire.frame().payload.size() == size);
        CHECK(rig.until([](net::Server &, Echo &echo) {
            const session::Session *session = echo.sessions->get(echo.newest);
            return session != nullptr && session->can_take() && session->behind() == 0;
        }));
    }
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        sessions.send(echo.newest, frame(10), session::Delivery::reliable);
    }));
    CHECK(wire.frame().payload.size() == 10);
    CHECK(waiting(rig) < 10000);
}

TEST_CASE("peers that stop reading are cut when the total backlog is too large; readers stay") {
    Rig::Setup setup;
    setup.session.send_buffer = 512 * mib;
    setup.session.send_buffer_total = 16 * mib;
    Rig rig(setup);
    Wire honest = websocket(rig.address());
    base::SessionId reader = base::SessionId::none;
    std::vector<base::SessionId> stalled;
    std::vector<Wire> wires;
    CHECK(rig.call([&](net::Server &, session::Sessions &, Echo &echo) { reader = echo.newest; }));
    for (int i = 0; i < 8; ++i) {
        wires.push_back(websocket(rig.address(), Wire::Window::narrow));
        CHECK(rig.call([&](net::Server &, session::Sessions &, Echo &echo) {
            stalled.push_back(echo.newest);
        }));
    }
    constexpr int rounds = 100;
    int took = 0;
    for (int round = 0; round < rounds; ++round) {
        CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
            for (std::size_t i = 0; i < stalled.size(); ++i) // each its own
                sessions.send(stalled[i], frame((i + 1) * 50000), session::Delivery::reliable);
            sessions.send(reader, base::Frame::text({"4", std::to_string(round)}),
                          session::Delivery::reliable);
            sessions.flush();
            sessions.reap();
            CHECK(sessions.waiting() <= 16 * mib);
        }));
        took += honest.frame().payload == "4" + std::to_string(round) ? 1 : 0;
    }
    CHECK(took == rounds);
    CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
        CHECK(sessions.get(reader) != nullptr);
        CHECK(sessions.get(stalled.back()) == nullptr); // the first to go: it was sent most
        CHECK(sessions.totals().shed >= 1);
        CHECK(sessions.totals().shed == echo.ended.size());
        for (const session::CloseReason why : echo.ended)
            CHECK(why == session::CloseReason::slow_client);
    }));
    CHECK(rig.until([&](net::Server &server, Echo &echo) {
        return server.totals().open == 9 - echo.ended.size();
    }));
}

TEST_CASE("sessions that are opened, closed and never fetch their last packets are limited") {
    Rig::Setup setup;
    setup.net.connections = 3;
    Rig rig(setup);
    const auto ask = [&](const std::string &bytes) {
        Wire wire(rig.address());
        wire.send(bytes);
        return wire.reply();
    };
    std::string sid;
    for (int i = 0; i < 6; ++i) {
        sid = polling(rig.address());
        CHECK(ask(post(engine + "polling&sid=" + sid, "4close")).status == 200);
    }
    CHECK(rig.sessions() == 0);
    CHECK(ask(get(engine + "polling")).status == 503);
    CHECK(ask(upgrade(engine + "websocket")).status == 503);
    CHECK(ask(get(engine + "polling&sid=" + sid)).body == "1"); // that one is gone now
    CHECK(ask(get(engine + "polling")).status == 200);
}

TEST_CASE("when there are too many unread answers those that wait longest are cut") {
    Rig::Setup setup;
    setup.net.send_buffer_total = 40 * mib;
    Rig rig(setup, [](net::Server &server) { add_large_route(server, 12 * mib); });
    // This one reads, late, and keeps its connection although it has not asked again.
    Wire reader(rig.address(), Wire::Window::narrow);
    reader.send(get("/large"));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.unread() > mib; }));
    CHECK(reader.reply().body.size() == 12 * mib);
    std::vector<Wire> wires;
    std::size_t most = 0;
    for (std::uint64_t i = 0; i < 12; ++i) {
        wires.emplace_back(rig.address(), Wire::Window::narrow);
        wires.back().send(get("/large"));
        CHECK(rig.until(
            [&](net::Server &server, Echo &) { return server.totals().http_requests == 2 + i; }));
        const std::size_t now = unread(rig);
        CHECK(now <= 40 * mib);
        if (most > 30 * mib) CHECK(now > 20 * mib); // no more are cut than have to be
        most = std::max(most, now);
    }
    CHECK(rig.totals().unread_cut >= 5);
    CHECK(rig.totals().unread_cut <= 11);
    CHECK(wires.front().ends());
    CHECK(wires.back().reply().body.size() == 12 * mib);
    reader.send(get("/large"));
    CHECK(reader.reply().body.size() == 12 * mib);
}

TEST_CASE("an answer larger than the bound is sent all the same, and no longer counts once read") {
    Rig::Setup setup;
    setup.net.send_buffer_total = 2 * mib;
    Rig rig(setup, [](net::Server &server) { add_large_route(server, 12 * mib); });
    Wire wire(rig.address(), Wire::Window::narrow);
    for (int i = 0; i < 2; ++i) {
        wire.send(get("/large"));
        CHECK(rig.until([i](net::Server &server, Echo &) {
            return server.totals().http_requests == 1u + static_cast<unsigned>(i) &&
                   server.unread() > 2 * mib;
        }));
        CHECK(unread(rig) < 12 * mib + 10000);
        CHECK(wire.reply().body.size() == 12 * mib);
    }
    wire.reset();
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
    CHECK(unread(rig) == 0);
    CHECK(rig.totals().unread_cut == 0);
}
