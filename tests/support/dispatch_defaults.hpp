#pragma once

#include "config/limits.hpp"
#include "dispatch/options.hpp"

namespace roomd::test {

// What the key table has by default, but events need no entry.
inline dispatch::Options dispatch_defaults() {
    dispatch::Options out;
    static_cast<dispatch::Limits &>(out) = config::Limits{};
    out.unknown_events = true;
    return out;
}

} // namespace roomd::test
