#include "rig.hpp"

#include "support/net_defaults.hpp"
#include "support/session_defaults.hpp"
#include "wire.hpp"

#include <chrono>
#include <csignal>
#include <mutex>
#include <utility>

namespace roomd::test {

using namespace std::chrono_literals;

namespace {

using Call = std::function<void(net::Server &, session::Sessions &, Echo &)>;

// What other threads want done on the loop's, in order.
class Calls {
public:
    Calls(loop::Loop &loop, std::function<void(const Call &)> run) :
        run_(std::move(run)),
        wakeup_(loop, [this] { work_off(); }) {}
    void put(Call call) {
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(std::move(call));
        }
        wakeup_.wake();
    }

private:
    void work_off() {
        std::vector<Call> calls;
        {
            const std::lock_guard lock(mutex_);
            calls.swap(waiting_);
        }
        for (const Call &call : calls)
            run_(call);
    }

    std::function<void(const Call &)> run_;
    std::mutex mutex_;
    std::vector<Call> waiting_;
    loop::Wakeup wakeup_;
};

} // namespace

void Echo::opened(base::SessionId id) {
    newest = id;
    ++open;
    if (on_opened) on_opened();
}

void Echo::text(base::SessionId id, std::string_view message) {
    if (on_text) on_text();
    if (message == "close") return sessions->close(id, session::CloseReason::forced_close);
    if (message == "cut")
        return sessions->close(id, session::CloseReason::slow_client, session::Goodbye::cut);
    sessions->send(id, base::Frame::text({"4", message}), session::Delivery::reliable);
}

void Echo::binary(base::SessionId id, std::string_view message) {
    sessions->send(id, base::Frame::binary(message), session::Delivery::reliable);
}

void Echo::closed(base::SessionId, session::CloseReason why) {
    --open;
    ended.push_back(why);
}

Rig::Setup::Setup() {
    net = net_defaults();
    session = session_defaults();
    net.listeners.push_back(listener_on("127.0.0.1:0"));
    net.connections = 2000;
    session.ping_interval = base::Duration(60000);
    session.ping_timeout = base::Duration(60000);
}

Rig::Rig(Setup setup, std::function<void(net::Server &)> ready) {
    std::signal(SIGPIPE, SIG_IGN);
    std::future<void> started = started_.get_future();
    thread_ = std::thread(
        [this, setup = std::move(setup), ready = std::move(ready)] { run(setup, ready); });
    try {
        started.get();
    } catch (...) {
        thread_.join();
        throw;
    }
}

Rig::~Rig() {
    if (stop_) stop_();
    if (thread_.joinable()) thread_.join();
}

void Rig::run(const Setup &setup, const std::function<void(net::Server &)> &ready) {
    bool told = false;
    try {
        log::Options quiet;
        quiet.level = setup.log;
        log::Logger log(quiet);
        loop::Loop loop;
        Echo echo;
        session::Sessions sessions(setup.session, echo, loop);
        echo.sessions = &sessions;
        net::Server server(setup.net, loop, sessions, log);
        Calls calls(loop, [&](const Call &call) { call(server, sessions, echo); });
        loop::Timer tick(loop, [&] { sessions.tick(); });
        tick.every(sessions.tick_every());
        loop.before_blocking([&] {
            ++turns_;
            sessions.flush();
            sessions.reap();
        });
        addresses_ = server.addresses();
        post_ = [&calls](Call call) { calls.put(std::move(call)); };
        stop_ = [&calls, &loop] {
            calls.put([&loop](net::Server &, session::Sessions &, Echo &) { loop.stop(); });
        };
        if (ready) ready(server);
        told = true;
        started_.set_value();
        loop.run();
        loop.before_blocking({});
    } catch (...) {
        if (told) throw;
        stop_ = {};
        started_.set_exception(std::current_exception());
    }
}

bool Rig::call(std::function<void(net::Server &, session::Sessions &, Echo &)> fn) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> future = done->get_future();
    post_([fn = std::move(fn), done](net::Server &server, session::Sessions &sessions, Echo &echo) {
        fn(server, sessions, echo);
        done->set_value();
    });
    return future.wait_for(5s) == std::future_status::ready;
}

net::Server::Totals Rig::totals() {
    net::Server::Totals out;
    call([&](net::Server &server, session::Sessions &, Echo &) { out = server.totals(); });
    return out;
}

std::size_t Rig::sessions() {
    std::size_t out = 0;
    call([&](net::Server &, session::Sessions &, Echo &echo) { out = echo.open; });
    return out;
}

bool Rig::until(std::function<bool(net::Server &, Echo &)> holds) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (std::chrono::steady_clock::now() < end) {
        bool yes = false;
        if (!call([&](net::Server &server, session::Sessions &, Echo &echo) {
                yes = holds(server, echo);
            }))
            return false;
        if (yes) return true;
    }
    return false;
}

bool empty(Rig &rig) {
    return rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; });
}

void Rig::stalled(const std::function<void()> &act) {
    struct Gate {
        std::promise<void> reached, over;
    };
    const auto gate = std::make_shared<Gate>();
    post_([gate](net::Server &, session::Sessions &, Echo &) {
        gate->reached.set_value();
        gate->over.get_future().wait();
    });
    gate->reached.get_future().wait();
    act();
    gate->over.set_value();
}

void add_routes(net::Server &server) {
    const auto add = [&server](const char *method, const char *path, const char *prefix) {
        net::Route route;
        route.method = method;
        route.path = path;
        route.max_body = 100000;
        route.serve = [&server, prefix](const net::Request &request) {
            if (prefix == nullptr) return;
            net::Response response;
            response.content_type = "text/plain";
            response.body = prefix + std::string(request.body);
            server.respond(request.id, response);
        };
        server.add_route(route);
    };
    add("POST", "/echo", "got:");
    add("GET", "/hello", "hello");
    add("GET", "/held", nullptr);
    add("POST", "/held", nullptr);
}

void add_large_route(net::Server &server, std::size_t size) {
    for (const char *method : {"GET", "POST"}) {
        net::Route route;
        route.method = method;
        route.path = "/large";
        route.max_body = 100;
        route.serve = [&server, size](const net::Request &request) {
            net::Response response;
            response.body.assign(size, 'b');
            server.respond(request.id, response);
        };
        server.add_route(route);
    }
}

Reply ask(Rig &rig, const std::string &request) {
    Wire wire(rig.address());
    wire.send(request);
    return wire.reply(request.starts_with("HEAD"));
}

void add_who(net::Server &server) {
    net::Route route;
    route.method = "GET";
    route.path = "/who";
    route.serve = [&server](const net::Request &request) {
        net::Response response;
        response.body = std::string(request.address) + (request.loopback ? " loopback" : "") +
                        (request.unix_socket ? " unix" : "") + (request.secure ? " secure" : "");
        server.respond(request.id, response);
    };
    server.add_route(std::move(route));
}

} // namespace roomd::test
