#pragma once

#include <cstddef>

namespace roomd::test {

// How often this program has called operator new so far, and for how many bytes in all.
std::size_t allocations() noexcept;
std::size_t allocated() noexcept;

} // namespace roomd::test
