#pragma once

#include "rooms/watcher.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::dispatch {
class Router;
}
namespace roomd::loop {
class Wakeup;
}

namespace roomd::host {

// Rooms that got their first member or lost their last, until plugins are told: they may not be
// called while rooms change.  As long as no plugin listens the rooms have nobody to tell.
class RoomChanges final : public rooms::Watcher {
public:
    struct Change {
        std::string nsp, room;
        bool occupied;
    };

    RoomChanges(dispatch::Router &router, loop::Wakeup &wakeup) :
        router_(router),
        wakeup_(wakeup) {}
    RoomChanges(const RoomChanges &) = delete;
    RoomChanges &operator=(const RoomChanges &) = delete;

    void listen();            // one hook more
    void unlisten() noexcept; // one less
    std::vector<Change> take() noexcept { return std::exchange(changes_, {}); }

    void occupied(std::string_view nsp, std::string_view room) override { add(nsp, room, true); }
    void vacated(std::string_view nsp, std::string_view room) noexcept override {
        add(nsp, room, false);
    }

private:
    void add(std::string_view nsp, std::string_view room, bool is_occupied);

    dispatch::Router &router_;
    loop::Wakeup &wakeup_;
    std::vector<Change> changes_;
    std::size_t hooks_ = 0;
};

} // namespace roomd::host
