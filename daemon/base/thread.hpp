#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace roomd::base {

// A thread that runs `fn` with all signals blocked: they are for the thread that handles them.
template <class Fn> std::thread thread_without_signals(Fn fn) {
    struct Mask {
        Mask() {
            sigset_t all;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, &before);
        }
        ~Mask() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
        Mask(const Mask &) = delete;
        Mask &operator=(const Mask &) = delete;
        sigset_t before{};
    };
    const Mask while_it_starts; // a thread inherits the mask of its creator
    return std::thread(std::move(fn));
}

} // namespace roomd::base
