#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

namespace {

const std::string path = engine + "websocket";

// Status of a refused upgrade; the connection must end.
int refused(Rig &rig, const std::string &bytes) {
    Wire wire(rig.address());
    wire.send(bytes);
    const Reply reply = wire.reply();
    CHECK_MESSAGE(wire.ends(2000ms), bytes);
    CHECK(rig.sessions() == 0);
    return reply.status;
}

std::string replaced(std::string text, const std::string &what, const std::string &with) {
    return text.replace(text.find(what), what.size(), with);
}

} // namespace

TEST_CASE("a version other than 13 is refused with the one that is spoken") {
    Rig rig;
    for (const char *version : {"8", "14", "13, 8", "x"}) {
        Wire wire(rig.address());
        wire.send(replaced(upgrade(path), "Version: 13", std::string("Version: ") + version));
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
        CHECK(refused(rig, replaced(upgrade(path), "dGhlIHNhbXBsZSBub25jZQ==", key)) == 400);
    }
}

TEST_CASE("an upgrade with a length or an encoding is refused") {
    Rig rig;
    CHECK(refused(rig, upgrade(path, "Content-Length: 3\r\n")) == 400);
    CHECK(refused(rig, upgrade(path, "Content-Length: 0\r\n")) == 400);
    CHECK(refused(rig, upgrade(path, "Transfer-Encoding: chunked\r\n")) == 400);
}

TEST_CASE("an upgrade by POST is refused, whether it opens a session or moves one") {
    Rig rig;
    const std::string sid = polling(rig.address());
    for (const std::string &target : {path, path + "&sid=" + sid}) {
        Wire wire(rig.address());
        wire.send(replaced(upgrade(target), "GET", "POST"));
        CHECK(wire.reply().status == 400);
        CHECK(wire.ends(2000ms));
    }
    CHECK(rig.sessions() == 1);
}

TEST_CASE("only websocket is upgraded to: h2c, foo and a NUL are refused") {
    Rig rig;
    for (const std::string &name :
         {std::string("h2c"), std::string("foo"), std::string("websocket\0x", 11)}) {
        CAPTURE(name);
        const int status = refused(rig, replaced(upgrade(path), "websocket\r", name + "\r"));
        CHECK(status != 101);
        CHECK(status != 200);
    }
}

TEST_CASE("HTTP/2 is not begun in clear text, on a fresh or a kept connection") {
    Rig rig;
    const std::string settings = "HTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    const std::string ask = replaced(upgrade(path, settings), "websocket\r", "h2c\r");
    CHECK(refused(rig, ask) == 400);
    Wire wire(rig.address());
    wire.send(get("/nothing"));
    CHECK(wire.reply().status == 404);
    wire.send(ask);
    CHECK(wire.ends(2000ms));
    CHECK(wire.seen().find("101") == std::string::npos);
}

TEST_CASE("a dangling upgrade on a kept connection is refused and the daemon goes on") {
    Rig rig;
    for (int i = 0; i < 50; ++i) {
        Wire wire(rig.address());
        wire.send(get("/nothing"));
        CHECK(wire.reply().status == 404);
        wire.send(get("/nothing", "Upgrade: foo\r\nConnection: Upgrade\r\n"));
        CHECK(wire.ends(2000ms));
        // libwebsockets answers, and asks us afterwards, when the head is freed: not a word more.
        CHECK(wire.seen().find("HTTP/1.") == wire.seen().rfind("HTTP/1."));
    }
    Wire other = websocket(rig.address());
    other.send(ws(1, "4x"));
    CHECK(other.frame().payload == "4x");
}

TEST_CASE("an upgrade behind an open request ends the connection") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire wire(rig.address());
    wire.send(get(engine + "polling&sid=" + sid));
    CHECK(wire.silent(50ms));
    wire.send(upgrade(path));
    CHECK(wire.ends(2000ms));
    CHECK(wire.seen().empty());
}

TEST_CASE("an upgrade elsewhere is 404") {
    Rig rig;
    CHECK(refused(rig, upgrade("/elsewhere")) == 404);
}

TEST_CASE("of subprotocols that are offered the first is chosen, of what is no list none") {
    Rig rig;
    const std::string header = "Sec-WebSocket-Protocol: ";
    std::vector<Wire> open;
    for (const char *list : {"chat", "v2.portal, chat", "http", "A-1_b,c", ""}) {
        CAPTURE(list);
        Wire &wire = open.emplace_back(rig.address());
        wire.send(upgrade(path, header + list + "\r\n"));
        const Reply reply = wire.reply();
        CHECK(reply.status == 101);
        CHECK(reply.header("sec-websocket-protocol") ==
              std::string(list).substr(0, std::string(list).find(',')));
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
         {std::string("a b"), std::string("1"), std::string(", a"), std::string("\"a\""),
          std::string(64, 'a'), "a, " + std::string(130, 'b')}) {
        CAPTURE(bad);
        CHECK(refused(rig, upgrade(path, header + bad + "\r\n")) == 400);
    }
}

TEST_CASE("refused upgrades say the bare sentence with status 400") {
    Rig rig;
    const struct {
        const char *query, *text;
    } cases[] = {{"/socket.io/?EIO=4&transport=carrier", "Transport unknown"},
                 {"/socket.io/?EIO=4", "Transport unknown"},
                 {"/socket.io/?EIO=3&transport=websocket", "Unsupported protocol version"},
                 {"/socket.io/?EIO=4&transport=websocket&sid=nobody", "Session ID unknown"},
                 {"/socket.io/?EIO=4&transport=polling", "Bad request"},
                 {"/socket.io/?EIO=4&transport=websocket&j=0", "Bad request"}};
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
