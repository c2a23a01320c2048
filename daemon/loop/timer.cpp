#include "loop/timer.hpp"

#include "loop/loop.hpp"

#include <uv.h>

#include <cstdint>
#include <utility>

namespace roomd::loop {

namespace {

std::uint64_t at_least(base::Duration time, base::Duration::rep least) noexcept {
    return static_cast<std::uint64_t>(time.count() < least ? least : time.count());
}

} // namespace

// `fn` stays alive until libuv has let go of the handle, so it may destroy its own timer.
struct Timer::Handle {
    uv_timer_t uv;
    std::function<void()> fn;
};

Timer::Timer(Loop &loop, std::function<void()> fn) : handle_(new Handle{{}, std::move(fn)}) {
    uv_timer_init(loop.raw(), &handle_->uv);
    handle_->uv.data = handle_;
}

Timer::~Timer() {
    uv_timer_stop(&handle_->uv);
    uv_close(reinterpret_cast<uv_handle_t *>(&handle_->uv),
             [](uv_handle_t *h) noexcept { delete static_cast<Handle *>(h->data); });
}

void Timer::after(base::Duration delay) {
    start(delay, base::Duration(0));
}

void Timer::every(base::Duration period) {
    start(period, period);
}

void Timer::start(base::Duration delay, base::Duration period) {
    const bool once = period.count() <= 0;
    uv_timer_start(
        &handle_->uv, [](uv_timer_t *t) noexcept { static_cast<Handle *>(t->data)->fn(); },
        at_least(delay, 0), once ? 0 : at_least(period, 1));
}

void Timer::cancel() noexcept {
    uv_timer_stop(&handle_->uv);
}

} // namespace roomd::loop
