#pragma once

#include "net/deadlines.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace roomd::net {

// Bytes that connections hold while they wait for their peers, each in an account of its own, and
// their sum.
class Budget {
public:
    // What this account holds now.
    void set(std::uint32_t &account, std::size_t bytes) noexcept {
        used_ += bytes;
        used_ -= account;
        account = static_cast<std::uint32_t>(bytes);
    }
    std::size_t used() const noexcept { return used_; }

    // When they hold more than `most`: of those that are waited for so, who has waited longest
    // gives up what it holds, down to seven eighths, as the next look at them comes with an eighth
    // of the bound.  `newest` is spared.  False: it is still too much.
    bool relieve(const Deadlines &, std::initializer_list<Wait>, std::size_t most,
                 const Waiter &newest) const;

private:
    std::size_t used_ = 0;
};

} // namespace roomd::net
