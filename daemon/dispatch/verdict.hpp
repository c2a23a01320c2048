#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::dispatch {

// A plugin's answer about a client that connects or joins.  Views, valid during the call.
struct Verdict {
    bool accept = false;
    std::string_view message, data; // of a refusal; data is JSON or empty
    std::string_view identity;      // of a client that is let in: a JSON object, or empty
    std::int64_t expires_ms = 0;    // Unix time when its transport is closed; 0: never
};

} // namespace roomd::dispatch
