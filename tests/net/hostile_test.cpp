#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace roomd;
using namespace roomd::test;

namespace {

bool empty(Rig &rig) {
    return rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; });
}

std::string replaced(std::string text, const std::string &what, const std::string &with) {
    return text.replace(text.find(what), what.size(), with);
}

} // namespace

TEST_CASE("a body that meets its deadline in the same turn does not outlive it") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(200);
    Rig rig(setup, add_routes);
    Wire wire(rig.address());
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
    CHECK(wire.silent(50ms));
    rig.stalled([&] {
        wire.send("x");
        std::this_thread::sleep_for(300ms);
    });
    wire.try_send("xxxxxxxxx");
    CHECK(wire.ends(700ms)); // before libwebsockets' own second is over
    CHECK(wire.seen().empty());
    CHECK(empty(rig));
}

TEST_CASE("a head that meets its deadline in the same turn is not upgraded") {
    for (const char *name : {"websocket", "h2c"}) {
        CAPTURE(name);
        Rig::Setup setup;
        setup.net.header_deadline = base::Duration(200);
        Rig rig(setup);
        Wire wire(rig.address());
        const std::string ask =
            replaced(upgrade(engine + "websocket", "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
                     "websocket\r", std::string(name) + "\r");
        wire.send(ask.substr(0, ask.size() - 1));
        CHECK(wire.silent(50ms));
        rig.stalled([&] {
            wire.send("\n");
            std::this_thread::sleep_for(300ms);
        });
        CHECK(wire.ends(700ms));
        CHECK(wire.seen().find("101") == std::string::npos);
        CHECK(empty(rig));
    }
}
