#pragma once

#include "app/config_file.hpp"
#include "cli/report.hpp"
#include "config/config.hpp"

#include <string>
#include <vector>

namespace roomd::cli {

// Reads the configuration of a file; 0, or the exit code after a message.
int read_config(Io &, Form, const app::ConfigFile &, config::Config &,
                config::Credentials = config::Credentials::needed);

// The same for a command that checks tokens, and so needs the keys of all issuers, but no other
// secret.
int read_token_config(Io &, Form, const app::ConfigFile &, config::Config &);

// A token as given on the command line; "-" is read from standard input.
std::string given_token(Io &, const std::string &argument);

// Gives issuers whose keys the daemon fetches those of its copies.  Lines to print: which copies
// were used, and which there are not.
std::vector<std::string> use_key_copies(config::Config &);

} // namespace roomd::cli
