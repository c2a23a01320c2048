#pragma once

#include "base/clock.hpp"
#include "base/frame.hpp"
#include "base/ids.hpp"
#include "session/close_reason.hpp"
#include "session/delivery.hpp"
#include "session/handshake.hpp"
#include "session/link.hpp"
#include "sio/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace roomd::session {

// Down to Socket.IO: what dispatch may do to the clients of one shard, and ask about them.  What
// they do comes up as Events.  SocketIo implements it, and a fake in the tests of dispatch.
class Clients {
public:
    // ---- verdicts ------------------------------------------------------------------------
    // Sends 40{"sid"} and lets held packets go on.  False: gone, or decided already.
    virtual bool accept(base::ClientId) = 0;
    // Sends CONNECT_ERROR {message, data}; `data` is JSON or empty.  gone() follows.
    virtual bool refuse(base::ClientId, std::string_view message, std::string_view data) = 0;
    // While a verdict on something else (a join) is awaited, further packets wait.  Nests.
    virtual void hold(base::ClientId) = 0;
    virtual void release(base::ClientId) = 0;

    // ---- sending -------------------------------------------------------------------------
    // Queues one packet, its header and attachments adjacent, for each of the clients: how many of
    // them will get it.  To a client that is not accepted yet it goes out ahead of the CONNECT
    // reply.
    virtual std::size_t send(std::span<const base::ClientId>, std::span<const base::FrameRef>,
                             Delivery) = 0;
    bool send(base::ClientId id, std::span<const base::FrameRef> packet, Delivery how) {
        return send({&id, 1}, packet, how) == 1;
    }
    // Emits to each of them, who are in one namespace, with one packet encoded for all, an ack id
    // and tokens that count up from `first`.  Events::answered(token) is called once for each: now
    // when it fails with gone, else at the answer, at the end of `timeout`, or when the client
    // goes.
    virtual void ask(std::span<const base::ClientId>, std::string_view event, const sio::Args &,
                     base::Duration timeout, std::uint64_t first) = 0;
    void ask(base::ClientId id, std::string_view event, const sio::Args &args,
             base::Duration timeout, std::uint64_t token) {
        ask({&id, 1}, event, args, timeout, token);
    }
    // Answers an event that came with this ack id.  False: the client is gone.  The caller sees to
    // it that each id is answered once.
    virtual bool ack(base::ClientId, std::uint64_t ack_id, const sio::Args &) = 0;
    // Sends 41, which a stock client takes as final; with `close_session` closes the transport
    // without a word, and it comes back.  gone() is called before this returns.
    virtual bool disconnect(base::ClientId, CloseReason, bool close_session) = 0;

    // ---- asking --------------------------------------------------------------------------
    struct Info {
        base::SessionId session;
        std::string_view id; // the public Socket.IO id, 20 characters
        std::string_view nsp;
        bool accepted;
        const Handshake *handshake; // never null for a live client
    };
    // False when there is no such client.
    virtual bool info(base::ClientId, Info &) const noexcept = 0;
    virtual base::ClientId find(std::string_view nsp, std::string_view id) const noexcept = 0;
    // Whether it is there and not just leaving, as in Events::gone().
    virtual bool alive(base::ClientId) const noexcept = 0;
    virtual std::vector<base::ClientId> of_session(base::SessionId) const = 0; // in all namespaces
    virtual Transport transport(base::SessionId) const noexcept = 0; // of one that is open
    virtual std::string_view sid(base::SessionId) const noexcept { return {}; } // secret
    virtual std::size_t size() const noexcept = 0;                              // accepted ones

protected:
    ~Clients() = default;
};

} // namespace roomd::session
