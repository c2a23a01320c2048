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

// The writes of one flush, handed to the kernel together (io_uring): one system call for up to
// 1,024 websockets.  They are non-blocking sends, carried out in the order of put() before submit()
// returns, and each stream is told how many bytes went out.  A stream has at most one write here,
// and must call submit() before it writes anything else to its socket.  Without io_uring, or for a
// small batch, submit() sends one after the other.  Not for TLS.
class Batch {
public:
    explicit Batch(log::Logger &log);
    ~Batch();
    Batch(const Batch &) = delete;
    Batch &operator=(const Batch &) = delete;

    // Frames to send in a row; references are held until they are sent.
    void put(Stream &, int fd, std::span<const base::FrameRef>);
    void submit() noexcept;

    std::uint64_t sends() const noexcept { return sends_; } // through the ring

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
    std::vector<Write> writes_, told_; // told_: being reported to their streams
    std::vector<base::FrameRef> frames_, told_frames_;
    std::string bytes_; // several frames, joined
    std::uint64_t sends_ = 0;
};

} // namespace roomd::net
