#include "net/batch.hpp"

#include "log/log.hpp"
#include "net/stream.hpp"

#include <liburing.h>

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace roomd::net {

namespace {

constexpr unsigned entries = 1024;
constexpr std::size_t worth_it = 8;          // fewer are as fast one by one
constexpr std::size_t most_bytes = 1u << 20; // joined for one submit
// A ring that only returns EINTR or the like is given up: the loop must not block.
constexpr int most_failures = 64;

std::ptrdiff_t result(long code) noexcept {
    if (code >= 0) return code;
    return code == -EAGAIN || code == -EINTR || code == -ENOBUFS ? 0 : -1;
}

} // namespace

struct Batch::Ring {
    io_uring uring{};
    bool made = false;

    Ring() = default;
    ~Ring() {
        if (made) io_uring_queue_exit(&uring);
    }
    Ring(const Ring &) = delete;
    Ring &operator=(const Ring &) = delete;

    int make() noexcept { // 0, or why not
        int error = io_uring_queue_init(entries, &uring,
                                        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
        if (error != 0) error = io_uring_queue_init(entries, &uring, 0); // before Linux 6.1
        if (error != 0) return -error;
        made = true;
        io_uring_probe *known = io_uring_get_probe_ring(&uring);
        const bool sends = known != nullptr && io_uring_opcode_supported(known, IORING_OP_SEND);
        io_uring_free_probe(known);
        return sends ? 0 : EOPNOTSUPP; // before Linux 5.6
    }
};

Batch::Batch(log::Logger &log) : log_(log) {}

Batch::~Batch() = default;

// Created for the first batch, by the thread that uses it.
bool Batch::ring() noexcept {
    if (tried_) return ring_ != nullptr;
    tried_ = true;
    auto ring = std::make_unique<Ring>();
    if (const int error = ring->make(); error != 0) {
        log_.info("io_uring is not available: writes go out one by one",
                  {{"why", std::strerror(error)}});
        return false;
    }
    ring_ = std::move(ring);
    return true;
}

void Batch::put(Stream &stream, int fd, std::span<const base::FrameRef> frames) {
    Write write{&stream, fd, frames_.size(), frames.size(), bytes_.size(), 0};
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    if (frames.size() > 1)
        for (const base::FrameRef &frame : frames)
            bytes_ += frame->wire();
    write.size = bytes_.size() - write.bytes_from;
    writes_.push_back(write);
    if (writes_.size() >= entries || bytes_.size() >= most_bytes) submit();
}

std::string_view Batch::text(const Write &write) const noexcept {
    return write.count == 1 ? frames_[write.from]->wire()
                            : std::string_view(bytes_).substr(write.bytes_from, write.size);
}

void Batch::submit() noexcept {
    if (writes_.empty()) return;
    if (writes_.size() >= worth_it && ring()) through_ring();
    for (Write &one : writes_) {
        if (one.done) continue;
        const std::string_view bytes = text(one);
        const ssize_t sent = send(one.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        one.sent = result(sent >= 0 ? sent : -errno);
    }
    // A stream that is told may call submit() itself: nothing of this batch may be left then.
    writes_.swap(told_);
    frames_.swap(told_frames_);
    bytes_.clear();
    if (bytes_.capacity() > 2 * most_bytes) bytes_.shrink_to_fit();
    for (const Write &one : told_)
        one.stream->on_sent(one.sent, std::span(told_frames_).subspan(one.from, one.count));
    told_.clear();
    told_frames_.clear();
}

void Batch::through_ring() noexcept {
    io_uring &uring = ring_->uring;
    std::size_t open = 0;
    for (Write &write : writes_) {
        io_uring_sqe *entry = io_uring_get_sqe(&uring);
        if (entry == nullptr) break; // the ring is full: the others go one by one
        ++open;
        const std::string_view bytes = text(write);
        io_uring_prep_send(entry, write.fd, bytes.data(), bytes.size(),
                           MSG_DONTWAIT | MSG_NOSIGNAL);
        io_uring_sqe_set_data(entry, &write);
    }
    int error = 0;
    for (int failures = 0; open > 0 && failures < most_failures;) {
        const int taken = io_uring_submit_and_wait(&uring, 1);
        if (taken < 0) {
            error = -taken;
            ++failures;
        }
        io_uring_cqe *end = nullptr;
        while (open > 0 && io_uring_peek_cqe(&uring, &end) == 0) {
            Write &write = *static_cast<Write *>(io_uring_cqe_get_data(end));
            write.sent = result(end->res);
            write.done = true;
            ++sends_;
            io_uring_cqe_seen(&uring, end);
            --open;
        }
    }
    if (open == 0) return;
    // The kernel will not take the rest either: send them, and everything from now on, one by one.
    ring_.reset();
    log_.warning("io_uring failed: writes go out one by one", {{"why", std::strerror(error)}});
}

} // namespace roomd::net
