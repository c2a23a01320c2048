#include "loop/worker.hpp"

#include "base/thread.hpp"

#include <cassert>
#include <utility>

namespace roomd::loop {

Worker::Worker(Loop &loop) : wakeup_(loop, [this] { finish(); }) {}

Worker::~Worker() {
    if (thread_.joinable()) thread_.join();
}

void Worker::run(std::function<void()> work, std::function<void()> then) {
    assert(!is_at_work());
    then_ = std::move(then);
    thread_ = base::thread_without_signals([this, work = std::move(work)]() noexcept {
        work();
        done_ = true;
        wakeup_.wake();
    });
}

void Worker::finish() {
    if (!done_.exchange(false)) return;
    thread_.join(); // it has woken us and returns
    std::exchange(then_, nullptr)();
}

} // namespace roomd::loop
