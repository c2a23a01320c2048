#pragma once

#include "app/exit_code.hpp"

#include <string>

namespace roomd::app {

struct Command {
    enum class What : unsigned char { run, dev, check, version };
    What what = What::run;
    std::string config; // path; empty for the built-in development configuration
};

// Parses argv.  True: `out` is to be carried out.  False: help was printed or the usage was wrong,
// `exit_code` says which.
bool parse(int argc, char **argv, Command &out, int &exit_code);

// Carries it out; gives the exit code.  Throws nested exceptions when set-up fails.
int carry_out(const Command &);

} // namespace roomd::app
