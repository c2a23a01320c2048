#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

namespace {

// Status of a refused upgrade; the connection must end.
int refused_upgrade(Rig &rig, const std::string &bytes) {
    Wire wire(rig.address());
    wire.send(bytes);
    const Reply reply = wire.reply();
    CHECK_MESSAGE(wire.ends(2000ms), bytes);
    CHECK(rig.sessions() == 0);
    return reply.status;
}

} // namespace

TEST_CASE("a version other than 13 is refused with the supported one") {
    Rig rig;
    for (const char *version : {"8", "14", "13, 8", "x"}) {
        Wire wire(rig.address());
        wire.send(
            replaced(upgrade(websocket_path), "Version: 13", std::string("Version: ") + version));
        const Reply reply = wire.reply();
        CHECK(reply.status == 400);
        CHECK(reply.header("sec-websocket-version") == "13");
        CHECK(wire.ends(2000ms));
    }
}

TEST_CASE("a key that is not 16 bytes in base64 is refused") {
    Rig rig;
    for (const char *key : {"short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
                            "dGhlIHNhbXBsZSBub25j!!==", "dGhlIHNhbXBsZSBub25jZQAA"}) {
        CAPTURE(key);
        CHECK(refused_upgrade(
                  rig, replaced(upgrade(websocket_path), "dGhlIHNhbXBsZSBub25jZQ==", key)) == 400);
    }
}

TEST_CASE("an upgrade with a body is refused, one with an empty body is accepted") {
    Rig rig;
    CHECK(refused_upgrade(rig, upgrade(websocket_path, "Content-Length: 3\r\n")) == 400);
    CHECK(refused_upgrade(rig, upgrade(websocket_path, "Transfer-Encoding: chunked\r\n")) == 400);
    Wire wire(rig.address());
    wire.send(upgrade(websocket_path, "Content-Length: 0\r\n"));
    CHECK(wire.reply().status == 101);
}

TEST_CASE("an upgrade by POST is refused, whether it opens a session or moves one") {
    Rig rig;
    const std::string sid = polling(rig.address());
    for (const std::string &target : {websocket_path, websocket_path + "&sid=" + sid}) {
        Wire wire(rig.address());
        wire.send(replaced(upgrade(target), "GET", "POST"));
        CHECK(wire.reply().status == 400);
        CHECK(wire.ends(2000ms));
    }
    CHECK(rig.sessions() == 1);
}

TEST_CASE("an upgrade to anything but websocket is ignored: the request is answered as it is") {
    Rig rig({}, add_routes);
    for (const std::string name : {"h2c", "foo", "TLS/1.0", "websocketx", "h2c, foo"}) {
        CAPTURE(name);
        const std::string lines = "Upgrade: " + name +
                                  "\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                                  "HTTP2-Settings: AAMAAABkAAQAAP__\r\n";
        Wire wire(rig.address());
        for (int i = 0; i < 2; ++i) { // fresh, and kept
            wire.send(get("/hello", lines));
            const Reply reply = wire.reply();
            CHECK(reply.body == "hello");
            CHECK(reply.header("upgrade").empty());
        }
        wire.send(get(websocket_path, lines));
        CHECK(wire.reply().body == R"({"code":3,"message":"Bad request"})");
        wire.send(get("/hello"));
        CHECK(wire.reply().body == "hello");
    }
    CHECK(refused_upgrade(rig, replaced(upgrade(websocket_path), "websocket\r",
                                        std::string("websocket\0x\r", 12))) == 400);
    CHECK(refused_upgrade(rig, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("an upgrade behind a held GET is processed when that is answered") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire wire(rig.address()), other(rig.address());
    wire.send(get(engine + "polling&sid=" + sid));
    CHECK(wire.silent(50ms));
    wire.send(upgrade(websocket_path) + ws(1, "4x"));
    CHECK(wire.silent(50ms));
    other.send(post(engine + "polling&sid=" + sid, "4go"));
    CHECK(wire.reply().body == "4go");
    CHECK(wire.reply().status == 101);
    CHECK(wire.frame().payload.starts_with("0"));
    CHECK(wire.frame().payload == "4x");
}

TEST_CASE("an upgrade elsewhere is 404") {
    Rig rig;
    CHECK(refused_upgrade(rig, upgrade("/elsewhere")) == 404);
}

TEST_CASE("the first of the offered subprotocols is chosen, none of an invalid list") {
    Rig rig;
    const std::string header = "Sec-WebSocket-Protocol: ";
    std::vector<Wire> open;
    for (const std::string &list :
         {std::string("chat"), std::string("v2.portal, chat"), std::string("http"),
          std::string("A-1_b,c"), std::string("1"), std::string(), "a, " + std::string(130, 'b'),
          std::string(64, 'a')}) {
        CAPTURE(list);
        Wire &wire = open.emplace_back(rig.address());
        wire.send(upgrade(websocket_path, header + list + "\r\n"));
        const Reply reply = wire.reply();
        CHECK(reply.status == 101);
        CHECK(reply.header("sec-websocket-protocol") == list.substr(0, list.find(',')));
        CHECK(wire.frame().payload.starts_with("0"));
    }
    for (Wire &wire : open) {
        wire.send(ws(1, "4x") + ws(2, "b"));
        CHECK(wire.frame().payload == "4x");
        CHECK(wire.frame().payload == "b");
    }
    open.clear();
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
    for (const std::string &bad :
         {std::string("a b"), std::string(", a"), std::string("\"a\""), std::string(129, 'a')}) {
        CAPTURE(bad);
        CHECK(refused_upgrade(rig, upgrade(websocket_path, header + bad + "\r\n")) == 400);
    }
}

TEST_CASE("a refused upgrade gets only the message, with status 400") {
    Rig rig;
    const struct {
        const char *query, *text;
    } cases[] = {{"/socket.io/?EIO=4&transport=carrier", "Transport unknown"},
                 {"/socket.io/?EIO=4", "Transport unknown"},
                 {"/socket.io/?EIO=3&transport=websocket", "Unsupported protocol version"},
                 {"/socket.io/?EIO=4&transport=websocket&sid=nobody", "Session ID unknown"},
                 {"/socket.io/?EIO=4&transport=polling",
                  "a websocket was requested with transport=polling: does a proxy in front change "
                  "the query?"}};
    for (const auto &c : cases) {
        CAPTURE(c.query);
        Wire wire(rig.address());
        wire.send(upgrade(c.query));
        const Reply reply = wire.reply();
        CHECK(reply.status == 400);
        CHECK(reply.body == c.text);
        CHECK(reply.header("content-type") == "text/html");
        CHECK(reply.header("connection") == "close");
        CHECK(wire.ends(2000ms));
    }
}

TEST_CASE("members of the query that are for JSONP do not hinder a websocket") {
    Rig rig;
    Wire wire(rig.address());
    wire.send(upgrade(websocket_path + "&j=0"));
    CHECK(wire.reply().status == 101);
    CHECK(wire.frame().payload.starts_with("0"));
}
