#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::log {
class Logger;
}

namespace roomd::net {

class Stream;

// The writes of one flush, given to the kernel together (io_uring): one system call for up to 1,024
// websockets.  They are sends that do not wait, carried out in the order they were put, before
// submit() returns, which tells each stream how far it got.  A stream has one write here at most,
// and before anything else is written to its socket it calls submit().  Where the kernel has no
// ring for us, or the batch is small, submit() sends one after the other.  Not for TLS.
class Batch {
public:
    explicit Batch(log::Logger &log);
    ~Batch();
    Batch(const Batch &) = delete;
    Batch &operator=(const Batch &) = delete;

    // Frames in a row, which are kept until they are sent.
    void put(Stream &, int fd, std::span<const base::FrameRef>);
    void submit() noexcept;

    std::uint64_t sends() const noexcept { return sends_; } // that went through the ring

private:
    struct Ring;
    struct Write {
        Stream *stream;
        int fd;
        std::size_t from, count;          // of frames_
        std::size_t bytes_from = 0, size; // of bytes_, when there are several
        std::ptrdiff_t sent = 0;
        bool done = false;
    };

    std::string_view text(const Write &) const noexcept;
    bool ring() noexcept;
    void through_ring() noexcept;

    log::Logger &log_;
    std::unique_ptr<Ring> ring_;
    bool tried_ = false;
    std::vector<Write> writes_, told_; // told_: those whose streams are told how far they got
    std::vector<base::FrameRef> frames_, told_frames_;
    std::string bytes_; // of several frames, put together
    std::uint64_t sends_ = 0;
};

} // namespace roomd::net
