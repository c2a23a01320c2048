#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::log {
class Logger;
}

namespace roomd::app {

// Warns the operator of what happens to many clients at once, such as being closed because all
// together are too far behind: once, and again only after a quiet minute.
class Overload {
public:
    explicit Overload(log::Logger &log) noexcept : log_(log) {}

    struct Counts {
        // Counters since the start, except `waiting` and `limit`.
        std::uint64_t sessions = 0; // closed as furthest behind
        std::uint64_t answers = 0;  // cut because nobody read them
        std::size_t waiting = 0;    // bytes now
        std::size_t limit = 0;
        std::uint64_t tokens = 0;                  // refused unread
        std::string_view address;                  // of the latest one
        std::uint64_t parsers = 0;                 // sessions that used another encoding
        std::uint64_t displaced = 0;               // sessions closed to make room
        std::uint64_t unfinished = 0;              // connections cut over limits.receive_total
        std::uint64_t violations = 0;              // sessions closed for breaking the protocol
        std::string_view violation;                // the latest cause
        std::uint64_t unformed = 0;                // automatic rooms that could not be formed
        std::string_view kind{}, claim{}, value{}; // of the latest one
    };
    void look(const Counts &, base::Time now);

private:
    class Episode {
    public:
        // How many there are since the last call, if they begin an episode; else 0.
        std::uint64_t begins(std::uint64_t count, base::Time now) noexcept;

    private:
        std::uint64_t seen_ = 0;
        base::Time over_{};
    };

    log::Logger &log_;
    Episode sessions_, answers_, tokens_, parsers_, displaced_, unfinished_, violations_, unformed_;
};

} // namespace roomd::app
