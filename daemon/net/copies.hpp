#pragma once

#include <cstddef>

namespace roomd::net {

// What libwebsockets does not get rid of in a write it copies, and it tells nobody how much.  But
// it takes its memory from where it is told to: what a write adds here is what it has kept.

// For the whole process; before the first context is made.
void count_allocations() noexcept;
// Bytes it has asked for on this thread so far.  Only differences mean something.
std::size_t allocated() noexcept;

} // namespace roomd::net
