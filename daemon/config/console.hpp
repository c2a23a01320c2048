#pragma once

#include "config/key.hpp"

#include <array>
#include <string>

namespace roomd::config {

// The live console: a page that the daemon itself serves.
struct Console {
    Console();
    std::string path; // begins and ends with "/"; empty: there is none
    bool mint{};      // whether it signs tokens with the generated secret
    friend bool operator==(const Console &, const Console &) = default;
};

// clang-format off
inline constexpr std::array console_keys{
    text("console.path", &Console::path, "\"\"", Reload::no,
        "Where the live console is served: `/console/`. What it asks for needs a key of scope `admin`; where there is none, only this machine may ask. Empty: no console. See [console.md](console.md).")
        .sample("/console/"),
    flag("console.mint", &Console::mint, "false", Reload::no,
        "Whether the console signs tokens for whoever sits at this machine. For development: it needs `auth.generated`."),
};
// clang-format on

inline Console::Console() {
    set_initial(*this, console_keys);
}

} // namespace roomd::config
