#pragma once

#include "base/slot_map.hpp"
#include "session/clients.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

// Stands in for session::Clients at link time: no sessions and no bytes, but the same promises of
// order.  A test drives it as the clients would, and reads what each of them was sent.
class FakeClients {
public:
    FakeClients();
    ~FakeClients();

    base::ClientId connect(std::string_view nsp = "/", std::string_view auth = {},
                           int session = 0); // 0: a session of its own
    void event(base::ClientId, std::string_view name, std::string_view args,
               std::optional<std::uint64_t> ack = std::nullopt,
               std::vector<std::string_view> blobs = {});
    void leave(base::ClientId, session::CloseReason);
    void answer(base::ClientId, std::uint64_t token, std::string_view args);

    // Packets as text, without Engine.IO's digit; forgets them.
    std::vector<std::string> sent(base::ClientId);
    bool alive(base::ClientId) const;
    std::string id(base::ClientId) const;

    // ---- what session::Clients forwards to -------------------------------------------------
    struct Client {
        std::string id, nsp;
        int session = 0;
        bool accepted = false, going = false;
        int holds = 0;
        std::deque<std::function<void()>> held;
        std::vector<std::string> sent;
        std::vector<std::uint64_t> asks;
    };
    void pump(base::ClientId);
    void end(base::ClientId, session::CloseReason);

    session::Events *up = nullptr;
    base::SlotMap<base::ClientId, Client> clients;
    session::Handshake handshake;
    session::Facts facts; // of it
    int sessions = 0;
    bool blocked = false;                    // volatile frames are dropped
    std::vector<std::string> refusals;       // "message|data"
    std::vector<std::string> ended;          // disconnect()s, by reason
    std::vector<const base::Frame *> frames; // each that was sent, to whomever
};

extern FakeClients *current; // session::Clients has no other way to it

} // namespace roomd::test
