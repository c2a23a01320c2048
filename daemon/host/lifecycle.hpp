#pragma once

#include "host/instance.hpp"

#include <string>
#include <vector>

namespace roomd::host {

class Moves;
class Questions;
class Spool;
class Store;

// One plugin at work, from start to stop.  Home loop only.
//
//     idle -> starting -> running -> stopping -> stopped
class Lifecycle {
public:
    Lifecycle(Services &, Questions &, Moves &, Store &, Spool &, const Library &, PluginEntry);
    ~Lifecycle(); // idle or stopped
    Lifecycle(const Lifecycle &) = delete;
    Lifecycle &operator=(const Lifecycle &) = delete;

    Instance &instance() noexcept { return instance_; }
    const Instance &instance() const noexcept { return instance_; }
    const PluginEntry &entry() const noexcept { return instance_.entry(); }

    // Throws with the plugin's reason; then it is stopped, and nothing it asked for was done.
    void start();
    bool has_reload() const noexcept { return instance_.library().table().reload != nullptr; }
    // False: the old configuration is in force, `why` says why.
    bool reload(const PluginEntry &, std::string &why);
    void stop();
    bool running() const noexcept { return state_ == State::running; }
    const std::string &why_not_running() const noexcept { return why_not_; }

    // Does what was in line when it began, and tells the plugin when there is room again.  False:
    // there was nothing to do, and there still is not.
    bool work_off();
    void tick(base::Time now); // deadlines of tickets

private:
    enum class State : std::uint8_t { idle, starting, running, stopping, stopped };
    void close();
    void finish();
    void tell_drained();
    void refuse_tickets(const std::vector<Ticket> &, bool was_late);

    Instance instance_;
    Questions &questions_;
    Moves &moves_;
    Store &store_;
    Spool &spool_;
    void *plugin_state_ = nullptr;
    std::string why_not_ = "not started";
    State state_ = State::idle;
    bool working_ = false;
};

} // namespace roomd::host
