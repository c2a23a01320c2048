#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::metrics {

// What becomes of names beyond the bound of a table, and of those that are no label.
inline constexpr std::string_view other = "other";

// A number for each combination of N labels, on one thread.  Labels are names of the configuration
// or of roomd itself; however many come and go with reloads, there are at most `most` combinations,
// and one more for all others.  What is there already is found without allocating.
template <std::size_t N> class Counts {
public:
    using Names = std::array<std::string_view, N>;

    explicit Counts(std::size_t most = 1024) : most_(most) {}

    void add(const Names &names) { ++at(names); }
    void add(const Names &names, std::uint64_t count) { at(names) += count; }
    // Of what add() has counted.
    void take(const Names &names) noexcept {
        const auto found = all_.find(names);
        if (found != all_.end() && found->second > 0)
            --found->second;
        else if (beyond_ > 0)
            --beyond_;
    }

    // Calls fn(names, count) for each.
    template <class Fn> void each(Fn fn) const {
        Names names;
        for (const auto &[owned, count] : all_) {
            for (std::size_t i = 0; i < N; ++i)
                names[i] = owned[i];
            fn(names, count);
        }
        names.fill(other);
        if (beyond_ > 0) fn(names, beyond_);
    }
    // Forgets those of which keep(names, count) is false.
    template <class Keep> void retain(Keep keep) {
        std::erase_if(all_, [&](const auto &one) {
            Names names;
            for (std::size_t i = 0; i < N; ++i)
                names[i] = one.first[i];
            return !keep(names, one.second);
        });
    }

    std::uint64_t of(const Names &names) const {
        const auto found = all_.find(names);
        return found != all_.end() ? found->second : 0;
    }
    std::uint64_t sum() const noexcept {
        std::uint64_t sum = beyond_;
        for (const auto &[names, count] : all_)
            sum += count;
        return sum;
    }

private:
    using Owned = std::array<std::string, N>;
    struct Hash {
        using is_transparent = void;
        template <class Texts> std::size_t operator()(const Texts &texts) const noexcept {
            std::size_t out = 0;
            for (const std::string_view text : texts)
                out = out * 31 + std::hash<std::string_view>{}(text);
            return out;
        }
    };
    struct Equal {
        using is_transparent = void;
        template <class A, class B> bool operator()(const A &a, const B &b) const noexcept {
            for (std::size_t i = 0; i < N; ++i)
                if (std::string_view(a[i]) != std::string_view(b[i])) return false;
            return true;
        }
    };

    std::uint64_t &at(const Names &names) {
        const auto found = all_.find(names);
        if (found != all_.end()) return found->second;
        if (all_.size() >= most_) return beyond_;
        Owned owned;
        for (std::size_t i = 0; i < N; ++i)
            owned[i] = names[i];
        return all_.emplace(std::move(owned), 0).first->second;
    }

    std::size_t most_;
    std::unordered_map<Owned, std::uint64_t, Hash, Equal> all_;
    std::uint64_t beyond_ = 0;
};

} // namespace roomd::metrics
