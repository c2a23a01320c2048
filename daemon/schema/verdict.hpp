#pragma once

#include "schema/schema.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace roomd::schema {

// What has been found while data is checked: the first reason why it does not fit, unless nobody
// listens, and whether the check itself could be finished.
class Verdict {
public:
    // `steps`: how many spend() grants.
    explicit Verdict(std::size_t steps) : steps_left_(steps) {}

    // While one of these lives, what does not fit is no reason: another schema may still fit.
    class Quiet {
    public:
        explicit Quiet(Verdict &verdict) : verdict_(verdict) { ++verdict_.quiet_; }
        ~Quiet() { --verdict_.quiet_; }
        Quiet(const Quiet &) = delete;
        Quiet &operator=(const Quiet &) = delete;

    private:
        Verdict &verdict_;
    };

    // Is a reason wanted?  It costs memory to put into words.
    bool wants_reason() const noexcept { return quiet_ == 0 && !reason_ && abandoned_ == nullptr; }
    void reason(Mismatch reason) {
        if (wants_reason()) reason_ = std::move(reason);
    }

    // The check can not be finished.  The data is refused whatever the rest gives: under a `not`
    // a false would else become a yes.  `pointer`: where that was.
    void abandon(const char *why, std::string pointer = {}) noexcept {
        if (abandoned_ != nullptr) return;
        abandoned_ = why;
        pointer_ = std::move(pointer);
    }
    bool is_abandoned() const noexcept { return abandoned_ != nullptr; }
    // May that many more steps be done?
    bool spend(std::size_t steps = 1) noexcept {
        if (steps > steps_left_) abandon("must be smaller: checking it takes too many steps");
        if (abandoned_ != nullptr) return false;
        steps_left_ -= steps;
        return true;
    }

    // `fits`: what the walk gave.
    std::optional<Mismatch> take(bool fits) {
        if (abandoned_ != nullptr) return Mismatch{std::move(pointer_), abandoned_, "", true};
        if (fits) return {};
        return std::move(reason_);
    }

private:
    std::optional<Mismatch> reason_;
    const char *abandoned_ = nullptr;
    std::string pointer_;
    std::size_t steps_left_;
    int quiet_ = 0;
};

} // namespace roomd::schema
