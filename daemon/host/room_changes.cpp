#include "host/room_changes.hpp"

#include "dispatch/router.hpp"
#include "loop/wakeup.hpp"

namespace roomd::host {

void RoomChanges::listen() {
    if (hooks_++ == 0) router_.watch_rooms(this);
}

void RoomChanges::unlisten() noexcept {
    if (--hooks_ == 0) router_.watch_rooms(nullptr);
}

// Clients also leave at the very end of a turn, when plugins have had theirs.
void RoomChanges::add(std::string_view nsp, std::string_view room, bool is_occupied) {
    if (changes_.empty()) wakeup_.wake();
    changes_.push_back({std::string(nsp), std::string(room), is_occupied});
}

} // namespace roomd::host
