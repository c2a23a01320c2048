#pragma once

#include "base/clock.hpp"
#include "net/address.hpp"
#include "net/exchange.hpp"
#include "net/ws_link.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

struct lws;

namespace roomd::net {

class Core;

// What a connection is waited for, with an absolute end: nothing refreshes it.
enum class Wait : std::uint8_t {
    nothing,
    header,  // of the first request, TLS included
    body,    // of a request; the rest of a fragmented message
    answer,  // until the peer has taken an answer that did not fit its window
    idle,    // for the next request
    farewell // until the peer has closed, after us
};
inline constexpr std::size_t waits = 6;

// One TCP connection: libwebsockets' opaque user data, freed in WSI_DESTROY and nowhere else.
// Small: 50,000 of them are idle websockets.  What a request needs is in `exchange`, what a
// websocket needs in `ws`, and only one of them exists.
struct Conn {
    Conn(Core &owner, const Peer &from, std::uint16_t on) : core(owner), peer(from), listener(on) {}
    Conn(const Conn &) = delete;
    Conn &operator=(const Conn &) = delete;

    Core &core;
    lws *wsi = nullptr;
    std::unique_ptr<Exchange> exchange;
    std::unique_ptr<WsLink> ws;
    Conn *before = nullptr, *after = nullptr; // in the list of its wait
    base::Time due{};
    std::size_t kept = 0; // bytes that libwebsockets has copied and not sent, at most
    Peer peer;            // behind a trusted proxy: who its last request was from
    std::uint16_t listener;
    Wait wait = Wait::nothing;
    std::uint8_t refused = 0; // 1: too many connections, 2: too many from this address
    bool proxied = false;     // through a trusted proxy: nothing of it counts as local
    bool counted = false;     // among those of its address
    bool dead = false;        // killed; its WSI_DESTROY is on the way
    bool closing = false;     // answered for the last time; ends when that is written
    bool batched = false;     // has a write in Core::batch
    bool close_now = false;   // the running callback is to end it
};

// Who waits for what, by time.  Each wait has one length, so each list is sorted by itself and
// costs nothing per connection that does not wait.
class Deadlines {
public:
    void put(Conn &, Wait, base::Time due) noexcept; // instead of any other
    void drop(Conn &) noexcept;
    Conn *first(Wait) const noexcept;
    std::size_t count(Wait w) const noexcept { return lists_[static_cast<std::size_t>(w)].size; }

private:
    struct List {
        Conn *head = nullptr, *tail = nullptr;
        std::size_t size = 0;
    };
    std::array<List, waits> lists_;
};

} // namespace roomd::net
