#pragma once

#include "net/server.hpp"

#include <cstdint>
#include <vector>

namespace roomd::log {
class Logger;
}

namespace roomd::app {

// Warns in the log, once a day, of certificates in use that have expired or soon will.
class Expiries {
public:
    // The start and each reload warn by themselves (warn_of_certificates).
    explicit Expiries(log::Logger &log, std::int64_t now_ms) noexcept :
        log_(log),
        told_ms_(now_ms) {}

    void look(const std::vector<net::Server::Certificate> &, std::int64_t now_ms);

private:
    log::Logger &log_;
    std::int64_t told_ms_;
};

} // namespace roomd::app
