#include "app/signals.hpp"

#include "loop/loop.hpp"

#include <array>
#include <csignal>
#include <uv.h>

namespace roomd::app {

struct Signals::State {
    std::function<void()> stop, reload;
    std::array<uv_signal_t, 3> handles{};
    int open = 0;
};

Signals::Signals(loop::Loop &loop, std::function<void()> stop, std::function<void()> reload) :
    state_(new State{std::move(stop), std::move(reload), {}, 0}) {
    std::signal(SIGPIPE, SIG_IGN);
    constexpr std::array numbers{SIGTERM, SIGINT, SIGHUP};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        uv_signal_t &handle = state_->handles[i];
        uv_signal_init(loop.raw(), &handle);
        handle.data = state_;
        ++state_->open;
        uv_signal_start(
            &handle,
            [](uv_signal_t *h, int number) {
                auto &state = *static_cast<State *>(h->data);
                number == SIGHUP ? state.reload() : state.stop();
            },
            numbers[i]);
    }
}

Signals::~Signals() {
    for (auto &handle : state_->handles) {
        uv_close(reinterpret_cast<uv_handle_t *>(&handle), [](uv_handle_t *h) {
            auto *state = static_cast<State *>(h->data);
            if (--state->open == 0) delete state;
        });
    }
}

} // namespace roomd::app
