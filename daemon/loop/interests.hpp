#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <uv.h>

namespace roomd::loop {

// What is asked of the descriptors of one loop, told to the kernel once per iteration.
//
// libuv answers each uv_poll_start() with an EPOLL_CTL_DEL and a later ADD, changed or not, and
// libwebsockets calls it three times for every HTTP request: to be told that a socket is writable
// of which nothing else is expected.  Those were six of eleven system calls of a request, and a
// second turn of the loop.  So uv_poll_start(), uv_poll_stop() and uv_close() are defined here and
// found by libwebsockets before libuv's own, which they call.  Of a watched descriptor of a loop
// that has Interests
//   * a change waits until deliver() or apply(); one that is taken back by then costs nothing,
//   * no event arrives that is no longer asked for,
//   * who asks to write to what takes bytes already is called by deliver(), without the kernel's
//     list of watches being changed.
// Stopping and closing is never put off: the descriptor may be another's a moment later.
// From the loop's thread only, but for construction and destruction.
class Interests {
public:
    explicit Interests(uv_loop_t &);
    ~Interests();
    Interests(const Interests &) = delete;
    Interests &operator=(const Interests &) = delete;

    // Calls who asks to write and can, each at most once between two calls of apply().  True when
    // somebody was called, and may have written or asked for more.
    bool deliver();
    // Tells libuv of all changes that are left.
    void apply() noexcept;

    std::uint64_t delivered() const noexcept { return delivered_; }
    std::uint64_t applied() const noexcept { return applied_; }

    // What uv_poll_start and the others do for a handle of this loop.
    int start(uv_poll_t *, int events, uv_poll_cb) noexcept;
    int stop(uv_poll_t *) noexcept;
    void close(const uv_handle_t *) noexcept;
    static Interests *of(const uv_loop_t *) noexcept; // null when the loop has none

private:
    struct Entry {
        uv_poll_t *handle = nullptr;
        uv_poll_cb call = nullptr;
        std::uint8_t wanted = 0;
        std::uint8_t told = 0; // to libuv
        bool queued = false;
        bool called = false; // since the last apply()
    };

    static void on_event(uv_poll_t *, int status, int events) noexcept;
    Entry *find(const uv_poll_t *) noexcept; // null when libuv knows it only
    void queue(Entry &, int fd);

    uv_loop_t &loop_;
    std::vector<Entry> entries_; // by descriptor
    std::vector<int> queue_, ready_, called_;
    std::uint64_t delivered_ = 0;
    std::uint64_t applied_ = 0;
};

} // namespace roomd::loop
