#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>

using namespace roomd;
using namespace roomd::test;

namespace {

net::Options &allow_only(Rig::Setup &setup, const std::string &origin) {
    setup.net.portal_of = [origin](std::string_view asked) -> std::optional<std::string_view> {
        if (asked == origin) return "desk";
        return std::nullopt;
    };
    return setup.net;
}

} // namespace

TEST_CASE("a handshake answers with the open packet and the headers clients rely on") {
    Rig rig;
    const Reply reply = ask(rig, get(polling_path));
    CHECK(reply.status == 200);
    CHECK(reply.body.starts_with("0{\"sid\":\""));
    CHECK(reply.body.find("\"upgrades\":[\"websocket\"]") != std::string::npos);
    CHECK(reply.header("content-type") == "text/plain; charset=UTF-8");
    CHECK(reply.header("cache-control") == "no-store");
    CHECK(reply.header("content-length") == std::to_string(reply.body.size()));
}

TEST_CASE("an answer holds 16 packets at most, and the rest is in the next ones") {
    Rig rig;
    const std::string sid = polling(rig.address());
    std::string expected;
    CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
        for (int i = 0; i < 40; ++i) {
            const std::string packet = "4" + std::to_string(i);
            sessions.send(echo.newest, base::Frame::text({packet}), session::Delivery::reliable);
            expected += packet + '\x1e';
        }
        sessions.close(echo.newest, session::CloseReason::forced_close);
    }));
    expected += '1';
    std::string all;
    for (const std::ptrdiff_t packets : {16, 16, 9}) {
        const Reply reply = ask(rig, get(in_session(sid)));
        CHECK(std::count(reply.body.begin(), reply.body.end(), '\x1e') == packets - 1);
        all += (all.empty() ? "" : "\x1e") + reply.body;
    }
    CHECK(all == expected);
    CHECK(ask(rig, get(in_session(sid))).status == 400);
}

TEST_CASE("refusals come in the protocol's order, with its codes") {
    Rig rig;
    const std::string sid = polling(rig.address());
    const Wire ws = websocket(rig.address());
    const std::string p = "/socket.io/?";
    const struct {
        std::string bytes;
        int status;
        std::string body;
    } cases[] = {
        {get(p), 400, R"({"code":0,"message":"Transport unknown"})"},
        {get(p + "EIO=3&transport=__proto__&sid=x"), 400,
         R"({"code":0,"message":"Transport unknown"})"},
        {get(p + "EIO=4&transport=polling&j=0"), 400, R"({"code":3,"message":"Bad request"})"},
        {get(p + "EIO=4&transport=polling&sid=nobody"), 400,
         R"({"code":1,"message":"Session ID unknown"})"},
        {get(p + "EIO=4&transport=polling&sid=" + std::string(4000, 'x')), 400,
         R"({"code":1,"message":"Session ID unknown"})"},
        {get(p + "EIO=4&transport=websocket&sid=" + sid), 400,
         R"({"code":3,"message":"Bad request"})"},
        {post(p + "EIO=3&transport=polling", "4x"), 400,
         R"({"code":2,"message":"Bad handshake method"})"},
        {post(p + "EIO=3&transport=polling", ""), 400,
         R"({"code":2,"message":"Bad handshake method"})"},
        {get(p + "EIO=4&transport=websocket"), 400, R"({"code":3,"message":"Bad request"})"},
        {get(p + "EIO=3&transport=polling"), 400,
         R"({"code":5,"message":"Unsupported protocol version"})"},
        {get(p + "EIO=04&transport=polling"), 400,
         R"({"code":5,"message":"Unsupported protocol version"})"},
        {get(p + "EIO=4%20&transport=polling"), 400,
         R"({"code":5,"message":"Unsupported protocol version"})"},
        {get(p + "transport=polling"), 400,
         R"({"code":5,"message":"Unsupported protocol version"})"},
    };
    for (const auto &c : cases) {
        CAPTURE(c.bytes);
        const Reply reply = ask(rig, c.bytes);
        CHECK(reply.status == c.status);
        CHECK(reply.body == c.body);
        CHECK(reply.header("content-type") == "application/json");
    }
    CHECK(rig.sessions() == 2);
}

TEST_CASE("a transport that is not enabled is unknown, and is not offered") {
    Rig::Setup setup;
    setup.session.websocket = false;
    {
        Rig rig(setup);
        CHECK(ask(rig, get(polling_path)).body.find("\"upgrades\":[]") != std::string::npos);
        CHECK(ask(rig, upgrade(engine + "websocket&sid=" + polling(rig.address()))).body ==
              "Transport unknown");
    }
    setup.session.websocket = true;
    setup.session.polling = false;
    Rig rig(setup);
    CHECK(ask(rig, get(polling_path)).body == R"({"code":0,"message":"Transport unknown"})");
    CHECK(ask(rig, upgrade(engine + "websocket")).status == 101);
}

TEST_CASE("everything below the path belongs to it, a path that only begins like it does not") {
    Rig rig;
    CHECK(ask(rig, get("/socket.io/x/y?EIO=4&transport=polling")).status == 200);
    CHECK(ask(rig, get("/socket.iox/?EIO=4&transport=polling")).status == 404);
    CHECK(ask(rig, get("/socket.io?EIO=4&transport=polling")).status == 404);
}

TEST_CASE("a session refuses methods it does not know with an empty 500 and lives on") {
    Rig rig;
    const std::string sid = polling(rig.address());
    const Reply reply = ask(rig, "DELETE " + in_session(sid) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(reply.status == 500);
    CHECK(reply.body.empty());
    CHECK(rig.sessions() == 1);
}

TEST_CASE("what is posted is answered ok, and its echo comes with the held GET") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire held(rig.address()), sender(rig.address());
    held.send(get(in_session(sid)));
    CHECK(held.silent(30ms));
    sender.send(post(in_session(sid), "4a\x1e"
                                      "bAQI=\x1e"
                                      "4b"));
    const Reply ok = sender.reply();
    CHECK(ok.status == 200);
    CHECK(ok.body == "ok");
    CHECK(ok.header("content-type") == "text/html");
    CHECK(ok.header("cache-control") == "no-store");
    CHECK(held.reply().body == "4a\x1e"
                               "bAQI=\x1e"
                               "4b");
    held.send(get(in_session(sid))); // both connections stay
    sender.send(post(in_session(sid), "4c"));
    CHECK(sender.reply().body == "ok");
    CHECK(held.reply().body == "4c");
}

TEST_CASE("a second GET is answered 400, the first ends with a close packet") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire first(rig.address()), second(rig.address());
    first.send(get(in_session(sid)));
    CHECK(first.silent(30ms));
    second.send(get(in_session(sid)));
    const Reply no = second.reply();
    CHECK(no.status == 400);
    CHECK(no.body.empty());
    CHECK(first.reply().body == "1");
    CHECK(rig.sessions() == 0);
}

TEST_CASE("a second POST while one is under way is answered 400 and ends the session") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire first(rig.address()), second(rig.address());
    const std::string whole = post(in_session(sid), "4hello");
    first.send(whole.substr(0, whole.size() - 2));
    CHECK(first.silent(30ms));
    second.send(post(in_session(sid), "4x"));
    CHECK(second.reply().status == 400);
    CHECK(rig.sessions() == 0);
    first.send(whole.substr(whole.size() - 2));
    CHECK(first.reply().status == 200); // its packets go nowhere
}

TEST_CASE("giving up a held GET or a POST in its body ends the session") {
    Rig rig;
    const std::string half = post("", "4hello").substr(0, 0);
    for (int how = 0; how < 4; ++how) {
        CAPTURE(how);
        const std::string sid = polling(rig.address());
        Wire wire(rig.address());
        const std::string whole = post(in_session(sid), "4hello");
        wire.send(how < 2 ? get(in_session(sid)) : whole.substr(0, whole.size() - 2));
        CHECK(wire.silent(30ms));
        if (how % 2 == 0) wire.finish();
        if (how % 2 == 1) wire.reset();
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
    }
    CHECK(rig.call([](net::Server &, session::Sessions &, Echo &echo) {
        for (const session::CloseReason why : echo.ended)
            CHECK(why == session::CloseReason::transport_error);
    }));
}

TEST_CASE("a POST over max_payload is answered 413 and does not end the session") {
    Rig::Setup setup;
    setup.session.max_payload = 1000;
    Rig rig(setup);
    const std::string sid = polling(rig.address());
    Wire wire(rig.address());
    wire.send(post(in_session(sid), "4" + std::string(1000, 'x')));
    const Reply no = wire.reply();
    CHECK(no.status == 413);
    CHECK(no.body.empty());
    CHECK(rig.sessions() == 1);
    wire.send(post(in_session(sid), "4" + std::string(999, 'x')));
    CHECK(wire.reply().status == 200);
}

TEST_CASE("a binary POST and a coded one are refused") {
    Rig rig;
    const std::string sid = polling(rig.address());
    CHECK(ask(rig, post(in_session(sid), "4x", "Content-Encoding: gzip\r\n")).status == 415);
    CHECK(ask(rig, post(in_session(sid), "4x", "Content-Encoding: identity\r\n")).status == 200);
    CHECK(rig.sessions() == 1);
    CHECK(ask(rig, post(in_session(sid), "4x", "Content-Type: application/octet-stream\r\n"))
              .status == 400);
    CHECK(rig.sessions() == 0);
}

TEST_CASE("a malformed payload is answered ok and ends the session") {
    Rig rig;
    for (const char *payload : {"x", "", "4a\x1e"}) {
        CAPTURE(payload);
        const std::string sid = polling(rig.address());
        CHECK(ask(rig, post(in_session(sid), payload)).body == "ok");
        CHECK(rig.sessions() == 0);
    }
}

TEST_CASE("polling moves to a websocket, and the held GET is released") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire held(rig.address()), ws1(rig.address());
    held.send(get(in_session(sid)));
    ws1.send(upgrade(engine + "websocket&sid=" + sid));
    CHECK(ws1.reply().status == 101);
    ws1.send(ws(1, "2probe"));
    CHECK(ws1.frame().payload == "3probe");
    CHECK(held.reply().body == "6");
    ws1.send(ws(1, "5") + ws(1, "4over"));
    CHECK(ws1.frame().payload == "4over");
    CHECK(ask(rig, get(in_session(sid))).body == R"({"code":3,"message":"Bad request"})");
    Wire again(rig.address());
    again.send(upgrade(engine + "websocket&sid=" + sid));
    CHECK(again.reply().status == 101);
    CHECK(again.frame().opcode == 8);
    ws1.send(ws(1, "4still"));
    CHECK(ws1.frame().payload == "4still");
}

TEST_CASE("an upgrade of another revision is refused, the session stays") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire wire(rig.address());
    wire.send(upgrade("/socket.io/?EIO=3&transport=websocket&sid=" + sid));
    CHECK(wire.reply().body == "Bad request");
    CHECK(rig.sessions() == 1);
}

TEST_CASE("an allowed origin is echoed on every answer of the path, errors included") {
    Rig::Setup setup;
    allow_only(setup, "https://a.example");
    Rig rig(setup);
    for (const std::string &target : {polling_path, std::string("/socket.io/?transport=none")}) {
        const Reply reply = ask(rig, get(target, "Origin: https://a.example\r\n"));
        CHECK(reply.header("access-control-allow-origin") == "https://a.example");
        CHECK(reply.header("access-control-allow-credentials") == "true");
        CHECK(reply.header("vary") == "Origin");
    }
    const Reply none = ask(rig, get(polling_path));
    CHECK(none.status == 200);
    CHECK(none.header("access-control-allow-origin").empty());
    CHECK(none.header("vary") == "Origin");
}

TEST_CASE("a preflight is answered 204 and asks no session") {
    Rig rig;
    const Reply reply = ask(rig, "OPTIONS " + polling_path +
                                     " HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n"
                                     "Access-Control-Request-Headers: x-one\r\n\r\n");
    CHECK(reply.status == 204);
    CHECK(reply.header("content-length") == "0");
    CHECK(reply.header("access-control-allow-methods") == "GET,POST");
    CHECK(reply.header("access-control-allow-headers") == "x-one");
    CHECK(reply.header("access-control-allow-origin") == "https://a.example");
    CHECK(reply.header("vary") == "Origin, Access-Control-Request-Headers");
    const Reply strange = ask(rig, "OPTIONS " + polling_path +
                                       " HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n"
                                       "Access-Control-Request-Headers: x-\x01\r\n\r\n");
    CHECK(strange.status == 400);
    CHECK(strange.header("access-control-allow-headers").empty());
    CHECK(rig.sessions() == 0);
}

TEST_CASE("an origin that is not allowed is refused with 403 before any session exists") {
    Rig::Setup setup;
    allow_only(setup, "https://a.example");
    Rig rig(setup);
    const std::string foreign = "Origin: https://evil.example\r\n";
    for (const std::string &bytes :
         {get(polling_path, foreign), upgrade(engine + "websocket", foreign),
          get(polling_path + "&sid=x", foreign), post(polling_path, "4x", foreign),
          "OPTIONS " + polling_path + " HTTP/1.1\r\nHost: x\r\n" + foreign + "\r\n"}) {
        CAPTURE(bytes);
        const Reply reply = ask(rig, bytes);
        CHECK(reply.status == 403);
        CHECK(reply.body == R"({"code":4,"message":"Forbidden"})");
        CHECK(reply.header("access-control-allow-origin").empty());
    }
    CHECK(rig.sessions() == 0);
    CHECK(rig.totals().refused_origin == 5);
}

TEST_CASE("a session knows the portal of its page, also after a reload without that portal") {
    Rig::Setup setup;
    allow_only(setup, "https://a.example");
    Rig rig(setup);
    const std::string page = "Origin: https://a.example\r\n";
    for (const std::string &bytes :
         {get(polling_path, page), upgrade(engine + "websocket", page), get(polling_path)}) {
        Wire wire(rig.address());
        wire.send(bytes);
        wire.reply();
        std::string portal;
        rig.call([&](net::Server &server, session::Sessions &sessions, Echo &echo) {
            net::Options other = setup.net;
            other.portal_of = nullptr;
            server.reconfigure(other);
            portal = sessions.handshake(echo.newest)->facts->portal;
            server.reconfigure(setup.net);
        });
        CHECK(portal == (bytes.find("Origin") == std::string::npos ? "" : "desk"));
    }
}

TEST_CASE("a missing origin is refused where the configuration says so") {
    Rig::Setup setup;
    setup.net.cors.allow_missing_origin = false;
    Rig rig(setup);
    CHECK(ask(rig, get(polling_path)).status == 403);
}

TEST_CASE("an origin with a control in it, or two of them, is a bad request") {
    Rig rig;
    const Reply no = ask(rig, get(polling_path, "Origin: a\x01"
                                                "b\r\n"));
    CHECK(no.status == 400);
    CHECK(no.header("access-control-allow-origin").empty());
    CHECK(ask(rig, get(polling_path, "Origin: a\r\nOrigin: b\r\n")).status == 400);
}

TEST_CASE("while draining new sessions get 503, open ones go on") {
    Rig rig;
    const std::string sid = polling(rig.address());
    CHECK(rig.call(
        [](net::Server &server, session::Sessions &, Echo &) { server.refuse_new(true); }));
    const Reply no = ask(rig, get(polling_path));
    CHECK(no.status == 503);
    CHECK_FALSE(no.header("retry-after").empty());
    CHECK(ask(rig, upgrade(engine + "websocket")).status == 503);
    const Reply route = ask(rig, get("/nothing"));
    CHECK(route.status == 503);
    CHECK(route.header("connection") == "close");
    CHECK(ask(rig, post(in_session(sid), "4x")).body == "ok");
}
