#pragma once

#include "app/config_file.hpp"
#include "cli/report.hpp"
#include "cli/target.hpp"
#include "config/config.hpp"

#include <string>

namespace roomd::cli {

// A token, and the configuration that says whether it counts.
struct TokenOption {
    app::ConfigFile file{default_config, ""};
    std::string text; // "-": standard input

    // Both read; 0, or the exit code of what was told.
    int read(Io &, Form, config::Config &, std::string &token) const;
};

// The configuration of a file; 0, or the exit code of what was told.
int read_config(Io &, Form, const app::ConfigFile &, config::Config &);

} // namespace roomd::cli
