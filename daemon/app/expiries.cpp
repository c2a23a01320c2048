#include "app/expiries.hpp"

#include "app/checking.hpp"
#include "log/log.hpp"

namespace roomd::app {

void Expiries::look(const std::vector<net::Server::Certificate> &certificates,
                    std::int64_t now_ms) {
    constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
    if (now_ms - told_ms_ < day_ms) return;
    told_ms_ = now_ms;
    for (const auto &[listener, file, validity] : certificates)
        if (const auto expiry = expiry_of(file, validity, now_ms))
            log_.warning("a certificate needs to be replaced",
                         {{"listener", listener}, {"why", expiry->what}, {"do", expiry->hint}});
}

} // namespace roomd::app
