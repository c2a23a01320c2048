#pragma once

#include "http/head.hpp"
#include "net/address.hpp"
#include "net/answer.hpp"
#include "net/options.hpp"
#include "net/tally.hpp"

#include <cassert>

namespace roomd::net {

// Who is at the other end of a connection, and how that counts against the limits: at first the
// socket's peer; behind a trusted proxy, for each request the address that the proxy names.
class Caller {
public:
    explicit Caller(const Peer &peer) noexcept : peer_(peer) {}
    ~Caller() { assert(!counted_); }
    Caller(const Caller &) = delete;
    Caller &operator=(const Caller &) = delete;

    // Counts it for its address until uncount().  The tally is the same for all calls.
    void count(Tally &);
    void uncount(Tally &) noexcept;

    const Peer &peer() const noexcept { return peer_; }
    bool proxied() const noexcept { return proxied_; } // nothing of it counts as local
    Excess excess() const noexcept { return excess_; } // the limit that it exceeds
    void refuse_all() noexcept { excess_ = Excess::all; }

    // Call it for each request, before anything looks at its peer.  `secure` (whether it came by
    // TLS) becomes what a trusted proxy says.
    void look_behind_proxy(Tally &, const Options &, const http::Head &, int fd, bool &secure);

private:
    Peer peer_;
    Excess excess_ = Excess::none;
    bool proxied_ = false;
    bool counted_ = false;
};

} // namespace roomd::net
