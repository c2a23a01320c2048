#pragma once

#include "base/bucket.hpp"
#include "host/calls.hpp"
#include "host/check.hpp"
#include "host/handles.hpp"
#include "host/idempotency.hpp"
#include "host/library.hpp"
#include "host/self.hpp"
#include "host/services.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>

namespace roomd::host {

// What the host keeps of one plugin instance.  Its Lifecycle owns it, and opens and closes its
// Intake.  Home loop only; what the plugin's threads may touch is the Intake.
class Instance {
public:
    Instance(Services &, const Library &, PluginEntry);
    Instance(const Instance &) = delete;
    Instance &operator=(const Instance &) = delete;

    const PluginEntry &entry() const noexcept { return entry_; }
    void set_entry(const PluginEntry &); // of the same code; its budget holds from now on
    const Library &library() const noexcept { return library_; }
    Services &services() noexcept { return services_; }
    roomd_self &self() noexcept { return self_; }
    Intake &intake() noexcept { return self_; }
    const Intake &intake() const noexcept { return self_; }
    Handles &handles() noexcept { return handles_; }
    const Handles &handles() const noexcept { return handles_; }
    Calls &calls() noexcept { return calls_; }
    const Calls &calls() const noexcept { return calls_; }
    Idempotency &idempotency() noexcept { return idempotency_; }
    ClientData &data() noexcept { return data_; }
    // Clients that its connect hooks were asked about and that are still to be told of.
    std::unordered_set<base::ClientId> &asked_about() noexcept { return asked_about_; }

    bool may_log_refusal(base::Time now) noexcept { return refusals_.take({1, 10}, now); }
    std::uint64_t issue(Ticket, base::Duration timeout); // as Intake::issue()

private:
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
};

} // namespace roomd::host
