#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::rooms {

// How many rooms there are of each of a few kinds (what stands ahead of a name's colon), and of all
// others together.
class Kinds {
public:
    // Counts from nothing, by these.
    void use(std::vector<std::string> names) {
        counts_.clear();
        for (std::string &name : names)
            counts_.emplace_back(std::move(name), 0);
        others_ = 0;
    }
    void began(std::string_view room) noexcept { ++of(room); }
    void ended(std::string_view room) noexcept { --of(room); }

    // Calls fn(kind, rooms) for each.
    template <class Fn> void each(Fn fn) const {
        for (const auto &[name, count] : counts_)
            fn(std::string_view{name}, count);
    }
    std::size_t others() const noexcept { return others_; }

private:
    std::size_t &of(std::string_view room) noexcept {
        const std::string_view kind = room.substr(0, room.find(':'));
        if (kind.size() < room.size())
            for (auto &[name, count] : counts_)
                if (name == kind) return count;
        return others_;
    }

    std::vector<std::pair<std::string, std::size_t>> counts_;
    std::size_t others_ = 0;
};

} // namespace roomd::rooms
