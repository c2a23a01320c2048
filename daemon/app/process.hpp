#pragma once

#include <cstdint>
#include <string>

namespace roomd::app {

// What the system says of this process.  What cannot be read is 0.
struct Process {
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0, virtual_bytes = 0;
    std::uint64_t open_fds = 0, max_fds = 0;
    double start_seconds = 0; // Unix time
};

// Reads files below `proc`, and a folder with an entry for each descriptor: with many connections
// it takes milliseconds.
Process read_process(const std::string &proc = "/proc");

// At once.
std::uint64_t resident_bytes(const std::string &proc = "/proc");
double cpu_seconds() noexcept;

} // namespace roomd::app
