#pragma once

#include "app/key_set.hpp"
#include "fetch/schedule.hpp"
#include "loop/timer.hpp"
#include "loop/worker.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace roomd::log {
class Logger;
}
namespace roomd::loop {
class Loop;
}

namespace roomd::app {

// Keeps the key set of one URL: fetches it again and again on a thread of its own, and takes it
// over on the loop.  A set that cannot be fetched or used changes nothing: the old one stays.
class KeySource {
public:
    // `changed`: there are other keys; called on the loop, never inside a call of the owner.
    KeySource(loop::Loop &, log::Logger &, KeySetSource, std::function<void()> changed);
    ~KeySource(); // as end(), and waits for it: up to a second
    KeySource(const KeySource &) = delete;
    KeySource &operator=(const KeySource &) = delete;

    // Begins with the copy, if there is one.  Once, as one of these two: the first blocks, for the
    // start; the second does not, for a reload.
    void begin_at_start();
    void begin();

    // Gives up what is under way; from now on nothing is fetched, and `changed` is not called.
    void end() noexcept;
    bool is_at_work() const noexcept { return worker_.is_at_work(); } // destroying it would wait

    // Of the same URL.
    void configure(KeySetSource);
    // A token named a key that is not in the set: it is fetched, at most once a minute.
    void ask();

    const KeySetSource &source() const noexcept { return source_; }
    const auth::VerifyKeys *keys() const noexcept { return set_ ? &set_->keys : nullptr; }
    std::int64_t fetched_ms() const noexcept { return set_ ? set_->fetched_ms : 0; } // Unix time
    const std::string &why() const noexcept { return why_; } // the last fetch failed; else empty
    std::uint64_t fetches() const noexcept { return fetches_; }
    std::uint64_t failures() const noexcept { return failures_; }

private:
    void take_copy(KeyCopy, const std::string &aside_why);
    std::string run(std::function<void()> work, std::function<void()> then);
    void arm();
    void refresh();
    void take(KeySetResult);

    loop::Loop &loop_;
    log::Logger &log_;
    KeySetSource source_;
    std::function<void()> changed_;
    std::optional<KeySet> set_;
    std::string why_, copy_why_;
    std::uint64_t fetches_ = 0, failures_ = 0;
    fetch::Schedule schedule_;
    std::atomic<bool> stop_{false};
    loop::Timer timer_;
    loop::Worker worker_;
};

} // namespace roomd::app
