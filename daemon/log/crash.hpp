#pragma once

#include <atomic>
#include <cstdint>

namespace roomd::log {

// A writer's progress.  A signal handler may read it.
struct Progress {
    std::atomic<std::uint64_t> put{0}, written{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// From now on a crash (SIGSEGV, SIGABRT and the like) waits until this writer has written all that
// was put, at most half a second, and then takes its course.  The process has one such writer, the
// last one.  A signal that has a handler (a sanitizer's) is left alone.
void wait_in_crash(const Progress *) noexcept;
// Ends that, if it is still this writer.
void wait_in_no_crash(const Progress *) noexcept;

} // namespace roomd::log
