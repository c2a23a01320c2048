// Raw Engine.IO echo at /engine.io/ for the public protocol test-suite: engineio_echo PORT.
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "loop/timer.hpp"
#include "net/server.hpp"
#include "session/sessions.hpp"
#include "support/net_defaults.hpp"
#include "support/session_defaults.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace roomd;

class Echo final : public session::Messages {
public:
    session::Sessions *sessions = nullptr;

    void opened(base::SessionId) override {}
    void text(base::SessionId id, std::string_view message) override {
        sessions->send(id, base::Frame::text({"4", message}), session::Delivery::reliable);
    }
    void binary(base::SessionId id, std::string_view message) override {
        sessions->send(id, base::Frame::binary(message), session::Delivery::reliable);
    }
    void closed(base::SessionId, session::CloseReason) override {}
};

int run(const std::string &port) {
    log::Options log_options;
    log_options.level = log::Level::warning;
    log::Logger log(log_options);
    loop::Loop loop;
    Echo echo;
    session::Options options = test::session_defaults();
    options.ping_interval = base::Duration(300);
    options.ping_timeout = base::Duration(200);
    options.max_payload = 1000000;
    session::Sessions sessions(options, echo, loop);
    echo.sessions = &sessions;
    net::Options net_options = test::net_defaults();
    net_options.path = "/engine.io/";
    net_options.connections = 1000;
    for (const char *host : {"127.0.0.1:", "[::1]:"})
        net_options.listeners.push_back(test::listener_on(host + port));
    net::Server server(net_options, loop, sessions, log);
    loop.before_blocking([&] {
        sessions.flush();
        sessions.reap();
    });
    loop::Timer tick(loop, [&] { sessions.tick(); });
    tick.every(sessions.tick_every());
    for (const std::string &address : server.addresses())
        std::printf("engine.io echo on %s/engine.io/\n", address.c_str());
    std::fflush(stdout);
    loop.run();
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: engineio_echo PORT\n");
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argv[1]);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "engineio_echo: %s\n", e.what());
        return 1;
    }
}
