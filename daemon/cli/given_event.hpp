#pragma once

#include "cli/report.hpp"

#include <string>
#include <vector>

namespace roomd::cli {

// One event, as given on the command line.
struct GivenEvent {
    std::string event, data, nsp; // data: JSON; "-" is read from standard input
    std::vector<std::string> rooms, except;
    bool broadcast = false, droppable = false;

    // Reads and checks `data`; 0, or the exit code after a message.
    int read(Io &, Form);
    // The body of a POST to /api/emit.
    std::string body() const;
};

} // namespace roomd::cli
