#pragma once

#include "cli/report.hpp"

#include <string>
#include <vector>

namespace roomd::cli {

// One event, as the command line says it.
struct GivenEvent {
    std::string event, data, nsp; // data: JSON; "-" is read from standard input
    std::vector<std::string> rooms, except;
    bool broadcast = false, vanishing = false;

    // Reads and checks `data`; 0, or the exit code of what was told.
    int read(Io &, Form);
    // As POST /api/emit takes it.
    std::string body() const;
};

} // namespace roomd::cli
