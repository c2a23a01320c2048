#pragma once

#include "base/text_index.hpp"
#include "session/acks.hpp"
#include "session/client.hpp"
#include "session/clients.hpp"

#include <deque>
#include <string_view>
#include <vector>

namespace roomd::session {

// How long a packet may wait for its attachments.  Each is looked at when it is that old, or at
// most as much later.
inline constexpr base::Duration attachments_timeout{30000};
// Who was refused too often is asked again after so long without.
inline constexpr base::Duration forgiven_after{10000};
// Whose events wait is told so, and not again before this.
inline constexpr base::Duration warned_for{10000};

// The tables of Clients, and what packets do to them.  After any call up nothing is as it was: ids
// are looked up again.
struct Clients::Impl {
    Impl(const ClientOptions &o, const base::Clock &c) : options(o), clock(c) {}

    Client *alive(base::ClientId) noexcept; // null when it ended
    Peer *peer(base::SessionId) noexcept;   // null when it closed
    base::ClientId in(const Peer &, std::string_view nsp) noexcept;
    sio::Limits limits(const Peer &) const noexcept;
    base::Rate rate() const noexcept; // of events, and the same of CONNECTs

    void take(Peer &, base::Result<sio::Packet>);
    void route(base::SessionId, const sio::Packet &);
    void keep(Peer &, Client &, const sio::Packet &);
    bool may_send(base::SessionId, Client &, base::ClientId);
    void go_on();
    std::size_t held_by(const Peer &) noexcept;
    void handle(base::SessionId, base::ClientId, const sio::Packet &);
    void connect(base::SessionId, const sio::Connect &);
    bool guesses(Peer &) const noexcept;
    void refuse(base::SessionId, std::string_view nsp, std::string_view code,
                std::string_view message, bool retryable);
    void refuse_event(const Client &, const sio::Event &);
    void warn(const Client &);
    void drain(base::ClientId);
    void reroute(base::SessionId, Held &);
    void end(base::ClientId, CloseReason);
    void unlink(base::ClientId, const Client &) noexcept;
    void close_unjoined(base::Time now);
    void close_unfinished(base::Time now);

    struct Since {
        base::SessionId session;
        base::Time since;
    };

    ClientOptions options;
    const base::Clock &clock;
    Sessions *down = nullptr;
    Events *up = nullptr;
    Namespaces namespaces;
    base::SlotMap<base::ClientId, Client> clients;
    base::TextIndex<base::ClientId, Client, &Client::public_id> by_id{clients};
    std::deque<Peer> peers;       // by index_of(session)
    std::deque<Since> unjoined;   // in the order they opened
    std::deque<Since> unfinished; // packets that lack attachments; a session once
    std::vector<base::ClientId> paced;
    Acks acks;
    sio::Scratch scratch;
    std::size_t accepted = 0;
    std::uint64_t other_parsers = 0, displaced = 0;
};

} // namespace roomd::session
