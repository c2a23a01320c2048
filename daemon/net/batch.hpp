#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::log {
class Logger;
}

namespace roomd::net {

struct Conn;

// The writes of one flush, given to the kernel together (io_uring): one system call for up to 1,024
// websockets.  They are sends that do not wait, carried out in the order they were put, before
// submit() returns; what a socket does not take goes the usual way, through libwebsockets, which
// keeps it.  A connection has one write here at most, and whatever else is to be written to it
// first calls submit().  Where the kernel has no ring for us, or the batch is small, submit()
// writes one after the other.  Not for TLS.
class Batch {
public:
    explicit Batch(log::Logger &log);
    ~Batch();
    Batch(const Batch &) = delete;
    Batch &operator=(const Batch &) = delete;

    // One frame, which is kept until it is sent; or the bytes that `fill(std::string &)` appends.
    void put(Conn &, const base::FrameRef &);
    template <class Fill> void put_bytes(Conn &conn, Fill fill) {
        const std::size_t from = bytes_.size();
        fill(bytes_);
        add(conn, {}, from, bytes_.size() - from);
    }
    void submit() noexcept;

    std::uint64_t sends() const noexcept { return sends_; } // that went through the ring

private:
    struct Ring;
    struct Write {
        Conn *conn;
        base::FrameRef frame; // or, without one, of bytes_
        std::size_t from, size;
        bool done = false;
    };

    void add(Conn &, const base::FrameRef &, std::size_t from, std::size_t size);
    std::string_view text(const Write &) const noexcept;
    bool ring() noexcept;
    void through_ring() noexcept;
    void take(Write &, int result) noexcept;
    void write(const Write &, std::string_view) noexcept;

    log::Logger &log_;
    std::unique_ptr<Ring> ring_;
    bool tried_ = false;
    std::vector<Write> writes_;
    std::string bytes_;
    std::uint64_t sends_ = 0;
};

} // namespace roomd::net
