#pragma once

#include <cstdint>

namespace roomd::policy {

// How a kind of room is joined.
enum class Join : std::uint8_t {
    automatic, // by identity, and by request where the rules admit
    request,   // when the client asks and the rules admit
    never      // by plugins only
};

// The rules of one kind of room.
struct RoomRules {
    Join join = Join::request;
    bool allow_all = false; // admits everyone; nothing else does before there are identities
};

enum class Decision : std::uint8_t { allow, deny };

// Is the client's own wish to join or leave heard at all?  Where it is not, no plugin is asked.
constexpr bool by_request(const RoomRules &rules) noexcept {
    return rules.join != Join::never;
}

// What holds for a client's request when no plugin has a say in it.
constexpr Decision decide(const RoomRules &rules) noexcept {
    return by_request(rules) && rules.allow_all ? Decision::allow : Decision::deny;
}

} // namespace roomd::policy
