#include "net/batch.hpp"

#include "log/log.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"

#include <liburing.h>
#include <libwebsockets.h>

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace roomd::net {

namespace {

constexpr unsigned entries = 1024;
constexpr std::size_t worth_it = 8;          // fewer are as quick one by one
constexpr std::size_t most_bytes = 1u << 20; // that are put together for one submit

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

// Made when the first batch is there, by the thread that uses it.
bool Batch::ring() noexcept {
    if (tried_) return ring_ != nullptr;
    tried_ = true;
    auto ring = std::make_unique<Ring>();
    if (const int error = ring->make(); error != 0) {
        log_.info("no io_uring here: writes go out one by one", {{"why", std::strerror(error)}});
        return false;
    }
    ring_ = std::move(ring);
    return true;
}

void Batch::put(Conn &conn, const base::FrameRef &frame) {
    add(conn, frame, 0, frame->size());
}

void Batch::add(Conn &conn, const base::FrameRef &frame, std::size_t from, std::size_t size) {
    conn.batched = true;
    writes_.push_back({&conn, frame, from, size});
    if (writes_.size() >= entries || bytes_.size() >= most_bytes) submit();
}

std::string_view Batch::text(const Write &write) const noexcept {
    return write.frame ? write.frame->wire()
                       : std::string_view(bytes_).substr(write.from, write.size);
}

void Batch::submit() noexcept {
    if (writes_.empty()) return;
    // Below, connections are written to and killed, which may want to submit.
    for (const Write &write : writes_)
        write.conn->batched = false;
    if (writes_.size() >= worth_it && ring()) through_ring();
    for (const Write &one : writes_)
        if (!one.done) write(one, text(one));
    writes_.clear();
    bytes_.clear();
    if (bytes_.capacity() > 2 * most_bytes) bytes_.shrink_to_fit();
}

void Batch::through_ring() noexcept {
    io_uring &uring = ring_->uring;
    std::size_t open = 0;
    for (Write &write : writes_) {
        io_uring_sqe *entry = io_uring_get_sqe(&uring);
        if (entry == nullptr) break; // it has no room for them all: the others go one by one
        ++open;
        const std::string_view bytes = text(write);
        io_uring_prep_send(entry, lws_get_socket_fd(write.conn->wsi), bytes.data(), bytes.size(),
                           MSG_DONTWAIT | MSG_NOSIGNAL);
        io_uring_sqe_set_data(entry, &write);
    }
    int error = 0;
    for (int failures = 0; open > 0 && failures < 3;) {
        const int taken = io_uring_submit_and_wait(&uring, 1);
        if (taken < 0) {
            error = -taken;
            if (error != EINTR) ++failures;
        }
        io_uring_cqe *end = nullptr;
        while (open > 0 && io_uring_peek_cqe(&uring, &end) == 0) {
            Write &write = *static_cast<Write *>(io_uring_cqe_get_data(end));
            const int result = end->res;
            io_uring_cqe_seen(&uring, end);
            take(write, result);
            --open;
        }
    }
    if (open == 0) return;
    // What it did not take it never will: the rest goes one by one, and from now on all do.
    ring_.reset();
    log_.warning("io_uring fails: writes go out one by one", {{"why", std::strerror(error)}});
}

void Batch::take(Write &done, int result) noexcept {
    done.done = true;
    ++sends_;
    const std::string_view bytes = text(done);
    if (result == static_cast<int>(bytes.size())) return;
    // If it is the socket that is broken, the write says so too.
    write(done, bytes.substr(result > 0 ? static_cast<std::size_t>(result) : 0));
}

void Batch::write(const Write &put, std::string_view bytes) noexcept {
    Conn &conn = *put.conn;
    if (conn.core.write(conn, bytes) && conn.ws && lws_partial_buffered(conn.wsi) != 0)
        conn.ws->held_up();
}

} // namespace roomd::net
