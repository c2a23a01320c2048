#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::session {

// What the first HTTP request of a session said.  Kept for the session's life, so it is small:
// only the headers someone asked for.
struct Handshake {
    std::string address;     // of the peer, without port; "unix" for a Unix socket
    std::string listener;    // as the configuration names it
    std::string_view portal; // that its page belongs to, by name; empty: no Origin header.  The
                             // text is the server's and outlives the session
    std::string query;       // decoded query as a JSON object
    std::vector<std::pair<std::string, std::string>> headers; // kept ones, names in lower case
    std::int64_t issued_ms = 0;                               // Unix time
    bool secure = false;
    std::shared_ptr<const void> counted; // let go with the session: whoever counts them is told
};

} // namespace roomd::session
