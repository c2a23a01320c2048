#pragma once

#include "app/lag.hpp"
#include "app/reload.hpp"
#include "app/tail.hpp"
#include "app/top.hpp"
#include "app/traces.hpp"
#include "loop/timer.hpp"
#include "net/http.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::emits {
struct Problem;
}

namespace roomd::app {

struct Shard;

// The routes under /admin/, for operators.  Anyone who can connect to the admin socket may use them
// all; listeners that serve admin have them for keys of that scope.  The console asks most of them
// under its own path, on the ordinary listeners (app/console_gate says who may).
class Admin {
public:
    struct Configuration {
        std::function<void(Reload::Done)> reload;
        std::string path; // of the file; empty: the built-in one
        std::function<const config::Config &()> running;
        std::string console;       // its path; empty: there is none
        bool on_listeners = false; // one of `listen` serves admin
        bool mints = false;        // the console signs tokens; a reload does not change it
    };
    Admin(Shard &, Configuration);
    ~Admin(); // removes the routes
    Admin(const Admin &) = delete;
    Admin &operator=(const Admin &) = delete;

    void end(); // the daemon is stopping: answers everyone who waits for events

private:
    using Serve = void (Admin::*)(const net::Request &);
    enum class Asked : std::uint8_t { by_operators, on_the_console_too, on_the_console_only };
    void add(const char *method, const std::string &name, Serve, Asked);

    void reload(const net::Request &);
    void health(const net::Request &);
    void stats(const net::Request &);
    void rooms(const net::Request &);
    void clients(const net::Request &);
    void plugins(const net::Request &);
    void catalogue(const net::Request &);
    void explain(const net::Request &);
    void config(const net::Request &);
    void kick(const net::Request &);
    void emit(const net::Request &);
    void tail(const net::Request &);
    void begin_trace(const net::Request &);
    void trace(const net::Request &);
    void top(const net::Request &);

    void reloaded(base::ExchangeId, const Reloaded &);
    void answer(base::ExchangeId, std::string_view data);
    void refuse(base::ExchangeId, const emits::Problem &);
    void respond(base::ExchangeId, int status, std::string body);

    Shard &shard_;
    Configuration configuration_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    const std::string run_; // prefix of the ids of this run's emits
    std::uint64_t emits_ = 0;
    std::vector<std::uint64_t> routes_;
    Top top_;
    Tail tail_;
    Traces traces_;
    loop::Timer gather_, gather_traces_, ticks_;
    Lag lag_;
};

} // namespace roomd::app
