#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <string_view>

// What single values of the configuration mean.  Pure.
namespace roomd::config {

// "300ms", "25s", "1m", "2h", "1d".  Whole numbers; the unit is part of it.
base::Result<base::Duration> parse_duration(std::string_view text);

// "512B", "16KiB", "1MiB", "1GiB" (powers of 1024), "64KB", "1MB", "1GB" (powers of 1000).
base::Result<std::size_t> parse_size(std::string_view text);

// "50000": digits alone.  Not "010", which some read as 8.
base::Result<std::size_t> parse_count(std::string_view text);

// "0660": three or four octal digits, no more than read and write for anyone.
base::Result<unsigned> parse_mode(std::string_view text);

// Where to listen.
struct Address {
    bool unix_socket = false;
    bool loopback = false; // only this machine can reach it; true for Unix sockets
};

// "127.0.0.1:3001", "[::1]:3001", "unix:/run/roomd/emit.sock".  Port 0: the kernel chooses.
base::Result<Address> parse_address(std::string_view text);

} // namespace roomd::config
