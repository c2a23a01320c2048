#pragma once

#include "base/clock.hpp"
#include "net/address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::log {
class Logger;
}
namespace roomd::loop {
class Loop;
}

namespace roomd::net {

struct ListenerOptions;

// Log lines about the PROXY protocol: either side is set up wrong, or a stranger tries.  A stranger
// must not fill the log: at most one line of each kind in a minute, with the number of those that
// were left out.
class Complaints {
public:
    enum class About : std::uint8_t {
        untrusted,  // who connected is none of trusted_proxies
        no_header,  // it sent something else, or nothing in time
        unexpected, // a header came where none is taken
        second,     // a header came behind the header
    };

    Complaints(loop::Loop &loop, log::Logger &log) noexcept : loop_(loop), log_(log) {}

    // Tells of a PROXY header where a request was expected.
    void look(std::string_view bytes, const ListenerOptions &, const Peer &);
    void tell(About, std::string_view listener, const Peer &, std::string_view why = {});

private:
    struct Kind {
        base::Time next{};
        std::uint64_t left_out = 0;
    };
    loop::Loop &loop_;
    log::Logger &log_;
    std::array<Kind, 4> kinds_;
};

} // namespace roomd::net
