#pragma once

#include "http/head.hpp"
#include "net/address.hpp"
#include "net/answer.hpp"
#include "net/options.hpp"
#include "net/tally.hpp"

#include <cassert>
#include <cstdint>

namespace roomd::net {

// How a connection came here.
enum class Way : std::uint8_t {
    direct,
    named,    // behind a PROXY header that says whose it is
    nameless, // behind one that does not: its requests may be anyone's
};

struct Origin {
    Peer peer; // behind a header without a name, the proxy
    Way way = Way::direct;
};

// Who is at the other end of a connection, and how that counts against the limits: at first the
// socket's peer, or whom a PROXY header named; behind a trusted proxy, for each request the address
// that the proxy names.
class Caller {
public:
    explicit Caller(const Origin &origin) noexcept :
        peer_(origin.peer),
        way_(origin.way),
        proxied_(way_ != Way::direct) {}
    ~Caller() { assert(!counted_); }
    Caller(const Caller &) = delete;
    Caller &operator=(const Caller &) = delete;

    // Counts it for its address until leave().  The tally is the same for all calls.
    void count(Tally &);
    void leave(Tally &) noexcept;

    const Peer &peer() const noexcept { return peer_; }
    bool proxied() const noexcept { return proxied_; } // nothing of it counts as local
    Excess excess() const noexcept { return excess_; } // the limit that it exceeds
    void refuse_all() noexcept { excess_ = Excess::all; }

    // Call it for each request, before anything looks at its peer.  `secure` (whether it came by
    // TLS) becomes what a trusted proxy says.
    void look_behind_proxy(Tally &, const Options &, const http::Head &, int fd, bool &secure);

private:
    Peer own_peer(const Tally &, int fd) const noexcept;
    void uncount(Tally &) noexcept;

    Peer peer_;
    Excess excess_ = Excess::none;
    Way way_ : 2;
    bool proxied_ : 1;
    bool counted_ : 1 = false;
    bool kept_ : 1 = false; // the tally keeps whom the PROXY header named: peer_ is another
};

} // namespace roomd::net
