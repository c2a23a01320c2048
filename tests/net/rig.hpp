#pragma once

#include "log/log.hpp"
#include "loop/loop.hpp"
#include "loop/timer.hpp"
#include "loop/wakeup.hpp"
#include "net/server.hpp"
#include "session/sessions.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace roomd::test {

struct Reply;

// Echoes every message; "close" closes the session, "cut" cuts it.  Remembers what ended and why.
class Echo final : public session::Messages {
public:
    session::Sessions *sessions = nullptr;
    base::SessionId newest = base::SessionId::none;
    std::size_t open = 0;
    std::vector<session::CloseReason> ended;
    std::size_t limit = SIZE_MAX;             // of one message
    std::function<void()> on_opened, on_text; // first of all, on the loop's thread

    void opened(base::SessionId) override;
    void text(base::SessionId, std::string_view message) override;
    void binary(base::SessionId, std::string_view message) override;
    void closed(base::SessionId, session::CloseReason) override;
    std::size_t message_limit(base::SessionId) const noexcept override { return limit; }
};

// A whole server on its own thread: loop, sessions with an echo above, net.  Everything of it is
// made, called and destroyed on that thread.
class Rig {
public:
    struct Setup {
        net::Options net;
        session::Options session;
        log::Level log = log::Level::error;
        Setup(); // one listener, 127.0.0.1:0; no pings that would get in the way
    };
    explicit Rig(Setup setup = {}, std::function<void(net::Server &)> ready = {});
    ~Rig();
    Rig(const Rig &) = delete;
    Rig &operator=(const Rig &) = delete;

    // Of the n-th listener.
    const std::string &address(std::size_t n = 0) const { return addresses_.at(n); }
    // Runs on the loop's thread.  False: it did not get there in five seconds: the loop hangs.
    bool call(std::function<void(net::Server &, session::Sessions &, Echo &)>);
    net::Server::Totals totals();
    std::size_t sessions(); // open ones
    // Waits until `holds` does, looking after each turn of the loop; false after five seconds.
    bool until(std::function<bool(net::Server &, Echo &)> holds);
    std::uint64_t turns() const noexcept { return turns_.load(); } // of the loop
    // Runs `act` while the loop stands still: what it sends, and what falls due, meets in one turn.
    void stalled(const std::function<void()> &act);

private:
    void run(const Setup &, const std::function<void(net::Server &)> &);

    std::vector<std::string> addresses_;
    std::atomic<std::uint64_t> turns_{0};
    std::function<void()> stop_;
    std::function<void(std::function<void(net::Server &, session::Sessions &, Echo &)>)> post_;
    std::promise<void> started_;
    std::thread thread_;
};

// Waits until no connection is open; false after five seconds.
bool empty(Rig &);
// The answer to one request on a connection of its own.
Reply ask(Rig &, const std::string &request);
// POST /echo answers with its body, GET /hello with "hello"; GET and POST /held are never answered.
void add_routes(net::Server &);
// GET and POST /large answer with `size` bytes.
void add_large_route(net::Server &, std::size_t size);
// GET /who tells who asks: the address, then what is true of `loopback unix secure`.
void add_who(net::Server &);

} // namespace roomd::test
