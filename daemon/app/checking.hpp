#pragma once

#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"
#include "net/server.hpp"

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

namespace roomd::app {

// Lets the plugins check their own sections, and checks that each guarded one that is reachable
// from outside has a key.  Adds to `faults`, with places in the file.  Loads the plugins' files but
// starts nothing.
void check_plugins(host::Libraries &, const config::Config &, config::Faults &faults);

// "listen 127.0.0.1:3443: certificate: no such file", from the outermost to the cause.
std::string reason(const std::exception &);

// Checks what shows only when the settings are built: reads certificates and the client bundle.  On
// any thread.
void check_settings(const config::Config &, config::Faults &faults);
// What is to be said of a certificate that is not valid now, or not for much longer.
struct Expiry {
    std::string what; // "certificate /etc/roomd/tls.crt expired on .."
    const char *hint;
};
std::optional<Expiry> expiry_of(const std::string &file, const net::Validity &,
                                std::int64_t now_ms);
// Adds that to the warnings.  Reads the certificates; on any thread.
void warn_of_certificates(config::Config &, std::int64_t now_ms);
// Checks what only the running server knows: reads its own certificates again.  On its loop.
void check_running(const config::Config &, const net::Server &, config::Faults &faults);

} // namespace roomd::app
