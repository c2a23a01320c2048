#pragma once

#include "base/clock.hpp"
#include "base/frame.hpp"
#include "base/ids.hpp"
#include "base/slot_map.hpp"
#include "session/events.hpp"
#include "session/messages.hpp"
#include "session/sessions.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::session {

struct ClientOptions {
    base::Duration connect_timeout{45000}; // until the first namespace is joined
    std::size_t before_connect = 16384;    // bytes of one message before CONNECT was accepted
    std::size_t max_attachments = 10;
    std::size_t json_depth = 128;
    std::size_t held_bytes = 65536; // waiting, per session; for verdicts one max_payload beyond it
    std::size_t held_total = 128u << 20; // of all sessions, but for what waits for verdicts
    std::size_t namespaces_per_session = 16;
    double events_per_second = 0; // per client; 0: no limit
    double events_at_once = 0;    // may come at once, if that is more than two seconds' worth: all
                                  // that a client joins again when it comes back
};

// Every Socket.IO client (session x namespace) of one shard.  Decodes what sessions carry, keeps
// CONNECT, events and acks in order, and encodes what goes back.  Knows nothing of rooms.
class Clients final : public Messages {
public:
    Clients(const ClientOptions &, const base::Clock &);
    ~Clients();
    Clients(const Clients &) = delete;
    Clients &operator=(const Clients &) = delete;
    // The two neighbours know each other: called once, before the first message.
    void wire(Sessions &down, Events &up) noexcept;

    // ---- verdicts ------------------------------------------------------------------------
    // Sends 40{"sid"} and lets held packets go on.  False: gone, or decided already.
    bool accept(base::ClientId);
    // Sends CONNECT_ERROR {message, data}; `data` is JSON or empty.  gone() follows.
    bool refuse(base::ClientId, std::string_view message, std::string_view data);
    // While a verdict on something else (a join) is awaited, further packets wait.  Nests.
    void hold(base::ClientId);
    void release(base::ClientId);

    // ---- sending -------------------------------------------------------------------------
    // Frames of one packet, header and attachments adjacent.  To a client that is not accepted yet
    // they go out ahead of the CONNECT reply.
    bool send(base::ClientId, std::span<const base::FrameRef>, Delivery);
    // Emits with an ack id; Events::answered(token) is called once: now when it fails with gone,
    // else at the answer, at the end of `timeout`, or when the client goes.
    void ask(base::ClientId, std::string_view event, const sio::Args &, base::Duration timeout,
             std::uint64_t token);
    // As ask() for each of them, who are in one namespace, with one packet encoded for all and
    // tokens that count up from `first`.
    void ask(std::span<const base::ClientId>, std::string_view event, const sio::Args &,
             base::Duration timeout, std::uint64_t first);
    // Answers an event that came with this ack id.  False: the client is gone.  That each id is
    // answered once is the caller's ticket.
    bool ack(base::ClientId, std::uint64_t ack_id, const sio::Args &);
    // Sends 41, which a stock client takes as final; with `close_session` closes the transport
    // without a word, and it comes back.  gone() is called before this returns.
    bool disconnect(base::ClientId, CloseReason, bool close_session);

    // ---- asking --------------------------------------------------------------------------
    struct Info {
        base::SessionId session;
        std::string_view id; // the public Socket.IO id, 20 characters
        std::string_view nsp;
        bool accepted;
        const Handshake *handshake; // never null for a live client
    };
    // False when there is no such client.
    bool info(base::ClientId, Info &) const noexcept;
    base::ClientId find(std::string_view nsp, std::string_view id) const noexcept;
    bool alive(base::ClientId) const noexcept; // and not on its way out, as in Events::gone()
    std::vector<base::ClientId> of_session(base::SessionId) const; // in all its namespaces
    Transport transport(base::SessionId) const noexcept;           // of one that is open
    std::size_t size() const noexcept;                             // accepted ones
    // Sessions that began in another encoding than Socket.IO's own, and were closed for it.
    std::uint64_t other_parsers() const noexcept;
    // Sessions closed to make room for others.
    std::uint64_t displaced() const noexcept;
    void tick(); // ask and connect time-outs, and events that waited for their time
    void reconfigure(const ClientOptions &);

    // ---- from Sessions (Messages) --------------------------------------------------------
    void opened(base::SessionId) override;
    void text(base::SessionId, std::string_view message) override;
    void binary(base::SessionId, std::string_view message) override;
    void closed(base::SessionId, CloseReason) override;
    std::size_t message_limit(base::SessionId) const noexcept override;
    bool too_large(base::SessionId) override;
    bool make_room() override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::session
