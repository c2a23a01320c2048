#pragma once

#include "base/slot_map.hpp"
#include "session/clients.hpp"
#include "session/events.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

// Stands in for Socket.IO: no sessions and no bytes, but the same promises of order.  A test drives
// it as the clients would, and reads what each of them was sent.
class FakeClients final : public session::Clients {
public:
    base::ClientId connect(std::string_view nsp = "/", std::string_view auth = {},
                           int session = 0); // 0: a session of its own
    void event(base::ClientId, std::string_view name, std::string_view args,
               std::optional<std::uint64_t> ack = std::nullopt,
               std::vector<std::string_view> blobs = {});
    void leave(base::ClientId, session::CloseReason);
    void answer(base::ClientId, std::uint64_t token, std::string_view args);

    // Packets as text, without Engine.IO's digit; forgets them.
    std::vector<std::string> sent(base::ClientId);
    std::string id(base::ClientId) const;

    session::Events *up = nullptr;
    mutable session::Handshake handshake; // everyone's; with `facts` at each info()
    session::Facts facts;
    bool blocked = false;                    // volatile frames are dropped
    std::vector<std::string> refusals;       // "message|data"
    std::vector<std::string> ended;          // disconnect()s, by reason
    std::vector<const base::Frame *> frames; // each that was sent, to whomever

    // ---- what dispatch calls -------------------------------------------------------------
    using session::Clients::ask;
    using session::Clients::send;
    bool accept(base::ClientId) override;
    bool refuse(base::ClientId, std::string_view message, std::string_view data) override;
    void hold(base::ClientId) override;
    void release(base::ClientId) override;
    std::size_t send(std::span<const base::ClientId>, std::span<const base::FrameRef>,
                     session::Delivery) override;
    void ask(std::span<const base::ClientId>, std::string_view event, const sio::Args &,
             base::Duration timeout, std::uint64_t first) override;
    bool ack(base::ClientId, std::uint64_t ack_id, const sio::Args &) override;
    bool disconnect(base::ClientId, session::CloseReason, bool close_session) override;
    bool info(base::ClientId, Info &) const noexcept override;
    base::ClientId find(std::string_view nsp, std::string_view id) const noexcept override;
    bool alive(base::ClientId) const noexcept override;
    std::vector<base::ClientId> of_session(base::SessionId) const override { return {}; }
    session::Transport transport(base::SessionId) const noexcept override {
        return session::Transport::websocket;
    }
    std::size_t size() const noexcept override;

private:
    struct Client {
        std::string id, nsp;
        int session = 0;
        bool accepted = false, going = false;
        int holds = 0;
        std::deque<std::function<void()>> held;
        std::vector<std::string> sent;
        std::vector<std::uint64_t> asks;
    };
    Client *there(base::ClientId) noexcept; // null: gone, or leaving
    void pump(base::ClientId);
    void end(base::ClientId, session::CloseReason);

    mutable base::SlotMap<base::ClientId, Client> clients_; // each() is not const
    int sessions_ = 0;
};

} // namespace roomd::test
