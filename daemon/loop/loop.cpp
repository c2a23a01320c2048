#include "loop/loop.hpp"

#include "loop/interests.hpp"

#include <uv.h>

#include <atomic>
#include <cassert>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace roomd::loop {

// libuv runs prepare handles last-started-first, so `hook` is started before every other and is
// the last thing before the loop blocks; `enter` runs before it and only sets a flag.
struct Loop::Impl {
    uv_loop_t loop;
    uv_prepare_t hook, enter;
    uv_check_t leave;
    uv_idle_t again;
    std::function<void()> before_blocking;
    std::optional<Interests> interests;
    bool io_phase = false;
    std::atomic<std::thread::id> thread{std::this_thread::get_id()}; // any thread asks

    Impl() {
        if (const int error = uv_loop_init(&loop); error != 0)
            throw std::runtime_error(std::string("event loop: ") + uv_strerror(error));
        interests.emplace(loop);
        uv_prepare_init(&loop, &hook);
        uv_prepare_init(&loop, &enter);
        uv_check_init(&loop, &leave);
        uv_idle_init(&loop, &again);
        hook.data = enter.data = leave.data = again.data = this;
        uv_prepare_start(&hook, [](uv_prepare_t *h) noexcept {
            Impl &self = *static_cast<Impl *>(h->data);
            if (self.before_blocking) self.before_blocking();
            self.interests->apply();
        });
        uv_prepare_start(&enter, [](uv_prepare_t *h) noexcept {
            static_cast<Impl *>(h->data)->io_phase = true;
        });
        uv_check_start(&leave, [](uv_check_t *h) noexcept {
            Impl &self = *static_cast<Impl *>(h->data);
            // Here, and not before the loop blocks: libwebsockets wants a turn of the loop after
            // each event, and this one is still to come.
            self.interests->deliver();
            self.io_phase = false;
        });
    }

    ~Impl() {
        uv_close(reinterpret_cast<uv_handle_t *>(&hook), nullptr);
        uv_close(reinterpret_cast<uv_handle_t *>(&enter), nullptr);
        uv_close(reinterpret_cast<uv_handle_t *>(&leave), nullptr);
        uv_close(reinterpret_cast<uv_handle_t *>(&again), nullptr);
        // Handles of others were closed by their owners: what is left ends in one or two rounds.
        // Not UV_RUN_DEFAULT, which a stop() before would end at once and a leak would hang.
        for (int round = 0; round < 1000 && uv_loop_alive(&loop) != 0; ++round)
            uv_run(&loop, UV_RUN_NOWAIT);
        interests.reset();
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

bool Loop::deliver_writable() {
    return impl_->interests->deliver();
}

const Interests &Loop::interests() const noexcept {
    return *impl_->interests;
}

void Loop::poll_once_more(bool on) noexcept {
    if (on) {
        uv_idle_start(&impl_->again, [](uv_idle_t *) noexcept {});
    } else {
        uv_idle_stop(&impl_->again);
    }
}

bool Loop::in_io_phase() const noexcept {
    return impl_->io_phase;
}

bool Loop::on_this_thread() const noexcept {
    return impl_->thread.load() == std::this_thread::get_id();
}

uv_loop_s *Loop::raw() noexcept {
    return &impl_->loop;
}

} // namespace roomd::loop
