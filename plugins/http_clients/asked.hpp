#pragma once

#include "rest/problem.hpp"

#include <roomd/plugin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::http_clients {

inline constexpr std::size_t most_users = 1000;     // that one request asks about
inline constexpr std::uint32_t most_members = 1000; // on one page

// What a body asks for: which clients, and what happens to them.
struct Asked {
    roomd_action what = ROOMD_JOIN;
    std::string user, client, room; // one of them is given
    std::string nsp;                // "*": every one
    std::vector<std::string> rooms; // to join or to leave
    std::string_view member;        // that gave them: "to", "from"
    bool one_room = false;          // as a string, not an array
    std::string reason;

    Whom whom() const; // views into this
};

// {"user"|"client"|"room":.., "to":.., "namespace":..}, with "from" for those that leave.
std::variant<Asked, rest::Problem> read_move(std::string_view body, roomd_action);
// {"user"|"client"|"room":.., "namespace":.., "close":.., "reason":..}
std::variant<Asked, rest::Problem> read_kick(std::string_view body);
// {"users":[..]}
std::variant<std::vector<std::string>, rest::Problem> read_users(std::string_view body);

// Where in the body a fault is that the host found.
std::string place_in_body(const Asked &, std::string_view pointer);

// Which page of a room's members a query asks for.
struct Page {
    std::string nsp; // empty: "/"
    roomd_client after = 0;
    std::uint32_t limit = 100;
};
// `query`: as in roomd::Request.
std::variant<Page, rest::Problem> read_page(std::string_view query);
// The namespace that it asks for, "*" when it does not: no other parameter.
std::variant<std::string, rest::Problem> read_namespace(std::string_view query);

// Whether anyone may be called so, for those who come without a body.
bool is_user(std::string_view name) noexcept;

} // namespace roomd::http_clients
