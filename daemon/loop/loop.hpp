#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <memory>

struct uv_loop_s;

namespace roomd::loop {

// The uv loop of one shard.  It is also the shard's clock: the time is read once per iteration.
class Loop final : public base::Clock {
public:
    Loop();
    ~Loop(); // every handle must have been destroyed; runs the loop until they are closed
    Loop(const Loop &) = delete;
    Loop &operator=(const Loop &) = delete;

    void run();             // until stop()
    void stop() noexcept;   // from the loop's thread
    void run_once_nowait(); // tests and shutdown

    base::Time now() const noexcept override; // of this iteration
    void update_time() noexcept;              // after work that took longer than a millisecond

    // Called once per iteration, last before the loop blocks (a uv_prepare started before all
    // others): flush and reap go here.  Set once.
    void before_blocking(std::function<void()>);
    // Make the next poll return at once (settle): one more round before blocking.
    void poll_once_more(bool on) noexcept;
    bool on_this_thread() const noexcept;

    uv_loop_s *raw() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::loop
