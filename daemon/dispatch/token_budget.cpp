#include "dispatch/token_budget.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>

namespace roomd::dispatch {
namespace {

// What counts as one: of IPv6 the first 64 bits, which are one customer's; of IPv4 in IPv6 the IPv4
// address; anything else as it is.
std::string counted_as(std::string_view address) {
    constexpr std::size_t longest = 64;
    std::array<char, INET6_ADDRSTRLEN> text{};
    in6_addr in{};
    const std::string_view bare = address.substr(0, address.find('%'));
    if (bare.size() < text.size()) std::copy(bare.begin(), bare.end(), text.begin());
    if (bare.size() >= text.size() || inet_pton(AF_INET6, text.data(), &in) != 1)
        return std::string(address.substr(0, longest));
    if (IN6_IS_ADDR_V4MAPPED(&in)) {
        inet_ntop(AF_INET, &in.s6_addr[12], text.data(), text.size());
        return text.data();
    }
    std::memset(&in.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &in, text.data(), text.size());
    return text.data();
}

} // namespace

double TokenBudget::left_of(const Debt &debt, base::Time now) noexcept {
    const double seconds = std::chrono::duration<double>(now - debt.at).count();
    return std::max(0.0, debt.us - std::max(0.0, seconds) * us_per_second);
}

bool TokenBudget::has_left(std::string_view address, base::Time now) const {
    if (debts_.empty()) return true;
    const auto found = by_address_.find(counted_as(address));
    return found == by_address_.end() || left_of(*found->second, now) < us_at_once;
}

void TokenBudget::charge(std::string_view address, unsigned us, base::Time now) {
    std::string whose = counted_as(address);
    if (const auto found = by_address_.find(whose); found != by_address_.end()) {
        Debt &debt = *found->second;
        debt.us = left_of(debt, now) + us;
        debt.at = now;
        debts_.splice(debts_.begin(), debts_, found->second);
        return;
    }
    if (debts_.size() == most_addresses) {
        by_address_.erase(debts_.back().whose);
        debts_.pop_back();
    }
    debts_.push_front({std::move(whose), static_cast<double>(us), now});
    by_address_.emplace(debts_.front().whose, debts_.begin());
}

void TokenBudget::forget_idle(base::Time now) {
    while (!debts_.empty() && left_of(debts_.back(), now) == 0) {
        by_address_.erase(debts_.back().whose);
        debts_.pop_back();
    }
}

} // namespace roomd::dispatch
