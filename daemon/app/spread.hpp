#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <random>

namespace roomd::app {

// When the clients of a stopping daemon are closed: evenly over a window, so that they do not all
// come back in the same second.  Chance shifts each step a little, so that daemons that stop at the
// same time do not send theirs away in step.
class Spread {
public:
    // More clients than this in a second are worth spreading; fewer are not waited for.
    static constexpr double slowest = 4;

    Spread(base::Time begins, base::Duration window, std::uint32_t seed);
    // How many of the `left` ones are to be closed by now, to be asked again and again; all of them
    // at the end of the window.
    std::size_t due(std::size_t left, base::Time now);

private:
    base::Time last_, end_;
    std::minstd_rand random_;
};

} // namespace roomd::app
