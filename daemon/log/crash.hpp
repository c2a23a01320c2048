#pragma once

#include <atomic>
#include <cstdint>

namespace roomd::log {

// How far a writer is.  A signal handler may read it.
struct Progress {
    std::atomic<std::uint64_t> put{0}, written{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// From now on a crash (SIGSEGV, SIGABRT and their like) waits until this writer has written what
// was put, half a second at most, and then goes on as it would have.  The process has one such
// writer, the last one.  A signal that has a handler (a sanitizer's) is left alone.
void wait_in_crash(const Progress *) noexcept;
// Not any more, if it is still this one.
void wait_in_no_crash(const Progress *) noexcept;

} // namespace roomd::log
