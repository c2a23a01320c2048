#include "loop/interests.hpp"

#include <dlfcn.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>

namespace roomd::loop {

namespace {

// libuv's own, behind ours.
template <class Function> Function next(const char *name) noexcept {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == nullptr) std::abort(); // libuv is linked: it cannot be missing
    return reinterpret_cast<Function>(found);
}

int uv_start(uv_poll_t *handle, int events, uv_poll_cb call) noexcept {
    static const auto real = next<decltype(&uv_poll_start)>("uv_poll_start");
    return real(handle, events, call);
}

int uv_stop_watching(uv_poll_t *handle) noexcept {
    static const auto real = next<decltype(&uv_poll_stop)>("uv_poll_stop");
    return real(handle);
}

void uv_close_handle(uv_handle_t *handle, uv_close_cb call) noexcept {
    static const auto real = next<decltype(&uv_close)>("uv_close");
    real(handle, call);
}

// The loops that have Interests.  Any thread looks its own loop up; a loop beyond the table's end
// goes without.
struct Table {
    struct Slot {
        std::atomic<const uv_loop_t *> loop{nullptr};
        Interests *interests = nullptr;
    };
    std::array<Slot, 64> slots;
    std::atomic<std::size_t> used{0};
    std::mutex mutex; // of adding and removing

    void add(const uv_loop_t *loop, Interests *interests) {
        const std::lock_guard lock(mutex);
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i].loop.load(std::memory_order_relaxed) != nullptr) continue;
            slots[i].interests = interests;
            slots[i].loop.store(loop, std::memory_order_release);
            if (used.load(std::memory_order_relaxed) <= i)
                used.store(i + 1, std::memory_order_release);
            return;
        }
    }

    void remove(const uv_loop_t *loop) {
        const std::lock_guard lock(mutex);
        for (Slot &slot : slots)
            if (slot.loop.load(std::memory_order_relaxed) == loop)
                slot.loop.store(nullptr, std::memory_order_release);
    }
};

Table &table() {
    static Table *const all = new Table; // never destroyed: libuv is called until the very end
    return *all;
}

constexpr short trouble = POLLERR | POLLHUP | POLLNVAL;

} // namespace

Interests::Interests(uv_loop_t &loop) : loop_(loop) {
    table().add(&loop_, this);
}

Interests::~Interests() {
    apply();
    table().remove(&loop_);
}

Interests *Interests::of(const uv_loop_t *loop) noexcept {
    Table &all = table();
    const std::size_t used = all.used.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < used; ++i)
        if (all.slots[i].loop.load(std::memory_order_acquire) == loop)
            return all.slots[i].interests;
    return nullptr;
}

Interests::Entry *Interests::find(const uv_poll_t *handle) noexcept {
    const int fd = handle->io_watcher.fd;
    if (fd < 0 || static_cast<std::size_t>(fd) >= entries_.size()) return nullptr;
    Entry &entry = entries_[static_cast<std::size_t>(fd)];
    return entry.handle == handle ? &entry : nullptr;
}

void Interests::queue(Entry &entry, int fd) {
    if (entry.queued) return;
    entry.queued = true;
    queue_.push_back(fd);
}

int Interests::start(uv_poll_t *handle, int events, uv_poll_cb call) noexcept {
    const int fd = handle->io_watcher.fd;
    if (fd < 0) return uv_start(handle, events, call);
    const auto at = static_cast<std::size_t>(fd);
    if (at >= entries_.size()) entries_.resize(at + 1 + entries_.size() / 2);
    Entry &entry = entries_[at];
    if (entry.handle != handle) {
        entry.handle = handle;
        entry.told = 0;
    }
    // After an error libuv has stopped it.
    if (uv_is_active(reinterpret_cast<const uv_handle_t *>(handle)) == 0) entry.told = 0;
    entry.call = call;
    entry.wanted = static_cast<std::uint8_t>(events);
    if (entry.told != 0) {
        if (entry.told != entry.wanted) queue(entry, fd);
        return 0;
    }
    ++applied_;
    const int error = uv_start(handle, events, on_event);
    if (error == 0) entry.told = entry.wanted;
    return error;
}

int Interests::stop(uv_poll_t *handle) noexcept {
    if (Entry *entry = find(handle)) {
        entry->wanted = entry->told = 0;
        entry->handle = nullptr;
    }
    return uv_stop_watching(handle);
}

void Interests::close(const uv_handle_t *handle) noexcept {
    if (handle->type != UV_POLL) return;
    if (Entry *entry = find(reinterpret_cast<const uv_poll_t *>(handle))) {
        entry->wanted = entry->told = 0;
        entry->handle = nullptr;
    }
}

void Interests::on_event(uv_poll_t *handle, int status, int events) noexcept {
    Interests *self = of(handle->loop);
    Entry *entry = self != nullptr ? self->find(handle) : nullptr;
    if (entry == nullptr) return;
    if (status == 0) {
        events &= entry->wanted;
        if (events == 0) return;
    }
    entry->call(handle, status, events);
}

bool Interests::deliver() {
    ready_.clear();
    std::array<pollfd, 64> asked;
    std::size_t count = 0;
    const auto ask = [&] {
        if (count > 0 && poll(asked.data(), count, 0) > 0)
            for (std::size_t i = 0; i < count; ++i)
                if ((asked[i].revents & (POLLOUT | trouble)) == POLLOUT)
                    ready_.push_back(asked[i].fd);
        count = 0;
    };
    for (const int fd : queue_) {
        const Entry &entry = entries_[static_cast<std::size_t>(fd)];
        if (entry.handle == nullptr || entry.called) continue;
        if ((entry.wanted & ~entry.told) != UV_WRITABLE) continue;
        asked[count++] = {fd, POLLOUT, 0};
        if (count == asked.size()) ask();
    }
    ask();
    bool any = false;
    for (const int fd : ready_) {
        // Who was called before may have changed all of this.
        Entry &entry = entries_[static_cast<std::size_t>(fd)];
        if (entry.handle == nullptr || entry.called) continue;
        if ((entry.wanted & ~entry.told) != UV_WRITABLE) continue;
        entry.called = any = true;
        called_.push_back(fd);
        ++delivered_;
        entry.call(entry.handle, 0, UV_WRITABLE);
    }
    return any;
}

void Interests::apply() noexcept {
    for (const int fd : queue_) {
        Entry &entry = entries_[static_cast<std::size_t>(fd)];
        entry.queued = false;
        if (entry.handle == nullptr || entry.wanted == entry.told) continue;
        ++applied_;
        if (uv_start(entry.handle, entry.wanted, on_event) == 0) entry.told = entry.wanted;
    }
    queue_.clear();
    for (const int fd : called_)
        entries_[static_cast<std::size_t>(fd)].called = false;
    called_.clear();
}

} // namespace roomd::loop

// In the program's own table of symbols, where libwebsockets' libuv plugin looks first.
#define ROOMD_OURS extern "C" __attribute__((visibility("default")))

ROOMD_OURS int uv_poll_start(uv_poll_t *handle, int events, uv_poll_cb call) {
    using roomd::loop::Interests;
    Interests *ours = events != 0 ? Interests::of(handle->loop) : nullptr;
    return ours != nullptr ? ours->start(handle, events, call)
                           : roomd::loop::uv_start(handle, events, call);
}

ROOMD_OURS int uv_poll_stop(uv_poll_t *handle) {
    roomd::loop::Interests *ours = roomd::loop::Interests::of(handle->loop);
    return ours != nullptr ? ours->stop(handle) : roomd::loop::uv_stop_watching(handle);
}

ROOMD_OURS void uv_close(uv_handle_t *handle, uv_close_cb call) {
    if (roomd::loop::Interests *ours = roomd::loop::Interests::of(handle->loop))
        ours->close(handle);
    roomd::loop::uv_close_handle(handle, call);
}
