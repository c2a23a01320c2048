#pragma once

#include "base/clock.hpp"
#include "loop/timer.hpp"
#include "net/options.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace roomd::loop {
class Loop;
}

namespace roomd::net {

// What a connection waits for, until an absolute deadline: nothing extends it.
enum class Wait : std::uint8_t {
    nothing,
    head,     // the first request's head, TLS handshake included
    body,     // the rest of a body, of a later head or of a fragmented message
    answer,   // the peer to read an answer that did not fit its window
    idle,     // the next request
    farewell, // the peer to close, after us
    preface,  // a PROXY header
    pace      // a moment in which nothing is read from a peer that sends too fast
};
inline constexpr std::size_t waits = 8;

// A connection in one of these waits.
class Waiter {
public:
    virtual void expired(Wait) = 0; // its deadline has passed, and it waits no more
    // All together buffer too much: if it buffers anything, it must stop waiting for its peer.
    virtual void give_up(Wait) = 0;

    Wait waits_for() const noexcept { return wait_; }

protected:
    Waiter() = default;
    virtual ~Waiter() = default;
    Waiter(const Waiter &) = delete;
    Waiter &operator=(const Waiter &) = delete;

private:
    friend class Deadlines;
    Waiter *before_ = nullptr, *after_ = nullptr;
    base::Time due_{};
    Wait wait_ = Wait::nothing;
};

// The waiting connections, ordered by time.  All waits of one kind are equally long, so each list
// stays sorted, and a connection that does not wait costs nothing.
class Deadlines {
public:
    // `options` says how long each kind waits, and may change.
    Deadlines(loop::Loop &, const Options &options);

    // Replaces any other wait.
    void put(Waiter &, Wait);
    void drop(Waiter &) noexcept;
    // The one that has waited longest, and the next one; null at the end.
    Waiter *first(Wait) const noexcept;
    static Waiter *after(const Waiter &waiter) noexcept { return waiter.after_; }
    std::size_t count(Wait w) const noexcept { return lists_[static_cast<std::size_t>(w)].size; }

private:
    struct List {
        Waiter *head = nullptr, *tail = nullptr;
        std::size_t size = 0;
    };
    base::Duration length(Wait) const noexcept;
    void on_time();

    loop::Loop &loop_;
    const Options &options_;
    std::array<List, waits> lists_;
    loop::Timer timer_;
    bool timing_ = false;
};

} // namespace roomd::net
