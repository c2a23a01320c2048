#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dispatch/counters.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/hooks.hpp"
#include "dispatch/membership.hpp"
#include "dispatch/move.hpp"
#include "dispatch/options.hpp"
#include "dispatch/routing.hpp"
#include "dispatch/stats.hpp"
#include "dispatch/token_gate.hpp"
#include "dispatch/verdict.hpp"
#include "dispatch/watcher.hpp"
#include "log/causes.hpp"
#include "session/clients.hpp"
#include "session/events.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::rooms {
class Kinds;
class Watcher;
} // namespace roomd::rooms

namespace roomd::dispatch {

// One client as it is now: views, valid until anything happens.
struct Known {
    std::string_view id, nsp, identity;
    bool connected = false; // else it waits for its verdict
    session::Transport transport = session::Transport::polling;
    const session::Handshake *handshake = nullptr;
    std::string user;                   // of its identity, empty for nobody
    std::vector<std::string> rooms;     // but its own; those it will be in when it waits
    std::vector<base::ClientId> others; // of its session, in other namespaces
};

// What happens on an event: joins clients, rooms, policy and plugins.  The one place an emit
// passes.  Every call on the shard's loop.
class Router final : public session::Events {
public:
    Router(const Options &, session::Clients &, const base::Clock &);
    ~Router();
    Router(const Router &) = delete;
    Router &operator=(const Router &) = delete;
    void wire(Hooks &) noexcept; // called once, before the first event
    void explain_to(log::Causes &) noexcept;

    // ---- emits and commands (from the host) ----------------------------------------------
    // The key of this name, for Emit::rights; null: none has it.  Valid until reconfigure().
    const auth::Key *key(std::string_view name) const noexcept;
    // Takes `count` events from what keys[].rate leaves it.  False: it leaves less.
    bool charge(const auth::Key &, std::size_t count);
    // Each emit is routed once, as dispatch::route() says, and then taken or not.
    Routed route(Emit) const;
    Emitted emit(const Routed &);
    Emitted emit(Emit emit) { return this->emit(route(std::move(emit))); }
    // Would emit() take it?  Changes nothing; for all-or-none batches.
    Emitted check(const Routed &) const;
    void ask(const Routed &, base::Duration timeout, std::uint64_t token); // Hooks::answered, once
    // Whom an emit to many that check() passed would reach here; and asks them, with tokens that
    // count up from `first`.
    std::vector<base::ClientId> recipients(const Routed &) const;
    void ask(std::span<const base::ClientId>, const Routed &, base::Duration timeout,
             std::uint64_t first);
    bool ack(base::ClientId, std::uint64_t ack_id, const sio::Args &);
    // Before the client's verdict they take effect when it is accepted.  `too_big`: it has
    // rooms_per_client rooms.
    Status join(base::ClientId, std::string_view room);
    Status leave(base::ClientId, std::string_view room);
    Status disconnect(base::ClientId, bool close_session, session::CloseReason);
    std::size_t kick(std::string_view user, bool close_session); // how many; by identity's "user"

    // ---- many clients at once (from the host), as Moves says ------------------------------
    Emitted check(const Whom &) const;
    Emitted check(const Whom &, const Move &) const;
    std::vector<base::ClientId> find(const Whom &) const;
    std::vector<base::ClientId> find(const Whom &, const Move &) const; // whom it would move
    Moved move(std::span<const base::ClientId>, const Move &);

    // `gone`: no client waits for this verdict (any more).
    Status decide_connect(base::ClientId, const Verdict &);
    Status decide_join(base::ClientId, std::string_view room, const Verdict &);

    // ---- questions -----------------------------------------------------------------------
    std::vector<base::ClientId> members(std::string_view nsp, std::string_view room) const;
    // The first `limit` of a namespace's clients above `after`, in the order of their ids.
    std::vector<base::ClientId> clients(std::string_view nsp, base::ClientId after,
                                        std::size_t limit) const;
    std::size_t count(std::string_view nsp) const noexcept; // of a namespace's clients
    bool is_there(base::ClientId) const noexcept;           // and not just leaving
    // False: it is not there; clients() leaves it out as well.
    bool known(base::ClientId, Known &) const;
    std::vector<base::ClientId> clients_of(std::string_view user) const;
    std::string_view identity(base::ClientId) const noexcept; // JSON; empty when nothing is known
    std::vector<std::string> rooms_of(base::ClientId) const;
    Stats stats(std::size_t limit) const;
    // Rooms whose name begins with `prefix`, by namespace and name: the first `limit` of them, and
    // how many there are.
    std::size_t rooms(std::string_view prefix, std::size_t limit,
                      std::vector<Stats::Room> &out) const;
    const Counters &counters() const noexcept;
    const rooms::Kinds &room_kinds() const noexcept;
    void flushed() noexcept;              // the end of a turn: what was emitted in it is under way
    std::string positions() const;        // as Positions::text()
    std::uint64_t emits() const noexcept; // so far; settle asks whether new ones came
    void watch(Watcher &);                // who watches is told of each emit
    void unwatch(Watcher &) noexcept;

    // Who is told of rooms that get their first member here and that lose their last; null: nobody.
    void watch_rooms(rooms::Watcher *) noexcept;

    // Tokens that nobody read because their address had sent too many bad ones.
    const TokenGate::Unread &tokens_unread() const noexcept;

    // Automatic rooms that could not be formed of a client's claims.
    const Membership::Unformed &rooms_unformed() const noexcept;

    // Checks tokens with these from now on; those who are in stay.
    void use_tokens(std::shared_ptr<const auth::Tokens>);
    // As TokenGate says; by their indexes in these tokens.
    std::vector<std::size_t> take_issuers_lacking_keys();

    void tick(); // expiries
    // Clients that the new options would not let in are closed, those that a room no longer takes
    // are put out of it; all others notice nothing.
    void reconfigure(const Options &);

    // ---- session::Events -----------------------------------------------------------------
    void connecting(base::ClientId, std::string_view nsp, std::string_view auth) override;
    void event(base::ClientId, const sio::Event &) override;
    void answered(base::ClientId, std::uint64_t, session::Answer, const sio::Args &) override;
    void gone(base::ClientId, session::CloseReason) override;
    std::string_view user(base::ClientId) const noexcept override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::dispatch
