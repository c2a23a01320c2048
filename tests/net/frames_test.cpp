// What a websocket's peer does wrong, or in pieces, or too much of.
#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace roomd::test;

namespace {

int code_of(const WsFrame &frame) {
    if (frame.opcode != 8 || frame.payload.size() < 2) return 0;
    return static_cast<unsigned char>(frame.payload[0]) * 256 +
           static_cast<unsigned char>(frame.payload[1]);
}

// A control frame that is legal but for what the test does to it.
std::string unmasked(const std::string &payload) {
    return "\x81" + std::string(1, static_cast<char>(payload.size())) + payload;
}

} // namespace

TEST_CASE("a violation is answered with its code once, and nothing follows in either direction") {
    Rig::Setup setup;
    setup.net.farewell = base::Duration(300);
    setup.session.max_payload = 1000;
    Rig rig(setup);
    const struct {
        const char *what;
        std::string bytes;
        int code;
    } cases[] = {
        {"unmasked", unmasked("4x"), 1002},
        {"a length that could be shorter", std::string("\x81\xFE\0\x02\x11\x22\x33\x44%J", 10),
         1002},
        {"a fragmented ping", ws(9, "x", false), 1002},
        {"a text inside a message", ws(1, "4a", false) + ws(1, "4b"), 1002},
        {"not UTF-8", ws(1, "4\xC3("), 1007},
        {"not UTF-8 across fragments", ws(1, "4\xC3", false) + ws(0, "("), 1007},
        {"half a letter at the end", ws(1, "4\xE2\x82"), 1007},
        {"too much", ws(1, "4" + std::string(1000, 'x')), 1009},
        {"too much in parts",
         ws(1, "4" + std::string(600, 'x'), false) + ws(0, std::string(600, 'x')), 1009},
    };
    for (const auto &c : cases) {
        CAPTURE(c.what);
        Wire wire = websocket(rig.address());
        wire.send(c.bytes + ws(9, "ping") + ws(1, "4behind") + ws(8, ""));
        CHECK(code_of(wire.frame()) == c.code);
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
        CHECK(wire.ends(2000ms));
        CHECK(wire.seen().empty());
    }
}

TEST_CASE("messages before a violation in the same read are served") {
    Rig rig;
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4first") + unmasked("4x"));
    WsFrame frame = wire.frame();
    if (frame.opcode == 1) {
        CHECK(frame.payload == "4first");
        frame = wire.frame();
    }
    CHECK(code_of(frame) == 1002);
}

TEST_CASE("a character that is cut between fragments is joined again") {
    Rig rig;
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4\xE2", false) + ws(0, "\x82", false));
    CHECK(wire.silent(20ms));
    wire.send(ws(0, "\xAC"));
    CHECK(wire.frame().payload == "4\xE2\x82\xAC");
}

TEST_CASE(
    "of a thousand pings in one segment at least the latest is answered, others at most once") {
    Rig::Setup setup;
    setup.net.frames_per_second = 5000;
    Rig rig(setup);
    Wire wire = websocket(rig.address());
    std::string all;
    for (int i = 0; i < 1000; ++i)
        all += ws(9, std::to_string(i));
    wire.send(all + ws(1, "4end"));
    int pongs = 0, last = -1;
    bool echoed = false;
    while (!echoed || last != 999) {
        const WsFrame frame = wire.frame();
        if (frame.opcode == 1) {
            CHECK(frame.payload == "4end");
            echoed = true;
            continue;
        }
        if (frame.opcode != 10) break;
        CHECK(std::stoi(frame.payload) > last);
        last = std::stoi(frame.payload);
        ++pongs;
    }
    CHECK(last == 999);
    CHECK(echoed);
    CHECK(pongs <= 1000);
    CHECK(wire.silent(20ms));
}

TEST_CASE("a peer that pings and does not read has at most one pong queued") {
    Rig::Setup setup;
    setup.net.frames_per_second = 0; // no pace
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    Wire wire = websocket(rig.address(), Wire::Window::narrow);
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        sessions.send(echo.newest, base::Frame::text({"4", std::string(8u << 20, 'x')}),
                      session::Delivery::reliable);
        sessions.flush();
        CHECK_FALSE(sessions.get(echo.newest)->can_take());
    }));
    std::size_t before = 0, after = 0;
    const auto behind = [&](std::size_t &out) {
        CHECK(rig.call([&](net::Server &, session::Sessions &, Echo &echo) {
            out = echo.sessions->get(echo.newest)->behind();
        }));
    };
    behind(before);
    const std::uint64_t read = rig.totals().bytes_in;
    std::string pings;
    for (int i = 0; i < 500; ++i)
        pings += ws(9, std::string(100, 'p'));
    for (int i = 0; i < 20; ++i)
        wire.send(pings);
    CHECK(rig.until([&](net::Server &server, Echo &) {
        return server.totals().bytes_in == read + 20 * pings.size();
    }));
    behind(after);
    CHECK(after <= before + 2 * 102);
    CHECK(wire.frame().payload.size() == (8u << 20) + 1);
    CHECK(wire.frame().opcode == 10);
}

TEST_CASE("an upgrade request with frames behind it is the same wherever it is cut") {
    Rig rig;
    const std::string all =
        upgrade(websocket_path) + ws(1, "4one") + ws(9, "two") + ws(1, "4three");
    for (std::size_t at = 1; at < all.size(); ++at) {
        CAPTURE(at);
        Wire wire(rig.address());
        const std::uint64_t before = rig.totals().bytes_in;
        wire.send(all.substr(0, at));
        CHECK(rig.until(
            [&](net::Server &server, Echo &) { return server.totals().bytes_in == before + at; }));
        wire.send(all.substr(at));
        CHECK(wire.reply().status == 101);
        std::string texts, pong;
        while (pong.empty() || !texts.ends_with("4three")) {
            const WsFrame frame = wire.frame();
            REQUIRE((frame.opcode == 1 || frame.opcode == 10));
            (frame.opcode == 1 ? texts : pong) += frame.payload; // a pong waits for no flush
        }
        CHECK(pong == "two");
        CHECK(texts.starts_with("0{"));
        CHECK(texts.ends_with("}4one4three"));
    }
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
}

TEST_CASE("a flood of frames is paced: nobody is closed, others are served, all is answered") {
    Rig::Setup setup;
    setup.net.frames_per_second = 1000;
    Rig rig(setup);
    Wire flood = websocket(rig.address()), other = websocket(rig.address());
    std::string pongs;
    for (int i = 0; i < 2500; ++i)
        pongs += ws(10, "");
    const auto start = std::chrono::steady_clock::now();
    flood.send(pongs);
    CHECK(rig.until([&](net::Server &server, Echo &) {
        return server.totals().bytes_in > pongs.size(); // those of the upgrades are in it
    }));
    flood.send(ws(1, "4end"));
    for (int i = 0; i < 20; ++i) {
        other.send(ws(1, "4x"));
        CHECK(other.frame().payload == "4x");
    }
    CHECK(flood.frame().payload == "4end");
    CHECK(std::chrono::steady_clock::now() - start > 1000ms); // 1,500 too many
    CHECK(rig.totals().guard_kills == 0);
    CHECK(rig.sessions() == 2);
}

TEST_CASE("frames inside a message do not extend its deadline, and a stream of messages has none") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(500);
    setup.net.frames_per_second = 100;
    Rig rig(setup);
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4", false));
    std::string pongs;
    for (int i = 0; i < 60; ++i)
        pongs += ws(10, "");
    const auto start = std::chrono::steady_clock::now();
    while (wire.try_send(pongs) && !wire.ends(20ms) &&
           std::chrono::steady_clock::now() - start < patience) {
    }
    CHECK(std::chrono::steady_clock::now() - start < 3000ms);
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
    // Each read ends inside a message, but never inside the same.
    Wire busy = websocket(rig.address());
    const std::string next = ws(1, "4next");
    busy.send(next.substr(0, 3));
    for (int i = 0; i < 30; ++i) {
        busy.send(next.substr(3) + next.substr(0, 3));
        CHECK(busy.frame().payload == "4next");
        CHECK(busy.silent(30ms));
    }
}
