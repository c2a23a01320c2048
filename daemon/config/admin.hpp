#pragma once

#include "config/key.hpp"

#include <array>
#include <string>

namespace roomd::config {

// Where operators talk to the daemon: `roomd reload`, `stats`, `kick`.
struct Admin {
    Admin();
    std::string socket; // absolute path; empty: there is none
    unsigned mode{};    // of its file
    friend bool operator==(const Admin &, const Admin &) = default;
};

// clang-format off
inline constexpr std::array admin_keys{
    file("admin.socket", &Admin::socket, "\"\"", Reload::no,
        "Unix socket for `roomd reload`, `stats`, `kick` and the like. Empty: none, or what `--admin` says (the packaged unit: `/run/roomd/admin.sock`)."),
    mode("admin.mode", &Admin::mode, "0600", Reload::no,
        "Its permissions: anyone who may connect to it may do all that, so only the owner and the group can have any."),
};
// clang-format on

inline Admin::Admin() {
    set_initial(*this, admin_keys);
}

} // namespace roomd::config
