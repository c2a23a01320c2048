#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::log {
class Logger;
}

namespace roomd::app {

// Tells the operator what many clients meet at once, such as having to go because all together were
// too far behind: once, until it has been quiet for a minute.
class Overload {
public:
    explicit Overload(log::Logger &log) noexcept : log_(log) {}

    struct Counts {
        std::uint64_t sessions = 0; // closed for it, ever
        std::uint64_t answers = 0;  // that were cut because nobody read them, ever
        std::size_t waiting = 0;    // bytes
        std::size_t limit = 0;
        std::uint64_t tokens = 0;     // refused unread, ever
        std::string_view address;     // of the last one
        std::uint64_t parsers = 0;    // sessions that began in another encoding, ever
        std::uint64_t displaced = 0;  // sessions that went to make room, ever
        std::uint64_t unfinished = 0; // connections cut over limits.receive_total, ever
        std::uint64_t violations = 0; // sessions closed for what their clients sent, ever
        std::string_view violation;   // what the last one was
    };
    void look(const Counts &, base::Time now);

private:
    class Episode {
    public:
        // How many more there are, when that begins one; else 0.
        std::uint64_t begins(std::uint64_t count, base::Time now) noexcept;

    private:
        std::uint64_t seen_ = 0;
        base::Time over_{};
    };

    log::Logger &log_;
    Episode sessions_, answers_, tokens_, parsers_, displaced_, unfinished_, violations_;
};

} // namespace roomd::app
