#pragma once

#include "base/ids.hpp"
#include "base/text_hash.hpp"
#include "rooms/places.hpp"
#include "rooms/space.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roomd::rooms {

// Every namespace of one shard that has clients.  A space begins with its first client and ends
// with its last, so names a stranger makes up under a pattern cost nothing afterwards.
class Hub {
public:
    Hub() = default;
    Hub(const Hub &) = delete;
    Hub &operator=(const Hub &) = delete;

    // The space the client is in from now on.
    Space &enter(base::ClientId, std::string_view nsp);
    // Out of every room and of its space; appends the names of the rooms to `left`.
    bool exit(base::ClientId, std::string_view nsp, std::vector<std::string> &left);

    Space *find(std::string_view nsp) noexcept; // null: nobody is there
    const Space *find(std::string_view nsp) const noexcept {
        return const_cast<Hub *>(this)->find(nsp);
    }

    // Null: nobody is told of rooms that begin and end.
    void watch(Watcher *watcher) noexcept { places_.watch(watcher); }

    // Counts rooms by these kinds from now on.
    void count_kinds(std::vector<std::string> names);
    const Kinds &kinds() const noexcept { return places_.kinds(); }

    std::size_t size() const noexcept { return spaces_.size(); }
    std::size_t rooms() const noexcept; // of all namespaces

    // Calls fn(nsp, const Space &) for each.
    template <class Fn> void each(Fn fn) {
        for (const auto &[nsp, space] : spaces_)
            fn(std::string_view{nsp}, *space);
    }
    template <class Fn> void each(Fn fn) const {
        for (const auto &[nsp, space] : spaces_)
            fn(std::string_view{nsp}, const_cast<const Space &>(*space));
    }

private:
    Places places_; // before the spaces, which refer to it
    std::unordered_map<std::string, std::unique_ptr<Space>, base::TextHash, std::equal_to<>>
        spaces_;
};

} // namespace roomd::rooms
