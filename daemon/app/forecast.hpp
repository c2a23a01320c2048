#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::app {

// What a daemon with this configuration would answer.  The decisions are those of policy and
// dispatch that the daemon itself asks for; only the wording is this unit's.  It knows nothing
// of the daemon's state: plugins, how full rooms are, who is connected.
struct Forecast {
    bool yes = false;
    std::string code;               // of the refusal; empty: none
    std::string text;               // for people
    bool automatic = false;         // of a join: in the room from the start, without asking
    std::vector<std::string> rooms; // where an event goes
};

// Someone who connects.
struct Visitor {
    std::string token;                 // empty: none is sent
    std::optional<std::string> origin; // nothing: no Origin header, as native apps and servers
    std::string nsp = "/";
};

// May the visitor be in the room?
Forecast forecast_join(const config::Config &, const Visitor &, std::string_view room,
                       std::int64_t now_ms);

// What becomes of this body of POST /api/emit?
Forecast forecast_emit(const config::Config &, std::string_view body);

} // namespace roomd::app
