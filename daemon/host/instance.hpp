#pragma once

#include "host/calls.hpp"
#include "host/check.hpp"
#include "host/handles.hpp"
#include "host/idempotency.hpp"
#include "host/library.hpp"
#include "host/self.hpp"
#include "host/services.hpp"

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace roomd::host {

// One plugin at work, from start to stop.  Home loop only; what the plugin's threads may touch is
// its Door.
//
//     idle -> starting -> running -> stopping -> stopped
class Instance {
public:
    Instance(Services &, const Library &, PluginEntry);
    ~Instance(); // idle or stopped
    Instance(const Instance &) = delete;
    Instance &operator=(const Instance &) = delete;

    // Throws with the plugin's reason; then it is stopped, and nothing it asked for was done.
    void start();
    bool has_reload() const noexcept { return library_.table().reload != nullptr; }
    // False: the old configuration is in force, `why` says why.
    bool reload(const PluginEntry &, std::string &why);
    void stop();
    const std::string &why_not_running() const noexcept { return why_not_; }
    bool running() const noexcept { return state_ == State::running; }

    // Works off what was in line when it began.  False: there was nothing.
    bool work_off();
    void ask_ended(std::size_t bytes); // its share of the budget is free again
    void tick(base::Time now);         // deadlines of tickets

    const PluginEntry &entry() const noexcept { return entry_; }
    const Library &library() const noexcept { return library_; }
    const std::vector<std::string> &kept_headers() const noexcept {
        return handles_.kept_headers();
    }
    Door &door() noexcept { return self_; }
    const Door &door() const noexcept { return self_; }
    Handles &handles() noexcept { return handles_; }
    Calls &calls() noexcept { return calls_; }
    const Calls &calls() const noexcept { return calls_; }
    Services &services() noexcept { return services_; }
    Idempotency &idempotency() noexcept { return idempotency_; }
    bool may_log_refusal(base::Time now) noexcept { return refusals_.take({1, 10}, now); }
    std::uint64_t issue(Ticket, base::Duration timeout);
    ClientData &data() noexcept { return data_; }
    // Clients that its connect hooks were asked about and that are still to be told of.
    std::unordered_set<base::ClientId> &asked_about() noexcept { return asked_about_; }

private:
    enum class State : std::uint8_t { idle, starting, running, stopping, stopped };
    void finish();
    void tell_drained();
    void refuse_tickets(const std::vector<Ticket> &, bool was_late);
    void end_asks();

    Services &services_;
    const Library &library_;
    PluginEntry entry_;
    ClientData &data_;
    roomd_self &self_;
    Calls calls_;
    Idempotency idempotency_;
    base::Bucket refusals_;
    Handles handles_;
    std::unordered_set<base::ClientId> asked_about_;
    void *plugin_state_ = nullptr;
    std::string why_not_ = "not started";
    State state_ = State::idle;
    bool working_ = false;
};

} // namespace roomd::host
