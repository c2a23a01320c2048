#pragma once

#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "session/acks.hpp"
#include "session/client_counts.hpp"
#include "session/clients.hpp"
#include "session/events.hpp"
#include "session/messages.hpp"
#include "session/options.hpp"
#include "session/peers.hpp"
#include "session/roster.hpp"
#include "session/sessions.hpp"
#include "sio/decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace roomd::session {

// Socket.IO over the sessions of one shard.  Decodes what they carry, keeps CONNECT, events and
// acks in order, and encodes what goes back.  Knows nothing of rooms.
class SocketIo final : public Messages, public Clients {
public:
    SocketIo(const ClientOptions &options, const base::Clock &clock) :
        options_(options),
        clock_(clock) {}
    SocketIo(const SocketIo &) = delete;
    SocketIo &operator=(const SocketIo &) = delete;
    // The two neighbours know each other: called once, before the first message.
    void wire(Sessions &down, Events &up) noexcept {
        down_ = &down;
        up_ = &up;
    }
    void explain_to(log::Causes &causes) noexcept { causes_ = &causes; }

    // ---- from dispatch (Clients) ---------------------------------------------------------
    using Clients::ask;
    using Clients::send;
    bool accept(base::ClientId) override;
    bool refuse(base::ClientId, std::string_view message, std::string_view data) override;
    void hold(base::ClientId) override;
    void release(base::ClientId) override;
    std::size_t send(std::span<const base::ClientId>, std::span<const base::FrameRef>,
                     Delivery) override;
    void ask(std::span<const base::ClientId>, std::string_view event, const sio::Args &,
             base::Duration timeout, std::uint64_t first) override;
    bool ack(base::ClientId, std::uint64_t ack_id, const sio::Args &) override;
    bool disconnect(base::ClientId, CloseReason, bool close_session) override;
    bool info(base::ClientId, Info &) const noexcept override;
    base::ClientId find(std::string_view nsp, std::string_view id) const noexcept override {
        return roster_.find(nsp, id);
    }
    bool alive(base::ClientId id) const noexcept override { return roster_.alive(id) != nullptr; }
    std::vector<base::ClientId> of_session(base::SessionId) const override;
    Transport transport(base::SessionId session) const noexcept override {
        return down_->transport(session);
    }
    std::string_view sid(base::SessionId session) const noexcept override {
        const Session *found = down_->get(session);
        return found != nullptr ? found->sid() : std::string_view{};
    }
    std::size_t size() const noexcept override { return roster_.accepted(); }

    // ---- from Sessions (Messages) --------------------------------------------------------
    void opened(base::SessionId) override;
    void upgraded(base::SessionId) override;
    void text(base::SessionId, std::string_view message) override;
    void binary(base::SessionId, std::string_view message) override;
    void closed(base::SessionId, CloseReason) override;
    std::string_view user(base::SessionId) const noexcept override;
    std::size_t message_limit(base::SessionId) const noexcept override;
    bool too_large(base::SessionId) override;
    bool make_room() override;

    // ---- from the shard ------------------------------------------------------------------
    void tick(); // ask and connect time-outs, and events that waited for their time
    void reconfigure(const ClientOptions &options) {
        options_ = options;
        counts_.forget_unused();
    }
    std::size_t held_bytes() const noexcept { return held_of_all_; } // of packets that wait
    const ClientCounts &counts() const noexcept { return counts_; }

private:
    // After any call up nothing is as it was: ids are looked up again.
    void receive(Peer &, base::Result<sio::Packet>);
    void route(base::SessionId, const sio::Packet &);
    void handle(base::SessionId, base::ClientId, const sio::Packet &);
    void connect(base::SessionId, const sio::Connect &);
    bool may_send(Client &, base::ClientId);
    void hold_back(Peer &, Client &, const sio::Packet &);
    void drain(base::ClientId);
    void reroute(base::SessionId, Held &);
    void end(base::ClientId, CloseReason);
    std::size_t held_by(const Peer &) const noexcept;
    sio::Limits limits(const Peer &) const noexcept;
    base::Rate rate() const noexcept; // of events, and the same of CONNECTs

    ClientOptions options_;
    const base::Clock &clock_;
    Sessions *down_ = nullptr;
    Events *up_ = nullptr;
    log::Causes *causes_ = nullptr; // null: nobody is told of refusals
    std::size_t held_of_all_ = 0;   // bytes of the packets that wait
    Peers peers_;
    Roster roster_;
    Acks acks_;
    std::vector<base::ClientId> paced_; // whose events wait for their time
    sio::Scratch scratch_;
    ClientCounts counts_;
};

} // namespace roomd::session
