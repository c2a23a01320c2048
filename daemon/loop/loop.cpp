#include "loop/loop.hpp"

#include <uv.h>

#include <atomic>
#include <cassert>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace roomd::loop {

// libuv runs prepare handles last-started-first, so `hook` is started before every other and is
// the last thing before the loop blocks.
struct Loop::Impl {
    uv_loop_t loop;
    uv_prepare_t hook;
    uv_idle_t again;
    std::function<void()> before_blocking;
    std::atomic<std::thread::id> thread{std::this_thread::get_id()}; // any thread asks

    Impl() {
        if (const int error = uv_loop_init(&loop); error != 0)
            throw std::runtime_error(std::string("event loop: ") + uv_strerror(error));
        uv_prepare_init(&loop, &hook);
        uv_idle_init(&loop, &again);
        hook.data = again.data = this;
        uv_prepare_start(&hook, [](uv_prepare_t *h) noexcept {
            Impl &self = *static_cast<Impl *>(h->data);
            if (self.before_blocking) self.before_blocking();
        });
    }

    ~Impl() {
        uv_close(reinterpret_cast<uv_handle_t *>(&hook), nullptr);
        uv_close(reinterpret_cast<uv_handle_t *>(&again), nullptr);
        // Handles of others were closed by their owners: what is left ends in one or two rounds.
        // Not UV_RUN_DEFAULT, which a stop() before would end at once and a leak would hang.
        for (int round = 0; round < 1000 && uv_loop_alive(&loop) != 0; ++round)
            uv_run(&loop, UV_RUN_NOWAIT);
        const int left = uv_loop_close(&loop);
        assert(left == 0 && "a handle outlived the loop");
        static_cast<void>(left);
    }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}

Loop::~Loop() = default;

void Loop::run() {
    impl_->thread = std::this_thread::get_id();
    uv_run(&impl_->loop, UV_RUN_DEFAULT);
}

void Loop::stop() noexcept {
    uv_stop(&impl_->loop);
}

void Loop::run_once_nowait() {
    impl_->thread = std::this_thread::get_id();
    uv_run(&impl_->loop, UV_RUN_NOWAIT);
}

base::Time Loop::now() const noexcept {
    return base::Time(base::Duration(static_cast<base::Duration::rep>(uv_now(&impl_->loop))));
}

void Loop::update_time() noexcept {
    uv_update_time(&impl_->loop);
}

void Loop::before_blocking(std::function<void()> hook) {
    impl_->before_blocking = std::move(hook);
}

void Loop::poll_once_more(bool on) noexcept {
    if (on) {
        uv_idle_start(&impl_->again, [](uv_idle_t *) noexcept {});
    } else {
        uv_idle_stop(&impl_->again);
    }
}

bool Loop::on_this_thread() const noexcept {
    return impl_->thread.load() == std::this_thread::get_id();
}

uv_loop_s *Loop::raw() noexcept {
    return &impl_->loop;
}

} // namespace roomd::loop
