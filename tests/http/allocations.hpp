#pragma once

#include <cstddef>

namespace roomd::test {

// How often this program has called operator new so far.
std::size_t allocations() noexcept;

} // namespace roomd::test
