#pragma once

#include "base/clock.hpp"

namespace roomd::test {

inline base::Time at(int ms) {
    return base::Time{base::Duration{ms}};
}

// Time that moves when a test says so.
class HandClock final : public base::Clock {
public:
    base::Time now() const noexcept override { return now_; }
    void advance(base::Duration by) noexcept { now_ += by; }

private:
    base::Time now_{base::Duration{1000000}};
};

} // namespace roomd::test
