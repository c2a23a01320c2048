#pragma once

#include "schema/mismatch.hpp"

#include <cassert>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace roomd::schema {

// What a check has found so far: why the data does not fit, and whether the check itself can be
// finished.
class Findings {
public:
    // `steps`: how many spend() grants.  `most`: how many mismatches are collected.
    Findings(std::size_t steps, std::size_t most) : steps_left_(steps), most_(most) {}

    // Suppresses mismatches while alternatives are tried.
    class Quiet {
    public:
        explicit Quiet(Findings &findings) : findings_(findings) { ++findings_.quiet_; }
        ~Quiet() { --findings_.quiet_; }
        Quiet(const Quiet &) = delete;
        Quiet &operator=(const Quiet &) = delete;

    private:
        Findings &findings_;
    };

    // Whether another mismatch would be kept.  Wording one costs memory.
    bool wants_more() const noexcept {
        return quiet_ == 0 && mismatches_.size() < most_ && abandoned_ == nullptr;
    }
    void add(Mismatch mismatch) {
        if (wants_more()) mismatches_.push_back(std::move(mismatch));
    }

    // The check cannot be finished.  The data is refused whatever else is found, since below a
    // `not` false would become true.  `pointer`: where it happened.
    void abandon(const char *why, std::string pointer = {}) noexcept {
        if (abandoned_ != nullptr) return;
        abandoned_ = why;
        pointer_ = std::move(pointer);
    }
    bool is_abandoned() const noexcept { return abandoned_ != nullptr; }
    // Whether that many more steps may be taken; takes them.
    bool spend(std::size_t steps = 1) noexcept {
        if (steps > steps_left_) abandon("must be smaller: checking it takes too many steps");
        if (abandoned_ != nullptr) return false;
        steps_left_ -= steps;
        return true;
    }

    // `fits`: the result of the walk over the data.
    std::vector<Mismatch> take(bool fits) {
        if (abandoned_ != nullptr) return {Mismatch{std::move(pointer_), abandoned_, "", true}};
        assert(fits == mismatches_.empty());
        (void)fits;
        return std::move(mismatches_);
    }

private:
    std::vector<Mismatch> mismatches_;
    const char *abandoned_ = nullptr;
    std::string pointer_;
    std::size_t steps_left_, most_;
    int quiet_ = 0;
};

} // namespace roomd::schema
