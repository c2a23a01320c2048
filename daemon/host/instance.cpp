#include "host/instance.hpp"

#include "loop/loop.hpp"

#include <utility>

namespace roomd::host {

Instance::Instance(Services &services, const Library &library, PluginEntry entry) :
    services_(services),
    library_(library),
    entry_(std::move(entry)),
    data_(services.data[entry_.label()]),
    self_(roomd_self::make(entry_.label(), entry_.budget, services.options.tickets,
                           services.options.max_emit)),
    calls_(services.log, entry_.label(), services.options.slow_call),
    idempotency_(services.options.idempotency),
    handles_(services, calls_, self_) {}

void Instance::set_entry(const PluginEntry &entry) {
    self_.set_budget(entry.budget);
    entry_ = entry;
}

std::uint64_t Instance::issue(Ticket ticket, base::Duration timeout) {
    const std::uint64_t id = self_.issue(std::move(ticket), services_.loop.now() + timeout);
    if (id != 0) services_.watch_time();
    return id;
}

} // namespace roomd::host
