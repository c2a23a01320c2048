#include "rig.hpp"
#include "support/stderr.hpp"
#include "tls.hpp"
#include "vectors/vectors.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace roomd;
using namespace roomd::test;
using namespace std::chrono_literals;

namespace {

const std::string line = "PROXY TCP4 203.0.113.9 192.0.2.1 40000 443\r\n";

std::string header(const std::string &name) {
    return vector("proxy_header/" + name);
}

Rig::Setup taking_headers(const std::vector<std::string> &proxies = {"127.0.0.1"}) {
    Rig::Setup setup;
    setup.net.listeners[0].proxy_protocol = true;
    std::vector<policy::Proxies::Net> nets;
    for (const auto &text : proxies)
        nets.push_back(*policy::Proxies::parse(text));
    setup.net.proxies = policy::Proxies(std::move(nets));
    return setup;
}

std::string seen(Wire &wire, const std::string &fields = "") {
    wire.send(get("/who", fields));
    return wire.reply().body;
}

std::string seen_behind(Rig &rig, const std::string &header, const std::string &fields = "") {
    Wire wire(rig.address());
    wire.send(header);
    return seen(wire, fields);
}

std::string text_of(roomd::test::Stderr &caught) {
    std::string out;
    for (const std::string &one : caught.lines())
        out += one + '\n';
    return out;
}

std::size_t count(const std::string &text, const std::string &what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size())
        ++n;
    return n;
}

const std::string claim = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n";

} // namespace

TEST_CASE("a PROXY header says who the client is, in either version") {
    Rig rig(taking_headers(), add_who);
    for (const char *name :
         {"v1_tcp4", "v1_mapped", "v2_tcp4", "v2_mapped", "v2_fields", "v2_crc32c", "v2_longest"}) {
        CAPTURE(name);
        CHECK(seen_behind(rig, header("named/" + std::string(name))) == "203.0.113.9");
    }
    CHECK(seen_behind(rig, header("named_v6/v1_tcp6")) == "2001:db8::9");
    CHECK(seen_behind(rig, header("named_v6/v2_tcp6")) == "2001:db8::9");
    CHECK(empty(rig));
    CHECK(rig.totals().refused_proxy == 0);
}

TEST_CASE("a PROXY header may come in pieces, and with the request behind it in one") {
    Rig rig(taking_headers(), add_who);
    for (const std::string &front : {line, header("named/v2_fields")}) {
        Wire whole(rig.address());
        whole.send(front + get("/who") + get("/who"));
        CHECK(whole.reply().body == "203.0.113.9");
        CHECK(whole.reply().body == "203.0.113.9");
        Wire pieces(rig.address());
        for (const char c : front + get("/who")) {
            pieces.send(std::string(1, c));
            std::this_thread::sleep_for(500us);
        }
        CHECK(pieces.reply().body == "203.0.113.9");
        Wire cut(rig.address());
        const std::string all = front + get("/who");
        cut.send(all.substr(0, front.size() - 3));
        std::this_thread::sleep_for(20ms);
        cut.send(all.substr(front.size() - 3));
        CHECK(cut.reply().body == "203.0.113.9");
    }
}

TEST_CASE("nothing behind a PROXY header is local, whatever it says") {
    Rig rig(taking_headers(), add_who);
    CHECK(seen_behind(rig, "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n") == "127.0.0.1");
    CHECK(seen_behind(rig, "PROXY TCP6 ::1 ::1 1 2\r\n") == "::1");
    for (const char *name : {"v1_unknown", "v1_unknown_with_more", "v2_local",
                             "v2_local_with_anything", "v2_unspecified", "v2_unix", "v2_udp"}) {
        CAPTURE(name);
        // The proxy's own address, and nothing that it passes on is believed.
        CHECK(seen_behind(rig, header("nameless/" + std::string(name))) == "127.0.0.1");
        CHECK(seen_behind(rig, header("nameless/" + std::string(name)), claim) == "127.0.0.1");
    }
}

TEST_CASE("behind a PROXY header, X-Forwarded-For counts only from an address that is trusted") {
    Rig rig(taking_headers({"127.0.0.1", "203.0.113.9"}), add_who);
    CHECK(seen_behind(rig, "PROXY TCP4 192.0.2.44 192.0.2.1 1 2\r\n", claim) == "192.0.2.44");
    Wire chain(rig.address()); // a TCP proxy in front of an HTTP proxy in front of clients
    chain.send(line);
    CHECK(seen(chain, claim) == "198.51.100.7 secure");
    CHECK(seen(chain, "X-Forwarded-For: 198.51.100.8\r\n") == "198.51.100.8");
    CHECK(seen(chain) == "203.0.113.9");
    CHECK(seen(chain, claim) == "198.51.100.7 secure");
    CHECK(rig.call([](net::Server &server, session::Sessions &, Echo &) {
        net::Options less = taking_headers().net; // a reload trusts it no more
        server.reconfigure(less);
    }));
    CHECK(seen(chain, claim) == "203.0.113.9");
}

TEST_CASE("only trusted proxies may connect where PROXY headers are taken") {
    roomd::test::Stderr lines;
    {
        Rig::Setup setup = taking_headers({"192.0.2.1", "unix"});
        setup.log = log::Level::warning;
        Rig rig(setup, add_who);
        for (int i = 0; i < 3; ++i) {
            Wire stranger(rig.address());
            stranger.try_send(line + get("/who"));
            CHECK(stranger.ends());
            CHECK(stranger.seen().empty());
        }
        CHECK(empty(rig));
        CHECK(rig.totals().refused_proxy == 3);
        CHECK(rig.totals().http_requests == 0);
    }
    const std::string text = text_of(lines);
    CHECK(count(text, "not from a proxy that is trusted") == 1); // strangers do not fill the log
    CHECK(text.find("trusted_proxies") != std::string::npos);
}

TEST_CASE("a trusted proxy's connection without a valid header is closed, and the log says so") {
    for (const std::string &front :
         {get("/who"), header("malformed/v1_port_too_large"), header("malformed/v2_crc32c_wrong"),
          header("malformed/v2_too_long"), line.substr(1)}) {
        roomd::test::Stderr lines;
        {
            Rig::Setup setup = taking_headers();
            setup.log = log::Level::warning;
            Rig rig(setup, add_who);
            Wire wire(rig.address());
            wire.try_send(front + get("/who"));
            CHECK(wire.ends());
            CHECK(wire.seen().empty());
            CHECK(empty(rig));
            CHECK(rig.totals().refused_proxy == 1);
            CHECK(rig.totals().http_requests == 0);
        }
        CHECK(count(text_of(lines), "it has no valid PROXY header") == 1);
    }
}

TEST_CASE("a PROXY header that drips is given up at the deadline, and one that ends at its end") {
    roomd::test::Stderr lines;
    {
        Rig::Setup setup = taking_headers();
        setup.log = log::Level::warning;
        setup.net.header_deadline = 300ms;
        Rig rig(setup, add_who);
        const auto began = std::chrono::steady_clock::now();
        Wire slow(rig.address()), silent(rig.address());
        for (const char c : line.substr(0, 40)) {
            if (!slow.try_send(std::string(1, c))) break;
            std::this_thread::sleep_for(50ms);
        }
        CHECK(slow.ends());
        CHECK(silent.ends());
        CHECK(std::chrono::steady_clock::now() - began < 3s);
        Wire half(rig.address());
        half.send(line.substr(0, 20));
        half.finish();
        CHECK(half.ends());
        CHECK(empty(rig));
        CHECK(rig.totals().refused_proxy == 3);
    }
    CHECK(text_of(lines).find("none came in time") != std::string::npos);
}

TEST_CASE("a check whether the port is open is no fault") {
    Rig rig(taking_headers(), add_who);
    for (int i = 0; i < 3; ++i) {
        Wire check(rig.address());
        if (i == 1) check.reset();
    }
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().accepted == 3; }));
    CHECK(empty(rig));
    CHECK(rig.totals().refused_proxy == 0);
}

TEST_CASE("a PROXY header where none is taken is refused, and the log says what to do") {
    for (const char *name : {"named/v1_tcp4", "named/v2_tcp4", "nameless/v2_local"}) {
        CAPTURE(name);
        roomd::test::Stderr lines;
        {
            Rig::Setup setup = taking_headers();
            setup.net.listeners[0].proxy_protocol = false;
            setup.log = log::Level::warning;
            Rig rig(setup, add_who);
            for (int i = 0; i < 3; ++i) {
                Wire wire(rig.address());
                wire.send(header(name) + get("/who"));
                CHECK(wire.reply().status == 400);
                CHECK(wire.ends());
            }
        }
        CHECK(count(text_of(lines), "proxy_protocol: true") == 1);
    }
    roomd::test::Stderr lines;
    {
        Rig::Setup setup = taking_headers();
        setup.log = log::Level::warning;
        Rig rig(setup, add_who);
        Wire twice(rig.address());
        twice.send(line + line + get("/who"));
        CHECK(twice.reply().status == 400);
    }
    CHECK(text_of(lines).find("is another one") != std::string::npos);
}

TEST_CASE("a PROXY header where TLS alone is spoken is told in the log too") {
    for (const char *name : {"named/v1_tcp4", "named/v2_tcp4"}) {
        CAPTURE(name);
        const Folder folder;
        roomd::test::Stderr lines;
        {
            Rig::Setup setup = with_tls(folder);
            setup.log = log::Level::warning;
            Rig rig(setup, add_who);
            Wire wire(rig.address());
            wire.try_send(header(name));
            CHECK(wire.ends());
            for (const std::string &other : {get("/who"), std::string("PROX"), line.substr(1)}) {
                Wire wrong(rig.address());
                wrong.try_send(other + std::string(10, 'x'));
                CHECK(wrong.ends());
            }
            Tls right(rig.address());
            CHECK(right.connected);
        }
        const std::string text = text_of(lines);
        CHECK(count(text, "proxy_protocol: true") == 1);
        CHECK(text.find("address=127.0.0.1") != std::string::npos);
    }
}

TEST_CASE("over TLS the PROXY header comes before the handshake") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    const Rig::Setup plain = taking_headers();
    setup.net.listeners[0].proxy_protocol = true;
    setup.net.proxies = plain.net.proxies;
    Rig rig(setup, add_who);
    for (const std::string &front : {line, header("named/v2_fields")}) {
        Tls tls(rig.address(), nullptr, Wire::Window::wide, front);
        REQUIRE(tls.connected);
        tls.send(get("/who", claim));
        CHECK(tls.reply().body == "203.0.113.9 secure");
    }
    CHECK_FALSE(Tls(rig.address()).connected);
    Tls local(rig.address(), nullptr, Wire::Window::wide, header("nameless/v2_local"));
    REQUIRE(local.connected);
    local.send(get("/who"));
    CHECK(local.reply().body == "127.0.0.1 secure");
}

TEST_CASE("over a Unix socket PROXY headers are taken where unix is trusted") {
    const Folder folder;
    for (const bool trusted : {true, false}) {
        Rig::Setup setup = taking_headers({trusted ? "unix" : "127.0.0.1"});
        setup.net.listeners[0].name = "unix:" + (folder / "s.sock");
        Rig rig(setup, add_who);
        Wire wire(rig.address());
        wire.try_send(line + get("/who"));
        CHECK(wire.reply().body == (trusted ? "203.0.113.9" : ""));
        Wire local(rig.address());
        local.try_send(header("nameless/v2_local") + get("/who"));
        CHECK(local.reply().body == (trusted ? "unix" : "")); // the address's name, no right
    }
}

TEST_CASE("sessions and limits are of whom the PROXY header names") {
    Rig::Setup setup = taking_headers();
    setup.net.per_address = 1;
    Rig rig(setup, add_who);
    Wire first(rig.address());
    first.send(line + upgrade(websocket_path));
    CHECK(first.reply(true).status == 101);
    CHECK(first.frame().payload.starts_with("0{"));
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        CHECK(sessions.handshake(echo.newest)->address.text() == "203.0.113.9");
    }));
    {
        Wire second(rig.address());
        second.send(line + get("/who"));
        CHECK(second.reply().status == 429);
    }
    CHECK(seen_behind(rig, "PROXY TCP4 203.0.113.10 192.0.2.1 1 2\r\n") == "203.0.113.10");
    first.reset();
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open <= 1; }));
    CHECK(empty(rig));
    CHECK(seen_behind(rig, line) == "203.0.113.9");
}

TEST_CASE("of those that wait for a PROXY header, the oldest makes room") {
    Rig::Setup setup = taking_headers();
    setup.net.half_open = 2;
    Rig rig(setup, add_who);
    Wire oldest(rig.address());
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 1; }));
    Wire second(rig.address());
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 2; }));
    Wire third(rig.address());
    CHECK(oldest.ends());
    second.send(line);
    CHECK(seen(second) == "203.0.113.9");
    third.send(line);
    CHECK(seen(third) == "203.0.113.9");
}

TEST_CASE("who waits for a PROXY header when the server stops is served, or closed by its end") {
    Wire *waiting = nullptr;
    {
        Rig rig(taking_headers(), add_who);
        Wire accepted(rig.address()), late(rig.address());
        waiting = new Wire(rig.address());
        CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 3; }));
        CHECK(rig.call(
            [](net::Server &server, session::Sessions &, Echo &) { server.stop_accepting(); }));
        accepted.send(line);
        CHECK(seen(accepted) == "203.0.113.9");
    }
    CHECK(waiting->ends());
    delete waiting;
}
