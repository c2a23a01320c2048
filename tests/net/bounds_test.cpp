// What all connections together may hold, of what came only in part and of what is not read.
#include "rig.hpp"
#include "tls.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

constexpr std::size_t kib = 1024;

std::size_t unfinished(Rig &rig) {
    std::size_t out = 0;
    CHECK(rig.call(
        [&](net::Server &server, session::Sessions &, Echo &) { out = server.unfinished(); }));
    return out;
}

bool nothing_is_left(Rig &rig) {
    return rig.until([](net::Server &server, Echo &) {
        return server.totals().open == 0 && server.unfinished() == 0 && server.unread() == 0;
    });
}

void read_all(Rig &rig, Wire &wire, const std::string &bytes) {
    const std::uint64_t before = rig.totals().bytes_in;
    wire.try_send(bytes);
    CHECK(rig.until([&](net::Server &server, Echo &) {
        return server.totals().bytes_in >= before + bytes.size();
    }));
}

} // namespace

TEST_CASE("incomplete bodies, messages and heads are bounded together: the oldest is cut") {
    Rig::Setup setup;
    setup.net.receive_total = 1024 * kib;
    Rig rig(setup, add_routes);
    const std::string part(50 * kib, 'x');
    const std::string body =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" + part;
    const std::string chunks =
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n15F90\r\n" + part;
    const std::string message = ws(1, "4" + std::string(90000, 'x')).substr(0, part.size());
    const std::string head = get("/hello", "X-Long: " + std::string(25000, 'x') + "\r\n");
    const std::string half_head = head.substr(0, head.size() - 10) + "\r\nX: y";
    std::vector<Wire> wires;
    Wire honest(rig.address()), quick = websocket(rig.address());
    for (int i = 0; i < 60; ++i) {
        const bool websockets = i % 4 == 2;
        if (websockets) {
            wires.push_back(websocket(rig.address()));
        } else {
            wires.emplace_back(rig.address());
        }
        read_all(rig, wires.back(),
                 websockets   ? message
                 : i % 4 == 0 ? body
                 : i % 4 == 1 ? chunks
                              : half_head);
        CHECK(unfinished(rig) <= 1024 * kib);
        honest.send(post("/echo", part));
        CHECK(honest.reply().body.size() == 4 + part.size());
        quick.send(ws(1, "4" + part));
        CHECK(quick.frame().payload.size() == 1 + part.size());
    }
    CHECK(rig.totals().unfinished_cut > 10);
    CHECK(rig.totals().unfinished_cut == rig.totals().guard_kills);
    CHECK(wires.front().ends(2000ms));
    CHECK(unfinished(rig) > 512 * kib); // no more are cut than have to be
    wires.clear();
    honest.finish();
    quick.finish();
    CHECK(nothing_is_left(rig));
}

TEST_CASE("a request that exceeds the bound by itself is the one that is cut") {
    Rig::Setup setup;
    setup.net.receive_total = 40 * kib;
    Rig rig(setup, add_routes);
    Wire wire(rig.address());
    wire.try_send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" +
                  std::string(80000, 'x'));
    CHECK(wire.ends(2000ms));
    CHECK(rig.totals().unfinished_cut == 1);
    CHECK(nothing_is_left(rig));
}

TEST_CASE("an incomplete message of a peer that sends too fast is not spared") {
    Rig::Setup setup;
    setup.net.receive_total = 200 * kib;
    setup.net.frames_per_second = 5;
    Rig rig(setup, add_routes);
    std::vector<Wire> hasty;
    for (int i = 0; i < 8; ++i) {
        hasty.push_back(websocket(rig.address()));
        std::string bytes = ws(1, "4" + std::string(60 * kib, 'x'), false);
        for (int j = 0; j < 20; ++j)
            bytes += ws(10, "");
        read_all(rig, hasty.back(), bytes);
        CHECK(unfinished(rig) <= 200 * kib);
    }
    Wire honest(rig.address());
    const std::string whole = post("/echo", std::string(50 * kib, 'x'));
    read_all(rig, honest, whole.substr(0, 40 * kib));
    honest.send(whole.substr(40 * kib));
    CHECK(honest.reply().status == 200);
    CHECK(rig.totals().unfinished_cut > 0);
}

TEST_CASE("however connections end, their accounts are empty afterwards") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    setup.net.listeners.emplace_back().name = "127.0.0.1:0";
    setup.net.body_deadline = base::Duration(300);
    Rig rig(setup, [](net::Server &server) {
        add_routes(server);
        add_large_route(server, 3u << 20);
    });
    const std::string part(30 * kib, 'x');
    const std::string asks[] = {
        get("/large"),
        get("/large") + get("/large", "Connection: close\r\n") + part,
        get("/held") + part,
        post("/held", "abc") + get("/hello"),
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" + part,
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + part,
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9000\r\n" + part,
        "GET /hello HTTP/1.1\r\nX: " + part,
        upgrade(engine + "websocket") + ws(1, "4" + part, false) + ws(1, "4"),
        upgrade(engine + "websocket") + ws(1, "4" + part, false),
        upgrade(engine + "websocket") + ws(1, "4" + part).substr(0, 20000),
    };
    for (const std::string &ask : asks) {
        for (int how = 0; how < 3; ++how) {
            CAPTURE(ask.substr(0, 100));
            CAPTURE(how);
            Wire wire(rig.address(1), Wire::Window::narrow);
            read_all(rig, wire, ask.size() < 20000 ? ask : ask.substr(0, 16 * kib));
            wire.try_send(ask.size() < 20000 ? "" : ask.substr(16 * kib));
            if (how == 0) wire.reset();
            if (how == 1) wire.finish();
            if (how == 2) wire.ends(700ms);
        }
        Tls tls(rig.address(0), nullptr, Wire::Window::narrow);
        REQUIRE(tls.connected);
        tls.send(ask);
    }
    CHECK(nothing_is_left(rig));
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}
