#pragma once

#include "log/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>

namespace roomd::log {

// Writes all of it to a descriptor, in pieces that stay whole on a pipe where lines are no longer
// than that; waits for the reader.  What a descriptor refuses is lost.
void write_all(int fd, std::string_view text) noexcept;

// Lines on their way to a descriptor, in their order.  put() never waits for the reader: a thread
// of the writer's own does.  What waits is bounded; over the bound lines are dropped and counted,
// and a line says so when the others have gone.  A crash waits for a moment until what was put is
// written: while it lives, the last writer that was made has the signals of a crash, unless they
// were taken before.
class Writer {
public:
    using Wait = std::chrono::milliseconds;

    // `most`: bytes that may wait.  `patience`: how long the destructor waits for the reader.
    Writer(int fd, const Options &, std::size_t most = 1u << 20, Wait patience = Wait(1000));
    // Leaves the thread alone with what nobody reads; it ends with the process.
    ~Writer();
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    void put(std::string_view line);        // without its newline; any thread
    void reconfigure(const Options &);      // how the line about dropped ones is written
    void flush(Wait) noexcept;              // until all is written, but no longer than this
    std::uint64_t dropped() const noexcept; // since it was made

private:
    struct State;
    std::shared_ptr<State> state_; // the thread has it too, and may outlive the writer
    const Wait patience_;
    std::thread thread_;
};

} // namespace roomd::log
