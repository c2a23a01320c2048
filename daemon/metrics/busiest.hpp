#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::metrics {

// The names that come most often, in bounded memory and time (Metwally's space-saving): a name
// that is new takes the place of the one that came least, and inherits its count as its error.  So
// a count is never too small, and too large by its error at most; what comes more often than once
// in `places` is in the list.
class Busiest {
public:
    static constexpr std::size_t places = 64;
    static constexpr std::size_t longest = 256; // of a name, in bytes

    struct One {
        std::string name;
        std::uint64_t count = 0, error = 0;
    };

    void add(std::string_view name) {
        name = name.substr(0, longest);
        const std::size_t hash = std::hash<std::string_view>{}(name);
        for (std::size_t i = 0; i < hashes_.size(); ++i)
            if (hashes_[i] == hash && all_[i].name == name) {
                ++all_[i].count;
                return;
            }
        if (all_.size() < places) {
            hashes_.push_back(hash);
            all_.push_back({std::string(name), 1, 0});
            return;
        }
        const auto least = std::min_element(
            all_.begin(), all_.end(), [](const One &a, const One &b) { return a.count < b.count; });
        hashes_[static_cast<std::size_t>(least - all_.begin())] = hash;
        least->name = name;
        least->error = least->count++;
    }

    // The first `limit`, the busiest first.
    std::vector<One> first(std::size_t limit) const {
        std::vector<One> out = all_;
        std::sort(out.begin(), out.end(), [](const One &a, const One &b) {
            return a.count != b.count ? a.count > b.count : a.name < b.name;
        });
        if (out.size() > limit) out.resize(limit);
        return out;
    }
    void clear() noexcept {
        all_.clear();
        hashes_.clear();
    }

private:
    std::vector<One> all_;
    std::vector<std::size_t> hashes_; // of these: what is compared first
};

} // namespace roomd::metrics
