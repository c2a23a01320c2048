#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

void on_opened(Rig &rig, std::function<void()> fn) {
    rig.call([&](net::Server &, session::Sessions &, Echo &echo) { echo.on_opened = fn; });
}

void on_text(Rig &rig, std::function<void()> fn) {
    rig.call([&](net::Server &, session::Sessions &, Echo &echo) { echo.on_text = fn; });
}

} // namespace

TEST_CASE("a polling handshake whose peer resets before the answer is written harms nobody") {
    Rig rig;
    for (int round = 0; round < 100; ++round) {
        Wire wire(rig.address());
        on_opened(rig, [&] { wire.reset(); });
        wire.send(get(engine + "polling"));
        CHECK(rig.until([](net::Server &server, Echo &echo) {
            return server.totals().open == 0 && echo.open == 0;
        }));
    }
    on_opened(rig, {});
    CHECK(!polling(rig.address()).empty());
}

TEST_CASE("a held GET whose peer resets as an event goes out harms nobody") {
    Rig rig;
    for (int round = 0; round < 100; ++round) {
        const std::string sid = polling(rig.address());
        Wire held(rig.address()), other(rig.address());
        held.send(get(engine + "polling&sid=" + sid));
        CHECK(held.silent(1ms));
        on_text(rig, [&] { held.reset(); });
        other.send(post(engine + "polling&sid=" + sid, "4event"));
        CHECK(other.reply().status == 200);
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
        on_text(rig, {});
    }
    CHECK(empty(rig));
}

TEST_CASE("a websocket whose peer resets as an event goes out harms nobody") {
    Rig rig;
    for (int round = 0; round < 100; ++round) {
        Wire wire = websocket(rig.address());
        on_text(rig, [&] { wire.reset(); });
        wire.send(ws(1, "4event"));
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
        on_text(rig, {});
    }
    CHECK(empty(rig));
}

TEST_CASE("a pending GET whose peer resets as its session moves to a websocket harms nobody") {
    Rig rig;
    for (int round = 0; round < 100; ++round) {
        const std::string sid = polling(rig.address());
        Wire held(rig.address()), other(rig.address());
        held.send(get(engine + "polling&sid=" + sid));
        CHECK(held.silent(1ms));
        other.send(upgrade(engine + "websocket&sid=" + sid));
        CHECK(other.reply().status == 101);
        rig.stalled([&] {
            other.send(ws(1, "2probe") + ws(1, "5"));
            held.reset();
        });
        CHECK(other.frame().payload == "3probe");
    }
    CHECK(empty(rig));
}

TEST_CASE("a storm of resets at any moment leaves no connection and no session") {
    Rig rig;
    for (int round = 0; round < 20; ++round) {
        std::vector<std::string> sids;
        std::vector<Wire> wires;
        for (int i = 0; i < 10; ++i) {
            sids.push_back(polling(rig.address()));
            wires.emplace_back(rig.address());
            wires.back().send(get(engine + "polling&sid=" + sids.back()));
        }
        for (std::size_t i = 0; i < wires.size(); ++i) {
            Wire other(rig.address());
            other.send(post(engine + "polling&sid=" + sids[i], "4event"));
            wires[i].reset();
            Wire late(rig.address());
            late.send(get(engine + "polling"));
            late.reset();
        }
    }
    CHECK(empty(rig));
    CHECK(!polling(rig.address()).empty());
}
