#pragma once

#include "postgres/database.hpp"

#include <string>
#include <vector>

namespace roomd::postgres {

// A role of the schema, and who has its rights: by membership, or by themselves.
struct RoleState {
    std::string name; // roomd_app, roomd_daemon
    bool there = false;
    std::vector<std::string> members, admitted;

    std::vector<std::string> all() const;
};

// Both, in this order.  The schema is there.
std::vector<RoleState> look_at_roles(Database &);

} // namespace roomd::postgres
