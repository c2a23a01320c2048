#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/hooks.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/options.hpp"
#include "dispatch/portal_counts.hpp"
#include "dispatch/verbs.hpp"
#include "dispatch/verdict.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::dispatch {

// Which rooms clients are in by rule and by wish: the verbs `join`, `leave`, `join:<kind>` and
// `leave:<kind>`, the rooms that come with who one is, and what changed rules change.
class Membership {
public:
    Membership(const Options &options, session::Clients &clients, rooms::Hub &hub,
               const Identities &identities, PortalCounts &portals, const base::Clock &clock) :
        options_(options),
        clients_(clients),
        hub_(hub),
        identities_(identities),
        portals_(portals),
        clock_(clock) {}
    void wire(Hooks &hooks) noexcept { hooks_ = &hooks; }

    // True: the event was a verb, and its answer is given or owed.
    bool verb(base::ClientId, const sio::Event &);
    // An event nobody took: a verb of a kind that does not exist says so, others say nothing.
    void unheard(base::ClientId, const sio::Event &);

    Status decide(base::ClientId, std::string_view room, const Verdict &);

    // Into the rooms of kinds with `join: auto` that its claims name.
    void admit_automatically(base::ClientId, rooms::Space &);
    // The rules have changed: out of the rooms they no longer allow (`room:left` tells the client),
    // into those they now give.  What plugins granted stands.
    void revise();
    void drop(base::ClientId client) { waiting_.erase(client); }

    std::uint64_t refused() const noexcept { return refused_; }

private:
    // Whom an answer goes to.
    struct Asker {
        base::ClientId client;
        std::optional<std::uint64_t> ack;
    };
    // A join that a plugin was asked about.  The client is held while one waits, so there is at
    // most one for each.
    struct Waiting {
        Asker asker;
        std::string room;
        bool held = false;
    };

    void join(const Asker &, const Wish &);
    void leave(const Asker &, const Wish &);
    void enter(const Asker &, std::string_view room, rooms::Grant by); // a join's last step
    // Why the limits keep it out; null: they do not.
    const Refusal *over_limit(const rooms::Space &, base::ClientId, const RoomKind &,
                              std::string_view room) const;
    const RoomKind *kind_of(std::string_view room) const noexcept;
    void put_out(base::ClientId, rooms::Space &, std::string_view nsp);
    PortalCount &portal_of(base::ClientId) const;
    void accept(const Asker &, std::string_view room, std::size_t members);
    void refuse(const Asker &, Wish::Verb, std::string_view shown, std::string_view code,
                std::string_view message, std::string_view data = {});
    rooms::Space *space_of(base::ClientId) const;

    const Options &options_;
    session::Clients &clients_;
    rooms::Hub &hub_;
    const Identities &identities_;
    PortalCounts &portals_;
    const base::Clock &clock_;
    Hooks *hooks_ = nullptr;
    std::unordered_map<base::ClientId, Waiting> waiting_;
    std::uint64_t refused_ = 0;
};

} // namespace roomd::dispatch
