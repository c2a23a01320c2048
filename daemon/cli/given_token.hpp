#pragma once

#include "app/config_file.hpp"
#include "cli/report.hpp"
#include "config/config.hpp"

#include <string>
#include <string_view>

namespace roomd::cli {

// The configuration of a file; 0, or the exit code of what was told.
int read_config(Io &, Form, const app::ConfigFile &, config::Config &,
                config::Credentials = config::Credentials::needed);

// A token as it stands on the command line; "-" is read from standard input.
std::string given_token(Io &, const std::string &argument);

// What to do about a token that is refused, by its code (docs/auth.md); empty: nothing is known.
std::string_view what_to_do(std::string_view code) noexcept;

} // namespace roomd::cli
