#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace roomd::auth {
struct Key;
}

namespace roomd::dispatch {

inline constexpr std::string_view every_namespace = "*";

// Which clients are meant, as views.  Exactly one of `user`, `id` and `room` says it.
struct Whom {
    std::string_view nsp = "/"; // or every_namespace, for a user
    std::string_view user;      // those whose identity has this "user"
    std::string_view id;        // the one with this public id
    std::string_view room;      // its members
    // As Emit::rights: the rooms that may be named.
    const auth::Key *rights = nullptr;
};

// What happens to clients.
struct Move {
    enum class What : std::uint8_t {
        join,
        leave,
        disconnect, // a DISCONNECT packet, which stock clients take as final
        close       // the session, and a stock client comes back
    } what = What::join;
    std::vector<std::string_view> rooms; // to join or to leave
};

struct Moved {
    std::size_t moved = 0; // clients that are elsewhere now
    std::size_t full = 0;  // that joined none of the rooms: they would have had too many
};

} // namespace roomd::dispatch
