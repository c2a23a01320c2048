#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace roomd::fuzz {

inline std::string_view text(const std::uint8_t *data, std::size_t size) {
    return {reinterpret_cast<const char *>(data), size};
}

// An invariant: the input that breaks it is a finding, in release builds too.
inline void must(bool holds) {
    if (!holds) std::abort();
}

} // namespace roomd::fuzz
