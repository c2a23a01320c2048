#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::session {

class Outbox;

enum class Transport : std::uint8_t { polling, websocket };
constexpr std::string_view text(Transport transport) noexcept {
    return transport == Transport::websocket ? "websocket" : "polling";
}

// What a link is after a flush.
enum class Flushed : std::uint8_t {
    open,    // took everything, takes more at once (websocket)
    blocked, // the peer's window is full; Sessions::writable() is called when it takes again
    spent,   // answered its one request (a polling GET); the link is gone
    failed   // broken: the session is to close, `transport_error`; the link is gone
};

constexpr bool ends_link(Flushed flushed) noexcept {
    return flushed == Flushed::spent || flushed == Flushed::failed;
}

// How a link ends.
enum class Goodbye : std::uint8_t {
    polite, // websocket: a close frame without a code, then the end.  GET: its answer is complete
    cut     // no flush, no farewell: a slow or broken peer
};

// One transport as its session sees it, downwards.  Lives in net; a session holds a pointer to it.
// It ends once, in one of three ways: by close(), by a flush() that returns `spent` or `failed`, or
// by Sessions::link_gone().  After any of them no call may be made on it, not even close(): its
// memory may be gone already.  No call here calls back into session: what happens later arrives as
// link_gone() or writable().
class Link {
public:
    virtual Transport transport() const noexcept = 0;
    // Writes from the front of `box` and pops what it took.  Never called for an empty box.
    virtual Flushed flush(Outbox &box) noexcept = 0;
    // The session is done with this link and has forgotten it.
    virtual void close(Goodbye) noexcept = 0;
    // Bytes that it popped and the peer has not taken, because its window is full.
    virtual std::size_t unsent() const noexcept { return 0; }
    // Memory it takes for these, without frames: they are shared, and counted by themselves.
    virtual std::size_t memory() const noexcept { return 0; }

protected:
    ~Link() = default;
};

} // namespace roomd::session
