#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <vector>

namespace roomd::session {

// When to look at which session again: a hashed wheel with at most one entry per session, 24 bytes
// each.  An entry is a reminder, not a deadline: the one reminded checks the real deadlines
// and arms it again, so a deadline that moves back (a pong, every 25 s) costs nothing here.
class Wheel {
public:
    Wheel(base::Duration granularity, base::Time now);

    // Reminds at `due` or less than one granularity later, never earlier.  Of two reminders for one
    // session the earlier holds.
    void arm(base::SessionId, base::Time due);
    void disarm(base::SessionId) noexcept;
    // Appends to `due` every session whose time has come; they are disarmed.
    void advance(base::Time now, std::vector<base::SessionId> &due);

    std::size_t size() const noexcept { return size_; }
    base::Duration granularity() const noexcept { return granularity_; }

private:
    static constexpr std::uint32_t slots = 512; // of 100 ms: 51 s, more than most intervals
    static constexpr std::uint32_t nil = UINT32_MAX;

    struct Node {
        base::SessionId id = base::SessionId::none; // none: not in the wheel
        std::uint64_t tick = 0;
        std::uint32_t previous = nil, next = nil;
    };

    void link(std::uint32_t index) noexcept;
    void unlink(std::uint32_t index) noexcept;

    base::Duration granularity_;
    std::uint64_t now_;               // the last tick that advance() reached
    std::vector<std::uint32_t> head_; // first node of each slot
    std::vector<Node> nodes_;         // by index_of(session)
    std::size_t size_ = 0;
};

} // namespace roomd::session
