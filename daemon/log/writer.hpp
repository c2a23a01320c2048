#pragma once

#include "log/line.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>

namespace roomd::log {

// Writes all of it to a descriptor, in pieces that a pipe keeps whole if lines are short enough;
// waits for the reader.  What a descriptor refuses is lost.
void write_all(int fd, std::string_view text) noexcept;

// Writes lines to a descriptor, in order.  put() never waits for the reader: the writer's own
// thread does.  The queue is bounded; over the bound lines are dropped and counted, and a line says
// so once the queue is written.  A crash waits a moment until the queue is written: while it lives,
// the last writer that was made handles the signals of a crash, unless they already had a
// handler.
class Writer {
public:
    using Wait = std::chrono::milliseconds;

    // `most`: bytes of the queue.  `patience`: how long the destructor waits for the reader.
    Writer(int fd, const Style &, std::size_t most = 1u << 20, Wait patience = Wait(1000));
    // Abandons the thread if nobody reads by then; it ends with the process.
    ~Writer();
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    void put(std::string_view line);        // without its newline; any thread
    void restyle(const Style &);            // of the line about dropped ones
    void flush(Wait) noexcept;              // waits until all is written, but no longer than this
    std::uint64_t dropped() const noexcept; // since it was made

private:
    struct State;
    std::shared_ptr<State> state_; // the thread has it too, and may outlive the writer
    const Wait patience_;
    std::thread thread_;
};

} // namespace roomd::log
