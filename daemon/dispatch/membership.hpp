#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dispatch/answers.hpp"
#include "dispatch/counters.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/hooks.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/options.hpp"
#include "dispatch/verdict.hpp"
#include "dispatch/wish.hpp"
#include "log/causes.hpp"
#include "policy/rules.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::dispatch {

// Which rooms clients are in by rule and by wish: those they ask to join, those that come with who
// they are, and what changed rules change.
class Membership {
public:
    Membership(const Options &options, session::Clients &clients, Answers &answers, rooms::Hub &hub,
               const Identities &identities, Counters &counters, const base::Clock &clock) :
        options_(options),
        clients_(clients),
        answers_(answers),
        hub_(hub),
        identities_(identities),
        counters_(counters),
        clock_(clock) {}
    void wire(Hooks &hooks) noexcept { hooks_ = &hooks; }
    void explain_to(log::Causes &causes) noexcept { causes_ = &causes; }

    // A client's wish to join.  Answered at once, or by decide() when a plugin takes it.
    void join(const Asker &, const RoomKind &, const std::string &room);
    // As a refused join, also in the counts.  `kind`: its name, or metrics::other.  `shown`: the
    // room as JSON, or null.
    void refuse(const Asker &, std::string_view kind, std::string_view shown, const Refusal &);
    // A client's wish to leave, and one that is refused already.
    void leave(const Asker &, const RoomKind &, const std::string &room);
    void refuse_leave(const Asker &, std::string_view shown, const Refusal &);
    // A plugin's answer to the wish.
    Status decide(base::ClientId, std::string_view room, const Verdict &);

    // Into the rooms of kinds with `join: auto` that its claims name.  `room:refused` tells the
    // client of those that cannot be formed.
    void enter_automatic_rooms(base::ClientId, rooms::Space &);
    // The rules have changed: out of the rooms they no longer allow (`room:left` tells the client),
    // into those they now give.  What plugins granted stands.
    void revise();
    void drop(base::ClientId client) { waiting_.erase(client); }

    std::uint64_t refused() const noexcept { return refused_; }
    // Automatic rooms that could not be formed.
    struct Unformed {
        std::uint64_t count = 0;
        std::string kind, claim, value; // of the latest one; the value for people
    };
    const Unformed &unformed() const noexcept { return unformed_; }

private:
    // A join that a plugin was asked about.  The client is held while one waits, so there is at
    // most one for each.
    struct Waiting {
        Asker asker;
        std::string room;
        bool held = false;
    };

    void enter(const Asker &, std::string_view room, rooms::Grant by); // a join's last step
    // room_denied, in a plugin's words
    void refuse(const Asker &, std::string_view kind, std::string_view shown,
                std::string_view message, std::string_view data);
    void count_refusal(const Asker &, std::string_view kind, std::string_view code);
    void tell(const Asker &, std::string_view shown, std::string_view code,
              std::string_view why) const;
    void trace(base::ClientId, std::string_view what, std::string_view room) const;
    const RoomKind *kind_of(std::string_view room) const noexcept;
    void tell_unformed(base::ClientId, const std::string &kind, const policy::Unfit &);
    void put_out(base::ClientId, rooms::Space &, std::string_view nsp);
    std::string_view portal_of(base::ClientId) const;
    rooms::Space *space_of(base::ClientId) const;

    const Options &options_;
    session::Clients &clients_;
    Answers &answers_;
    rooms::Hub &hub_;
    const Identities &identities_;
    Counters &counters_;
    const base::Clock &clock_;
    Hooks *hooks_ = nullptr;
    log::Causes *causes_ = nullptr; // null: nobody is told of refusals
    std::unordered_map<base::ClientId, Waiting> waiting_;
    std::uint64_t refused_ = 0;
    Unformed unformed_;
};

} // namespace roomd::dispatch
