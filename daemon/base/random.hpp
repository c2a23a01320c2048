#pragma once

#include <string>

namespace roomd::base {

// 20 characters of URL-safe base64 from 15 bytes of the system's generator (120 bits): session and
// client ids.  Taken from a small buffer, so that not every connect costs a system call.
std::string random_id();

// Fills `out` from getrandom(2).  Ends the process when that fails.
void random_bytes(void *out, std::size_t size) noexcept;

} // namespace roomd::base
