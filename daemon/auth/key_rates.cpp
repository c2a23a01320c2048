#include "auth/key_rates.hpp"

#include <algorithm>

namespace roomd::auth {
namespace {

base::Rate rate_of(const Key &key) noexcept {
    constexpr std::size_t seconds = 2; // of the rate: the burst where none is configured
    const std::size_t burst = key.burst != 0 ? key.burst : seconds * key.rate;
    return {static_cast<double>(key.rate), static_cast<double>(burst)};
}

} // namespace

void KeyRates::use(const Keys &keys) {
    std::erase_if(keys_, [&](const auto &one) { return keys.named(one.first) == nullptr; });
}

bool KeyRates::take(const Key &key, base::Time now, std::size_t count) {
    if (key.rate == 0) return true;
    State &state = of(key);
    if (state.bucket.take_together(rate_of(key), now, static_cast<double>(count))) return true;
    state.refused += count;
    return false;
}

base::Duration KeyRates::wait(const Key &key, base::Time now) const {
    const auto found = keys_.find(key.name);
    if (key.rate == 0 || found == keys_.end()) return {};
    return found->second.bucket.wait(rate_of(key), now);
}

void KeyRates::refused(const Key &key, std::size_t count) {
    of(key).refused += count;
}

KeyRates::State &KeyRates::of(const Key &key) {
    const auto found = keys_.find(key.name);
    return found != keys_.end() ? found->second : keys_[key.name];
}

} // namespace roomd::auth
