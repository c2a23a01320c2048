#include "rig.hpp"
#include "wire.hpp"

#include "net/tally.hpp"
#include "support/net_defaults.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

net::Peer peer(const std::string &text) {
    const bool v6 = text.find(':') != std::string::npos;
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    } address{};
    address.any.sa_family = v6 ? AF_INET6 : AF_INET;
    void *to = v6 ? static_cast<void *>(&address.v6.sin6_addr) : &address.v4.sin_addr;
    REQUIRE(inet_pton(address.any.sa_family, text.c_str(), to) == 1);
    return net::peer_of(address.any);
}

// The server's end of a connection of ours: it lives in the same process.
int other_end(const Wire &wire) {
    sockaddr_in ours{}, theirs{};
    socklen_t size = sizeof ours;
    getsockname(wire.fd(), reinterpret_cast<sockaddr *>(&ours), &size);
    for (int fd = 3; fd < 1024; ++fd) {
        size = sizeof theirs;
        if (getpeername(fd, reinterpret_cast<sockaddr *>(&theirs), &size) == 0 &&
            std::memcmp(&ours, &theirs, sizeof ours) == 0)
            return fd;
    }
    return -1;
}

// What is written to stderr while it lives.
class Stderr {
public:
    Stderr() : file_(std::tmpfile(), &std::fclose), kept_(dup(2)) { dup2(fileno(file_.get()), 2); }
    ~Stderr() {
        dup2(kept_, 2);
        close(kept_);
    }
    Stderr(const Stderr &) = delete;
    Stderr &operator=(const Stderr &) = delete;
    std::size_t count(const char *text) {
        std::rewind(file_.get());
        std::size_t lines = 0;
        char line[4096];
        while (std::fgets(line, sizeof line, file_.get()) != nullptr)
            if (std::strstr(line, text) != nullptr) ++lines;
        return lines;
    }

private:
    std::unique_ptr<std::FILE, decltype(&std::fclose)> file_;
    int kept_;
};

} // namespace

TEST_CASE("a connection over the limit is told so whatever it requests") {
    Rig::Setup setup;
    setup.net.connections = 1;
    Rig rig(setup, add_routes);
    const Wire first = websocket(rig.address());
    for (const std::string &ask :
         {get("/hello"), get(engine + "polling"), upgrade(engine + "websocket")}) {
        CAPTURE(ask);
        Wire wire(rig.address());
        wire.send(ask);
        const Reply reply = wire.reply();
        CHECK(reply.status == 503);
        CHECK(reply.header("retry-after") == "5");
        CHECK(wire.ends(2000ms));
    }
    CHECK(rig.sessions() == 1);
}

TEST_CASE(
    "connections of one address, or one IPv6 net, are limited; of this machine they are not") {
    loop::Loop loop;
    Echo echo;
    session::Sessions sessions(test::session_defaults(), echo, loop);
    net::Options options = test::net_defaults();
    options.per_address = 2;
    options.per_network = 3;
    net::Tally tally(options, sessions);
    const auto excess = [&](std::initializer_list<const char *> addresses) {
        net::Excess last = net::Excess::none;
        std::vector<net::Peer> counted;
        for (const char *address : addresses)
            if (tally.count(peer(address), last)) counted.push_back(peer(address));
        for (const net::Peer &one : counted)
            tally.uncount(one);
        return last;
    };
    using net::Excess;
    CHECK(excess({"192.0.2.1", "192.0.2.1", "192.0.2.1"}) == Excess::address);
    CHECK(excess({"192.0.2.1", "192.0.2.2", "192.0.2.1"}) == Excess::none); // forgotten
    CHECK(excess({"2001:db8::1", "2001:db8::ffff:2", "2001:db8::1"}) == Excess::address);
    CHECK(excess({"2001:db8::1", "2001:db8:0:1::1", "2001:db8::1"}) == Excess::none);
    // Those of one /56 have a limit of their own.
    CHECK(excess({"2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"}) ==
          Excess::address);
    CHECK(excess({"2001:db8::1", "2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"}) ==
          Excess::none);
    CHECK(excess({"::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"}) == Excess::address);
    CHECK(excess({"127.0.0.1", "127.0.0.1", "127.0.0.1"}) == Excess::none);
    CHECK(excess({"::1", "::1", "::1"}) == Excess::none);
}

TEST_CASE("when too many connections are silent the oldest is closed") {
    Rig::Setup setup;
    setup.net.half_open = 3;
    Rig rig(setup);
    std::vector<Wire> silent;
    for (std::size_t i = 0; i < 4; ++i) {
        silent.emplace_back(rig.address());
        CHECK(rig.until(
            [&](net::Server &server, Echo &) { return server.totals().accepted == i + 1; }));
    }
    CHECK(silent[0].ends(2000ms));
    CHECK(silent[1].silent(20ms));
    const Wire talks = websocket(rig.address());
    CHECK(silent[1].ends(2000ms));
    CHECK(silent[3].silent(20ms));
}

TEST_CASE("without free descriptors connections wait, and are not all refused in a row") {
    Rig rig;
    rlimit old{};
    CHECK(rig.call(
        [&](net::Server &, session::Sessions &, Echo &) { getrlimit(RLIMIT_NOFILE, &old); }));
    std::vector<Wire> many;
    rig.stalled([&] {
        for (int i = 0; i < 6; ++i)
            many.emplace_back(rig.address());
        const int next = dup(0);
        close(next);
        rlimit none = old;
        none.rlim_cur = static_cast<rlim_t>(next);
        setrlimit(RLIMIT_NOFILE, &none);
    });
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().refused_limit > 0; }));
    setrlimit(RLIMIT_NOFILE, &old);
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().accepted >= 3; }));
    CHECK(rig.totals().refused_limit <= 3);
}

TEST_CASE("open connections get their turn in a storm of new ones") {
    Rig rig;
    std::vector<Wire> storm;
    std::size_t accepted = 0;
    std::thread asks;
    rig.stalled([&] {
        for (int i = 0; i < 200; ++i)
            storm.emplace_back(rig.address());
        asks = std::thread([&] {
            rig.call([&](net::Server &server, session::Sessions &, Echo &) {
                accepted = server.totals().accepted;
            });
        });
        std::this_thread::sleep_for(50ms);
    });
    asks.join();
    CHECK(accepted <= 64);
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().accepted == 200; }));
}

TEST_CASE("writes are not delayed to be joined with others") {
    Rig rig;
    const Wire wire = websocket(rig.address());
    int on = 0;
    socklen_t size = sizeof on;
    CHECK(getsockopt(other_end(wire), IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0);
    CHECK(on != 0);
}

TEST_CASE(
    "what the kernel may keep for a peer is as configured, and as the reload says afterwards") {
    Rig::Setup setup;
    setup.net.kernel_buffer = 64u << 10;
    Rig rig(setup);
    const auto kernel_buffer = [&] {
        const Wire wire = websocket(rig.address());
        int bytes = 0;
        socklen_t size = sizeof bytes;
        CHECK(getsockopt(other_end(wire), SOL_SOCKET, SO_SNDBUF, &bytes, &size) == 0);
        return bytes;
    };
    CHECK(kernel_buffer() == 64 << 10);
    setup.net.kernel_buffer = 256u << 10;
    rig.call(
        [&](net::Server &server, session::Sessions &, Echo &) { server.reconfigure(setup.net); });
    CHECK(kernel_buffer() == 256 << 10);
}

TEST_CASE("a stranger's mistakes fill no log") {
    Stderr log;
    {
        Rig::Setup setup;
        setup.log = log::Level::info;
        Rig rig(setup);
        for (int i = 0; i < 60; ++i)
            for (const std::string &bytes :
                 {get("/", "X-Long: " + std::string(40000, 'x') + "\r\n"), get("/\x01"),
                  upgrade("/socket.io/?EIO=4&transport=polling"), std::string("\x16\x03\x01\n")}) {
                Wire wire(rig.address());
                wire.try_send(bytes);
                CHECK(wire.ends(2000ms));
            }
        CHECK(rig.totals().bad_requests == 240);
    }
    CHECK(log.count("websockets are refused") == 1); // once a minute: it may be a proxy of ours
    CHECK(log.count("") <= 3);
}
