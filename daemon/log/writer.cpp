#include "log/writer.hpp"

#include "base/clock.hpp"
#include "base/thread.hpp"
#include "log/crash.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace roomd::log {
namespace {

constexpr std::size_t kept_capacity = 64u << 10; // a buffer that a burst made larger is freed

// The front of `text` for one write: whole lines that a pipe accepts as one piece, so that no other
// process's line gets into the middle of one.
std::size_t piece(std::string_view text) noexcept {
    if (text.size() <= PIPE_BUF) return text.size();
    const std::size_t last = text.rfind('\n', PIPE_BUF - 1);
    if (last != std::string_view::npos) return last + 1;
    return std::min(text.find('\n'), text.size() - 1) + 1;
}

// How much of `text` the descriptor accepts in one write; 0: it never will.
std::size_t write_some(int fd, std::string_view text) noexcept {
    for (;;) {
        const ssize_t n = ::write(fd, text.data(), piece(text));
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EAGAIN) { // another process that shares it made it non-blocking
            pollfd ready{fd, POLLOUT, 0};
            ::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return 0;
        }
    }
}

} // namespace

void write_all(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t n = write_some(fd, text);
        if (n == 0) return;
        text.remove_prefix(n);
    }
}

struct Writer::State {
    State(int to, const Style &how, std::size_t bound) : fd(to), most(bound), style(how) {}

    // Under the mutex.
    void append(std::string &to, std::string_view line) {
        (to += line) += '\n';
        progress.put += line.size() + 1;
    }
    bool is_written() const noexcept { return progress.put == progress.written; }

    void run() noexcept;
    void write(std::string_view text) noexcept;

    const int fd;
    const std::size_t most;
    std::mutex mutex;
    std::condition_variable filled, written;
    Style style;
    std::string waiting;
    std::uint64_t untold = 0; // lines dropped since the last line about them
    bool ending = false, ended = false;
    Progress progress; // in bytes
    std::atomic<std::uint64_t> dropped{0};
};

void Writer::State::run() noexcept {
    std::string batch;
    std::unique_lock lock(mutex);
    for (;;) {
        filled.wait(lock, [this] { return !waiting.empty() || untold > 0 || ending; });
        if (waiting.empty() && untold == 0) break;
        batch.swap(waiting);
        if (const std::uint64_t lines = std::exchange(untold, 0); lines > 0) {
            const Field field{"lines", lines};
            append(batch,
                   line(style, base::unix_ms(), Level::warning, "log lines dropped", {&field, 1}));
        }
        lock.unlock();
        write(batch);
        batch.clear();
        if (batch.capacity() > kept_capacity) batch.shrink_to_fit();
        lock.lock();
        written.notify_all();
    }
    ended = true;
    written.notify_all();
}

void Writer::State::write(std::string_view text) noexcept {
    while (!text.empty()) {
        std::size_t n = write_some(fd, text);
        if (n == 0) n = text.size();
        text.remove_prefix(n);
        progress.written += n;
    }
}

Writer::Writer(int fd, const Style &style, std::size_t most, Wait patience) :
    state_(std::make_shared<State>(fd, style, most)),
    patience_(patience),
    thread_(base::thread_without_signals([state = state_] { state->run(); })) {
    wait_in_crash(&state_->progress);
}

Writer::~Writer() {
    std::unique_lock lock(state_->mutex);
    state_->ending = true;
    state_->filled.notify_one();
    const bool ended = state_->written.wait_for(lock, patience_, [this] { return state_->ended; });
    lock.unlock();
    wait_in_no_crash(&state_->progress);
    ended ? thread_.join() : thread_.detach();
}

void Writer::put(std::string_view line) {
    const std::lock_guard lock(state_->mutex);
    const std::uint64_t pending = state_->progress.put - state_->progress.written;
    // Once a line is dropped all are, until that is reported: the report is where they were.
    if (state_->untold > 0 || pending + line.size() + 1 > state_->most) {
        ++state_->untold;
        ++state_->dropped;
        return;
    }
    const bool first = state_->waiting.empty();
    state_->append(state_->waiting, line);
    if (first) state_->filled.notify_one();
}

void Writer::restyle(const Style &style) {
    const std::lock_guard lock(state_->mutex);
    state_->style = style;
}

void Writer::flush(Wait longest) noexcept {
    std::unique_lock lock(state_->mutex);
    state_->written.wait_for(lock, longest,
                             [this] { return state_->untold == 0 && state_->is_written(); });
}

std::uint64_t Writer::dropped() const noexcept {
    return state_->dropped;
}

} // namespace roomd::log
