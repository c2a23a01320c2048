#pragma once

#include <atomic>
#include <cstddef>
#include <string>

namespace roomd::fetch {

// What one GET is given.
struct Request {
    std::string url; // https, or http to this machine
    std::string user_agent;
    std::size_t most = 0;         // bytes of the body
    long connect_ms = 0;          // for the connection, TLS included
    long whole_ms = 0;            // for everything
    bool any_certificate = false; // for a listener of this very machine, whatever name it serves
};

struct Answer {
    long status = 0;  // 0: none came
    std::string why;  // a phrase; empty: it is a 200, and the body is whole
    std::string body; // as it came: no encoding is asked for
    std::string cache_control;
};

// Asks once, and blocks: never on a loop.  Certificates are checked against the system's; a
// redirect is not followed, it is a failure like every answer but 200.  Proxies are taken from the
// environment for https.  Ends early, with a failure, once `stop` is true.
Answer get(const Request &, const std::atomic<bool> &stop);

// Called once, before the first thread that calls get().  Throws when libcurl cannot be used.
void set_up();

} // namespace roomd::fetch
