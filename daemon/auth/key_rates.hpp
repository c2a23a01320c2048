#pragma once

#include "auth/keys.hpp"
#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "base/text_hash.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::auth {

// How much of its rate each key has used.  By name, so that a reload changes rates and forgets
// nothing.
class KeyRates {
public:
    // Forgets keys that are gone.
    void use(const Keys &);

    // Takes `count` events together, or none.  More than the burst pass when nothing was taken for
    // a while, and are paid off by those that follow.
    bool take(const Key &, base::Time now, std::size_t count = 1);
    // How long until one event passes; 0: it does now.
    base::Duration wait(const Key &, base::Time now) const;
    void refused(const Key &, std::size_t count = 1); // for the count, where take() was not asked

    // Calls fn(name, refused) for each that has a rate and was used.
    template <class Fn> void each(Fn fn) const {
        for (const auto &[name, state] : keys_)
            fn(std::string_view{name}, state.refused);
    }

private:
    struct State {
        base::Bucket bucket;
        std::uint64_t refused = 0;
    };
    State &of(const Key &);

    std::unordered_map<std::string, State, base::TextHash, std::equal_to<>> keys_;
};

} // namespace roomd::auth
