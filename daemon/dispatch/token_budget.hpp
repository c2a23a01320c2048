#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::dispatch {

// How much time may be lost on the bad tokens of one address: a quarter of a core, and 100 ms of it
// at once, which is how long everyone else may have to wait.  An address is a host, or a /64 of
// IPv6; a proxy that is not trusted is one address for all who come through it.
class TokenBudget {
public:
    static constexpr double us_per_second = 250000;
    static constexpr double us_at_once = 100000;
    static constexpr std::size_t most_addresses = 4096;

    // Whether another token of this address may be checked.
    bool has_left(std::string_view address, base::Time now) const;
    // A token was checked, and was bad.  Beyond most_addresses the address whose last bad token is
    // the oldest is forgotten.
    void charge(std::string_view address, unsigned us, base::Time now);
    void forget_idle(base::Time now); // those that have all of it again

    std::size_t addresses() const noexcept { return debts_.size(); }

private:
    struct Debt {
        std::string whose;
        double us; // at `at`; shrinks from then on
        base::Time at;
    };
    static double left_of(const Debt &, base::Time now) noexcept;

    std::list<Debt> debts_; // the one that was charged last in front
    std::unordered_map<std::string_view, std::list<Debt>::iterator> by_address_;
};

} // namespace roomd::dispatch
