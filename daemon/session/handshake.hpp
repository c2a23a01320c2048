#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace roomd::session {

// What the first HTTP request of a session said.  Kept for the session's life, so it is small:
// only the headers someone asked for.
struct Handshake {
    std::string address;  // of the peer, without port; "unix" for a Unix socket
    std::string listener; // as the configuration names it
    std::string query;    // decoded query as a JSON object
    std::vector<std::pair<std::string, std::string>> headers; // kept ones, names in lower case
    std::int64_t issued_ms = 0;                               // Unix time
    bool secure = false;
};

} // namespace roomd::session
