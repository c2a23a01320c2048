#pragma once

#include "net/deadlines.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace roomd::net {

// Bytes that connections buffer while they wait for their peers: an account each, and the sum.
class Budget {
public:
    // Sets what this account holds now.
    void set(std::uint32_t &account, std::size_t bytes) noexcept {
        used_ += bytes;
        used_ -= account;
        account = static_cast<std::uint32_t>(bytes);
    }
    std::size_t used() const noexcept { return used_; }

    // When the sum is over `most`: the connections that have been in one of these waits longest
    // give up what they hold, until the sum is seven eighths of it, so that the next call is an
    // eighth of the bound away.  `newest` is spared.  False: it is still too much.
    bool relieve(const Deadlines &, std::initializer_list<Wait>, std::size_t most,
                 const Waiter &newest) const;

private:
    std::size_t used_ = 0;
};

} // namespace roomd::net
