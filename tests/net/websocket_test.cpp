#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>
#include <sys/ioctl.h>

using namespace roomd;
using namespace roomd::test;

namespace {

// The code of the close frame that comes next; 0 when there is another frame or none.
int close_code(Wire &wire) {
    const WsFrame frame = wire.frame();
    if (frame.opcode != 8 || frame.payload.size() < 2) return 0;
    return static_cast<unsigned char>(frame.payload[0]) * 256 +
           static_cast<unsigned char>(frame.payload[1]);
}

} // namespace

TEST_CASE("a websocket opens, echoes text and binary, and pipelined frames in order") {
    Rig rig;
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4hello") + ws(2, "\x01\x02") + ws(1, "4again"));
    CHECK(wire.frame().payload == "4hello");
    const WsFrame binary = wire.frame();
    CHECK(binary.opcode == 2);
    CHECK(binary.payload == "\x01\x02");
    CHECK(wire.frame().payload == "4again");
}

TEST_CASE("the answer to an upgrade comes in one segment with the open packet behind it") {
    Rig rig;
    Wire wire(rig.address());
    wire.send(upgrade(websocket_path));
    CHECK(wire.reply().status == 101);
    CHECK(wire.seen().substr(2, 8) == R"(0{"sid":)");
}

TEST_CASE("the answer to a probing upgrade comes at once, even if nothing follows") {
    Rig rig;
    Wire wire(rig.address());
    wire.send(upgrade(websocket_path + "&sid=" + polling(rig.address())));
    CHECK(wire.reply().status == 101);
    wire.send(ws(1, "2probe"));
    CHECK(wire.frame().payload == "3probe");
}

// Both are read in one turn of the loop, and frames go out at its end.
TEST_CASE("packets to a websocket arrive before the refusal of a later request") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire wire(rig.address()), late(rig.address());
    wire.send(upgrade(websocket_path + "&sid=" + sid));
    CHECK(wire.reply().status == 101);
    late.send(get("/socket.io/nothing.js"));
    CHECK(late.reply().status == 400); // it is accepted
    rig.call([&](net::Server &, session::Sessions &, Echo &) {
        wire.send(ws(1, "2probe") + ws(1, "5"));
        late.send(get(engine + "polling&sid=" + sid));
    });
    CHECK(late.reply().status == 400);
    int there = 0;
    CHECK(ioctl(wire.fd(), FIONREAD, &there) == 0);
    CHECK(there > 0);
    CHECK(wire.frame().payload == "3probe");
}

TEST_CASE("a client that cannot read binary frames gets them as text, also after an upgrade") {
    Rig rig;
    const std::string sid = polling(rig.address());
    for (const std::string &query : {std::string("&b64=1"), "&b64=1&sid=" + sid}) {
        CAPTURE(query);
        Wire wire(rig.address());
        wire.send(upgrade(websocket_path + query));
        CHECK(wire.reply().status == 101);
        if (query.find("sid") == std::string::npos) {
            CHECK(wire.frame().payload.starts_with("0"));
        } else {
            wire.send(ws(1, "2probe") + ws(1, "5"));
            CHECK(wire.frame().payload == "3probe");
        }
        wire.send(ws(1, "4text") + ws(1, "bAQI="));
        CHECK(wire.frame().payload == "4text");
        const WsFrame binary = wire.frame();
        CHECK(binary.opcode == 1);
        CHECK(binary.payload == "bAQI=");
    }
    Wire other(rig.address());
    other.send(upgrade(websocket_path + "&b64="));
    CHECK(other.reply().status == 101);
    CHECK(other.frame().payload.starts_with("0"));
    other.send(ws(1, "bAQI="));
    CHECK(other.frame().opcode == 2);
}

TEST_CASE("frames behind the upgrade request in one segment are served") {
    Rig rig;
    Wire wire(rig.address());
    wire.send(upgrade(websocket_path) + ws(1, "4early"));
    CHECK(wire.reply().status == 101);
    CHECK(wire.frame().payload.substr(0, 1) == "0");
    CHECK(wire.frame().payload == "4early");
}

TEST_CASE("a message in fragments is joined") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(200);
    Rig rig(setup);
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4a", false) + ws(0, "", false) + ws(9, "hi") + ws(0, "b", false));
    CHECK(wire.frame().payload == "hi"); // the pong, which need not wait for the message
    wire.send(ws(0, "c"));
    CHECK(wire.frame().payload == "4abc");
    wire.send(ws(2, "\x01", false) + ws(0, "\x02"));
    CHECK(wire.frame().payload == "\x01\x02");
    CHECK(wire.silent(300ms)); // the deadline was for that message
}

TEST_CASE("a large message arrives whole, one over max_payload is closed with 1009") {
    Rig::Setup setup;
    setup.session.max_payload = 100000;
    Rig rig(setup);
    Wire wire = websocket(rig.address());
    const std::string most = "4" + std::string(99999, 'x');
    wire.send(ws(1, most));
    CHECK((wire.message().payload == most));
    wire.send(ws(1, most + "x"));
    CHECK(close_code(wire) == 1009);
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
    Wire parts = websocket(rig.address());
    for (int i = 0; i < 4 && parts.try_send(ws(i == 0 ? 1 : 0, std::string(30000, '4'), false));
         ++i) {
    }
    CHECK(close_code(parts) == 1009);
}

TEST_CASE("a frame that announces 2^62 bytes is closed with 1009 at its first byte") {
    Rig rig;
    Wire wire = websocket(rig.address());
    wire.send(std::string("\x81\xFF\x40\0\0\0\0\0\0\0\x11\x22\x33\x44x", 15));
    CHECK(close_code(wire) == 1009);
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}

TEST_CASE("a flood of fragments is closed") {
    Rig rig;
    for (const char *payload : {"x", ""}) {
        CAPTURE(payload);
        Wire wire = websocket(rig.address());
        std::string flood = ws(1, "4", false);
        for (int i = 0; i < 5000; ++i)
            flood += ws(0, payload, false);
        wire.try_send(flood);
        CHECK(close_code(wire) == 1008);
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
    }
}

TEST_CASE("a message that is never finished is ended by an absolute deadline") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(300);
    Rig rig(setup);
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4", false));
    const auto start = std::chrono::steady_clock::now();
    while (wire.try_send(ws(0, "x", false)) && !wire.ends(50ms) &&
           std::chrono::steady_clock::now() - start < patience) {
    }
    CHECK(std::chrono::steady_clock::now() - start < 2000ms);
    CHECK(rig.sessions() == 0);
}

TEST_CASE("close frames that must not be on the wire are answered with 1002") {
    Rig rig;
    for (const std::string &payload : {std::string("x"), std::string("\x03\xED", 2),
                                       std::string("\x13\x88", 2), std::string("\x03\xE7", 2)}) {
        Wire wire = websocket(rig.address());
        wire.send(ws(8, payload));
        CHECK(close_code(wire) == 1002);
        CHECK(wire.ends(2000ms));
    }
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}

TEST_CASE("a proper close frame is answered, and the session ends with transport close") {
    Rig rig;
    for (const std::string &payload :
         {std::string(), std::string("\x03\xE8", 2), std::string("\x0F\xA1 bye", 6)}) {
        Wire wire = websocket(rig.address());
        wire.send(ws(8, payload));
        CHECK(wire.frame().opcode == 8);
        CHECK(wire.ends(2000ms));
    }
    CHECK(rig.until([](net::Server &, Echo &echo) {
        return echo.ended.size() == 3 && echo.ended.back() == session::CloseReason::transport_close;
    }));
}

TEST_CASE("a polite close is a frame without a code, and a silent peer is dropped later") {
    Rig::Setup setup;
    setup.net.farewell = base::Duration(300);
    Rig rig(setup);
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4close"));
    const WsFrame frame = wire.frame();
    CHECK(frame.opcode == 8);
    CHECK(frame.payload.empty());
    wire.send(ws(8, ""));
    CHECK(wire.ends(2000ms));
    CHECK(wire.seen().empty()); // its answer is not answered
    for (const std::string &more : {std::string(), ws(1, "4x"), ws(1, "4", false)}) {
        Wire silent = websocket(rig.address());
        silent.send(ws(1, "4close"));
        CHECK(silent.frame().opcode == 8);
        silent.send(more); // is heard no more, and buys no time
        CHECK(silent.ends(2000ms));
        CHECK(silent.seen().empty());
    }
}

TEST_CASE("a cut session ends without a farewell") {
    Rig rig;
    Wire wire = websocket(rig.address());
    wire.send(ws(1, "4cut"));
    CHECK(wire.ends(2000ms));
    CHECK(wire.seen().empty());
}

TEST_CASE("a peer that vanishes ends its session at once") {
    Rig rig;
    for (int how = 0; how < 2; ++how) {
        Wire wire = websocket(rig.address());
        if (how == 0) wire.finish();
        if (how == 1) wire.reset();
        CHECK(rig.until([](net::Server &server, Echo &echo) {
            return echo.open == 0 && server.totals().open == 0;
        }));
    }
}

TEST_CASE("invalid UTF-8, reserved bits and opcodes end the connection with their code") {
    Rig::Setup setup;
    setup.net.farewell = base::Duration(300);
    Rig rig(setup);
    const struct {
        std::string bytes;
        int code;
    } cases[] = {{ws(1, "4\xFF\xFE"), 1007},
                 {ws(3, "x"), 1002},
                 {ws(0x41, "4x"), 1002},
                 {ws(0, "4x"), 1002}};
    for (const auto &c : cases) {
        Wire wire = websocket(rig.address());
        wire.send(c.bytes);
        CHECK(close_code(wire) == c.code);
        // Nothing goes out after a close frame of either side: the session ends instead.
        CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
            sessions.send(echo.newest, base::Frame::text({"4late"}), session::Delivery::reliable);
        }));
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
        CHECK(wire.ends(2000ms));
        CHECK(wire.seen().empty());
    }
    Wire wire = websocket(rig.address());
    wire.send(ws(9, std::string(126, 'x'))); // too long for a control frame
    CHECK(wire.ends(2000ms));
    Wire text = websocket(rig.address());
    text.send(ws(8, "\x03\xE8\xFF")); // a reason that is not UTF-8
    CHECK(text.ends(2000ms));
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}

TEST_CASE("permessage-deflate is not accepted") {
    Rig rig;
    Wire wire(rig.address());
    wire.send(upgrade(websocket_path, "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    const Reply reply = wire.reply();
    CHECK(reply.status == 101);
    CHECK(reply.header("sec-websocket-extensions").empty());
}
