#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dispatch/counters.hpp"
#include "dispatch/hooks.hpp"
#include "dispatch/identify.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/membership.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/options.hpp"
#include "dispatch/token_gate.hpp"
#include "dispatch/verdict.hpp"
#include "log/causes.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roomd::dispatch {

// From CONNECT to the verdict: who waits, and what holds from the
// moment a client is in.
class Admission {
public:
    Admission(const Options &options, session::Clients &clients, const base::Clock &clock,
              const Namespaces &namespaces, rooms::Hub &hub, Identities &identities,
              Membership &membership, Counters &counters) :
        options_(options),
        clients_(clients),
        clock_(clock),
        namespaces_(namespaces),
        hub_(hub),
        identities_(identities),
        membership_(membership),
        counters_(counters) {}
    void wire(Hooks &hooks) noexcept { hooks_ = &hooks; }
    void explain_to(log::Causes &causes) noexcept { causes_ = &causes; }

    // Clients that the options, as they are now, would not let in: they need an identity, or their
    // portal or namespace is gone, or the portal is for other roles.
    std::vector<base::ClientId> no_longer_admitted() const;

    // Tokens that were good may not be any more.
    void keys_changed() noexcept { tokens_.keys_changed(); }
    std::vector<std::size_t> take_lacking() { return tokens_.take_lacking(); }
    void tick() { tokens_.tick(clock_.now()); }
    const TokenGate::Unread &unread() const noexcept { return tokens_.unread(); }

    void connecting(base::ClientId, std::string_view nsp, std::string_view auth);
    Status decide(base::ClientId, const Verdict &);
    void gone(base::ClientId, session::CloseReason); // of any client: one that waited is told of

    std::vector<base::ClientId> waiting_of(std::string_view user) const; // by their tokens

    // Of a client that waits: rooms that take effect when it is accepted.
    bool waits(base::ClientId client) const { return waiting_.count(client) != 0; }
    std::string_view identity(base::ClientId) const; // by its token
    std::vector<std::string> rooms(base::ClientId) const;
    Status join(base::ClientId, std::string_view room);
    void leave(base::ClientId, std::string_view room);

private:
    using Moment = std::chrono::steady_clock::time_point;
    struct Waiting {
        std::vector<std::string> rooms;
        Who who; // as its token says; a plugin may know better
        Moment began;
    };

    Status admit(base::ClientId, const Waiting &, const Verdict &);
    // `code` is for the counts.
    void refuse(base::ClientId, Moment began, std::string_view identity, std::string_view code,
                std::string_view message, std::string_view data);
    void refuse(base::ClientId, Moment began, std::string_view identity, const Rejection &);
    void refuse_namespace(base::ClientId, Moment began, std::string_view identity);
    void tell(std::string_view what, base::ClientId, std::string_view identity,
              const Rejection &) const;
    void answer(base::ClientId, Moment began, std::string_view identity, std::string_view code,
                std::string_view message, std::string_view data);
    std::optional<Rejection> reject(std::string_view portal, std::string_view identity) const;

    const Options &options_;
    session::Clients &clients_;
    const base::Clock &clock_;
    const Namespaces &namespaces_;
    rooms::Hub &hub_;
    Identities &identities_;
    Membership &membership_;
    Counters &counters_;
    Hooks *hooks_ = nullptr;
    log::Causes *causes_ = nullptr; // null: nobody is told of refusals
    TokenGate tokens_;
    std::unordered_map<base::ClientId, Waiting> waiting_;
};

} // namespace roomd::dispatch
