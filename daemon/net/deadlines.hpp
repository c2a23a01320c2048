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

// What a connection is waited for, with an absolute end: nothing refreshes it.
enum class Wait : std::uint8_t {
    nothing,
    head,     // of the first request, TLS included
    body,     // of a request; the rest of a fragmented message; the rest of a head
    answer,   // until the peer has taken an answer that did not fit its window
    idle,     // for the next request
    farewell, // until the peer has closed, after us
    pace      // a moment, in which nothing of a hasty peer is read
};
inline constexpr std::size_t waits = 7;

// One that is waited for.
class Waiter {
public:
    virtual void expired(Wait) = 0; // it is waited for no more
    // All together hold too much: if it holds something, its peer is not waited for any longer.
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

// Who waits for what, by time.  Each wait has one length, so each list is sorted by itself and
// costs nothing per connection that does not wait.
class Deadlines {
public:
    // `options` says how long each is waited for, and may be changed.
    Deadlines(loop::Loop &, const Options &options);

    // Instead of any other.
    void put(Waiter &, Wait);
    void drop(Waiter &) noexcept;
    // Who has waited longest, and who comes after; null at the end.
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
