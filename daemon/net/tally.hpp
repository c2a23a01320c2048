#pragma once

#include "net/address.hpp"
#include "net/answer.hpp"
#include "net/options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace roomd::session {
class Sessions;
class Counted;
} // namespace roomd::session

namespace roomd::net {

class Caller;

// Counters since the start, and the open connections.
struct Totals {
    std::uint64_t accepted = 0, refused_limit = 0, refused_origin = 0, bad_requests = 0;
    std::uint64_t http_requests = 0, guard_kills = 0, bytes_in = 0;
    std::uint64_t refused_address = 0; // of refused_limit: per_address or per_network
    std::uint64_t unread_cut = 0;      // of guard_kills: too many unread answers
    std::uint64_t unfinished_cut = 0;  // of guard_kills: too much incomplete input
    std::uint64_t refused_proxy = 0;   // by listeners that take the PROXY protocol
    std::size_t open = 0;              // connections now
};

// A count for each address, and for each network of addresses.
class PerAddress {
public:
    PerAddress(std::size_t address_prefix, std::size_t network_prefix) noexcept :
        address_prefix_(address_prefix),
        network_prefix_(network_prefix) {}
    // Counts one more.  False: it exceeds a limit, but is counted all the same.  0: no limit.
    bool add(const Peer &, std::size_t per_address, std::size_t per_network);
    void remove(const Peer &) noexcept;

private:
    using Counts = std::unordered_map<std::string, std::uint32_t>;
    static void less(Counts &, const std::string &) noexcept;

    std::size_t address_prefix_, network_prefix_; // bits of IPv6
    Counts addresses_, networks_;
};

// Who is connected, and who exceeds a limit.
class Tally {
public:
    // The prefixes stay those of these options, so that counted addresses are found again.
    Tally(const Options &options, const session::Sessions &sessions);

    Totals &totals() noexcept { return totals_; }
    const Totals &totals() const noexcept { return totals_; }

    // A connection was opened, or closed.
    void opened() noexcept;
    void closed() noexcept;
    bool full() const noexcept { return totals_.open > options_.connections; }

    // Whether this peer counts; if so, until uncount().  `excess`: the limit that it exceeds.
    bool count(const Peer &, Excess &excess);
    void uncount(const Peer &) noexcept;

    // Whom a PROXY header named, until drop(): for connections whose requests then named others.
    // Few do, so that this costs the others no memory.
    void keep(const Caller &of, const Peer &named) { named_.emplace(&of, named); }
    Peer kept(const Caller &of) const noexcept { return named_.at(&of); }
    void drop(const Caller &of) noexcept { named_.erase(&of); }

    bool too_many_sessions() const noexcept;
    // Whether this peer may open a polling session.  It counts while `counted` lives.
    Excess admit_polling(const Peer &, std::unique_ptr<session::Counted> &counted);

private:
    bool counts(const Peer &) const noexcept;

    const Options &options_;
    const session::Sessions &sessions_;
    Totals totals_;
    PerAddress connections_;
    std::unordered_map<const Caller *, Peer> named_;
    std::shared_ptr<PerAddress> polling_; // shared with sessions, which may outlive this
};

} // namespace roomd::net
