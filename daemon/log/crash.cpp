#include "log/crash.hpp"

#include <array>
#include <csignal>
#include <ctime>

namespace roomd::log {
namespace {

constexpr std::array crashes{SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
constexpr int most_naps = 500;
constexpr timespec nap{0, 1000000};

// Signals belong to the process, and a handler gets only the number.
std::atomic<const Progress *> watched{nullptr};

// The writer's thread goes on while this one waits; nothing is locked or allocated here.
void on_crash(int number) {
    const Progress *progress = watched;
    for (int i = 0; i < most_naps && progress != nullptr; ++i) {
        if (progress->put == progress->written) break;
        nanosleep(&nap, nullptr);
    }
    std::raise(number); // SA_RESETHAND: now it ends the process, with a core dump from here
}

} // namespace

void wait_in_crash(const Progress *progress) noexcept {
    watched = progress;
    for (const int number : crashes) {
        struct sigaction now {};
        if (sigaction(number, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
        struct sigaction ours {};
        ours.sa_handler = on_crash;
        ours.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(number, &ours, nullptr);
    }
}

void wait_in_no_crash(const Progress *progress) noexcept {
    const Progress *expected = progress;
    watched.compare_exchange_strong(expected, nullptr);
}

} // namespace roomd::log
