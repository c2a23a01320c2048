#pragma once

#include "base/ids.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/options.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace roomd::dispatch {

// One routed emit: checked, its clients selected, encoded once, queued for each.  Nothing in here
// calls a plugin or closes a client.
class Fanout {
public:
    Fanout(const Options &options, session::Clients &clients, rooms::Hub &hub,
           const Namespaces &namespaces) :
        options_(options),
        clients_(clients),
        hub_(hub),
        namespaces_(namespaces) {}

    // The form, and whether the one client it names is there.
    Emitted check(const Emit &) const;
    Emitted emit(const Emit &);

    // Whom an emit to many that check() passed would reach.
    std::vector<base::ClientId> recipients(const Emit &);

    std::uint64_t emits() const noexcept { return emits_; } // those that were taken
    std::uint64_t deliveries() const noexcept { return deliveries_; }

private:
    std::size_t to_one(const Emit &, std::string_view nsp);
    std::size_t to_many(const Emit &);
    template <class Fn> void each_recipient(const Emit &, Fn);
    void find_private(std::string_view nsp, const std::vector<std::string_view> &names,
                      std::vector<base::ClientId> &found) const;

    const Options &options_;
    session::Clients &clients_;
    rooms::Hub &hub_;
    const Namespaces &namespaces_;
    std::vector<base::ClientId> named_, left_out_; // scratch of one emit
    std::uint64_t emits_ = 0, deliveries_ = 0;
};

} // namespace roomd::dispatch
