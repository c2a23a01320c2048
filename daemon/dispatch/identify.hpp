#pragma once

#include "dispatch/options.hpp"
#include "dispatch/token_gate.hpp"
#include "session/handshake.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace roomd::dispatch {

// Who connects, as far as the core knows.  Empty identity: nobody it knows.
struct Who {
    std::string identity;        // JSON, as plugins see it
    std::int64_t expires_ms = 0; // Unix time; 0: never
};

// Why a CONNECT is refused, as its CONNECT_ERROR says it.
struct Rejection {
    std::string_view code; // a literal
    std::string message;
    bool retryable = false;
    // For the log, of a token: what it says of itself, cut where it is long, and whose it is if its
    // signature is good.
    std::string key_id{}, issuer{}, identity{};
    std::string data() const; // {"code":..,"retryable":..}
};

// The token comes from CONNECT's auth ({"token":".."}), else from Authorization: Bearer, else from
// the configured cookie, else from the configured parameter of the query; the first of these that
// is there counts, and a bad one is refused, never passed over.
std::variant<Who, Rejection> identify(const Options &, TokenGate &, const session::Handshake &,
                                      std::string_view auth, base::Time now, std::int64_t now_ms);

// Why someone with this identity, from a token or a plugin, may not come through this portal;
// nothing when they may.  `portal`: its name; empty without an Origin.
std::optional<Rejection> reject_identity(const Options &, std::string_view portal,
                                         std::string_view identity);

} // namespace roomd::dispatch
