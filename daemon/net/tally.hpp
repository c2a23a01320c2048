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

// What happened so far, and connections now.
struct Totals {
    std::uint64_t accepted = 0, refused_limit = 0, refused_origin = 0, bad_requests = 0;
    std::uint64_t http_requests = 0, guard_kills = 0, bytes_in = 0;
    std::uint64_t unread_cut = 0;     // with guard_kills: too many answers were not read
    std::uint64_t unfinished_cut = 0; // with guard_kills: too much was half received
    std::size_t open = 0;             // connections now
};

// How many of something each address has, and each network of addresses.
class PerAddress {
public:
    PerAddress(unsigned address_prefix, unsigned network_prefix) noexcept :
        address_prefix_(address_prefix),
        network_prefix_(network_prefix) {}
    // Counts one more.  False: it is one too many; it counts all the same.  0 is no limit.
    bool add(const Peer &, std::size_t per_address, std::size_t per_network);
    void remove(const Peer &) noexcept;

private:
    using Counts = std::unordered_map<std::string, std::uint32_t>;
    static void less(Counts &, const std::string &) noexcept;

    unsigned address_prefix_, network_prefix_; // of IPv6
    Counts addresses_, networks_;
};

// Who is connected, and who is one too many.
class Tally {
public:
    // The options' prefixes are those of the start: what is counted must be found again.
    Tally(const Options &options, const session::Sessions &sessions);

    Totals &totals() noexcept { return totals_; }
    const Totals &totals() const noexcept { return totals_; }

    // A connection is open from now on.
    void opened() noexcept;
    void closed() noexcept;
    bool full() const noexcept { return totals_.open > options_.connections; }

    // Does this peer count?  Then it does until uncount(); `excess`: it is one too many.
    bool count(const Peer &, Excess &excess);
    void uncount(const Peer &) noexcept;

    bool too_many_sessions() const noexcept;
    // May this peer open a session whose connections come and go?  It counts while `counted` lives.
    Excess admit_polling(const Peer &, std::unique_ptr<session::Counted> &counted);

private:
    bool counts(const Peer &) const noexcept;

    const Options &options_;
    const session::Sessions &sessions_;
    Totals totals_;
    PerAddress connections_;
    std::shared_ptr<PerAddress> polling_; // sessions, which may outlive this
};

} // namespace roomd::net
