#pragma once

#include "base/ids.hpp"
#include "dispatch/admission.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/move.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/options.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace roomd::dispatch {

// What backends do to clients, over plugins: find them, move them, send them away.  Rooms are
// judged as names: rules bind what clients ask for.
class Moves {
public:
    Moves(const Options &options, session::Clients &clients, rooms::Hub &hub,
          const Namespaces &namespaces, const Identities &identities, const Admission &admission) :
        options_(options),
        clients_(clients),
        hub_(hub),
        namespaces_(namespaces),
        identities_(identities),
        admission_(admission) {}

    // Whether the key may name these rooms, and whether the names are good.  Says nothing of
    // whether anyone is there.
    Emitted check(const Whom &) const;
    Emitted check(const Whom &, const Move &) const;

    // Clients that wait for their verdict are in no room yet, but may be sent away.
    enum class Waiting : bool { left_out, included };
    std::vector<base::ClientId> find(const Whom &, Waiting = Waiting::left_out) const;

    // Those that are gone are passed over.  `room:left` tells who was put out of a room.
    Moved move(std::span<const base::ClientId>, const Move &);

private:
    Emitted check(const Whom &, const std::vector<std::string_view> &rooms) const;
    std::vector<base::ClientId> of_user(const Whom &, Waiting) const;
    Moved join(std::span<const base::ClientId>, const std::vector<std::string_view> &rooms);
    Moved leave(std::span<const base::ClientId>, const std::vector<std::string_view> &rooms);
    Moved send_away(std::span<const base::ClientId>, bool close);

    const Options &options_;
    session::Clients &clients_;
    rooms::Hub &hub_;
    const Namespaces &namespaces_;
    const Identities &identities_;
    const Admission &admission_;
};

} // namespace roomd::dispatch
