#include "rig.hpp"
#include "unpacked.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

const std::string path = engine + "polling";
const std::string accept = "Accept-Encoding: gzip, deflate, br\r\n";

// A GET's answer to a session for which one message of this many bytes, type digit included, waits.
Reply answered(Rig &rig, std::size_t size, const std::string &headers) {
    const std::string sid = polling(rig.address());
    CHECK(rig.call([size](net::Server &, session::Sessions &sessions, Echo &echo) {
        sessions.send(echo.newest, base::Frame::text({"4", std::string(size - 1, 'x')}),
                      session::Delivery::reliable);
    }));
    Wire wire(rig.address());
    wire.send(get(path + "&sid=" + sid, headers));
    return wire.reply();
}

std::string message(std::size_t size) {
    return "4" + std::string(size - 1, 'x');
}

} // namespace

TEST_CASE("a large polling answer is compressed for a client that accepts gzip") {
    Rig rig;
    const Reply reply = answered(rig, 3000, accept + "Origin: https://desk.example\r\n");
    CHECK(reply.status == 200);
    CHECK(reply.header("content-encoding") == "gzip");
    CHECK(reply.header("vary") == "Origin, Accept-Encoding");
    CHECK(reply.header("access-control-allow-origin") == "https://desk.example");
    CHECK(reply.header("content-type") == "text/plain; charset=UTF-8");
    CHECK(reply.header("cache-control") == "no-store");
    CHECK(reply.header("content-length") == std::to_string(reply.body.size()));
    CHECK(reply.body.size() < 200);
    CHECK(unpacked(reply.body) == message(3000));
}

TEST_CASE("a client that does not accept gzip gets the plain answer, and Vary says so") {
    Rig rig;
    for (const char *headers :
         {"", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0\r\n",
          "Accept-Encoding: identity, gzip;q=0.5\r\n", "Accept-Encoding:\r\n"}) {
        CAPTURE(headers);
        const Reply reply = answered(rig, 3000, headers);
        CHECK(reply.header("content-encoding").empty());
        CHECK(reply.header("vary") == "Origin, Accept-Encoding");
        CHECK(reply.body == message(3000));
    }
}

TEST_CASE("an answer is compressed from the threshold on, and never when that is 0") {
    Rig rig;
    const Reply below = answered(rig, 1023, accept);
    CHECK(below.header("content-encoding").empty());
    CHECK(below.header("vary") == "Origin");
    CHECK(below.body == message(1023));
    CHECK(answered(rig, 1024, accept).header("content-encoding") == "gzip");
    Rig::Setup setup;
    setup.net.compress_from = 0;
    Rig off(setup);
    const Reply never = answered(off, 3000, accept);
    CHECK(never.header("content-encoding").empty());
    CHECK(never.header("vary") == "Origin");
    CHECK(never.body == message(3000));
}

TEST_CASE("the answer with the sid is never compressed, at any threshold") {
    Rig::Setup setup;
    setup.net.compress_from = 1;
    Rig rig(setup);
    Wire wire(rig.address());
    wire.send(get(path, accept));
    const Reply open = wire.reply();
    CHECK(open.header("content-encoding").empty());
    CHECK(open.body.starts_with("0{\"sid\":\""));
    CHECK(answered(rig, 2, accept).header("content-encoding") == "gzip");
}

TEST_CASE("an answer that would block the loop for long goes out uncompressed") {
    Rig::Setup setup;
    setup.session.send_buffer = 8u << 20;
    Rig rig(setup);
    constexpr std::size_t most = 1u << 20;
    CHECK(unpacked(answered(rig, most, accept).body) == message(most));
    const Reply reply = answered(rig, most + 1, accept);
    CHECK(reply.header("content-encoding").empty());
    CHECK(reply.body == message(most + 1));
}

TEST_CASE("many clients get one emit compressed, each all of it and nothing of the others'") {
    Rig rig;
    std::vector<Wire> wires;
    std::vector<std::string> sids;
    for (int i = 0; i < 20; ++i) {
        sids.push_back(polling(rig.address()));
        wires.emplace_back(rig.address());
        wires.back().send(get(path + "&sid=" + sids.back(), i % 2 == 0 ? accept : std::string()));
    }
    CHECK(
        rig.until([](net::Server &server, Echo &) { return server.totals().http_requests == 40; }));
    CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &) {
        const base::FrameRef frame = base::Frame::text({"4", std::string(5000, 'x')});
        for (const std::string &sid : sids)
            sessions.send(sessions.find(sid), frame, session::Delivery::reliable);
    }));
    for (std::size_t i = 0; i < wires.size(); ++i) {
        const Reply reply = wires[i].reply();
        CHECK(reply.header("content-encoding") == (i % 2 == 0 ? "gzip" : ""));
        CHECK((i % 2 == 0 ? unpacked(reply.body) : reply.body) == message(5001));
    }
}

TEST_CASE("a connection goes on after a compressed answer") {
    Rig rig;
    const std::string sid = polling(rig.address());
    Wire wire(rig.address());
    for (const std::size_t size : {2000u, 10u, 4000u}) {
        CHECK(rig.call([size](net::Server &, session::Sessions &sessions, Echo &echo) {
            sessions.send(echo.newest, base::Frame::text({"4", std::string(size - 1, 'x')}),
                          session::Delivery::reliable);
        }));
        wire.send(get(path + "&sid=" + sid, accept));
        const Reply reply = wire.reply();
        const bool packed = reply.header("content-encoding") == "gzip";
        CHECK(packed == (size > 1024));
        CHECK((packed ? unpacked(reply.body) : reply.body) == message(size));
    }
}
