#pragma once

#include "host/calls.hpp"
#include "host/hook_list.hpp"
#include "host/http.hpp"
#include "host/intake.hpp"
#include "host/services.hpp"
#include "loop/timer.hpp"
#include "loop/watch.hpp"
#include "roomd/plugin.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace roomd::host {

// What one instance registered: timers, watches, hooks, routes, metrics.  Gone with clear(); from
// the return of cancel() on, the callback is not called again.
class Handles {
public:
    Handles(Services &, Calls &, Intake &);
    ~Handles();
    Handles(const Handles &) = delete;
    Handles &operator=(const Handles &) = delete;

    roomd_status timer(std::uint32_t delay_ms, std::uint32_t every_ms, roomd_task_fn, void *user,
                       roomd_handle &out);
    roomd_status watch(int fd, std::uint32_t events, roomd_fd_fn, void *user, roomd_handle &out);
    roomd_status rearm(roomd_handle, std::uint32_t events);
    roomd_status route(HttpRoute, roomd_request_fn, void *user, roomd_handle &out);
    roomd_status metric(MetricValue, roomd_handle &out);
    roomd_status publish(roomd_publish_fn, void *user, roomd_handle &out);
    roomd_status store(roomd_store_fn, void *user, roomd_handle &out);
    roomd_status spool(roomd_spool_fn, void *user, roomd_handle &out);
    // Requests this header of handshakes, for good.
    roomd_status keep_header(std::string name);
    const std::vector<std::string> &kept_headers() const noexcept { return kept_headers_; }
    // From here on no header can be requested: handshakes have been read without it.
    void started() noexcept { started_ = true; }
    template <class Fn>
    roomd_status hook(HookList<Fn> &list, std::string nsp, std::string pattern, Fn fn, void *user,
                      roomd_handle &out) {
        if (full()) return ROOMD_TOO_BIG;
        out = take_id(HookEntry{[&list](roomd_handle id) { list.remove(id); }});
        list.add(out, std::move(nsp), std::move(pattern), fn, user);
        return ROOMD_OK;
    }
    // Rooms are watched as long as there is such a hook.
    roomd_status hook(HookList<roomd_room_fn> &list, std::string nsp, std::string pattern,
                      roomd_room_fn fn, void *user, roomd_handle &out);
    void cancel(roomd_handle) noexcept;
    std::size_t clear() noexcept; // how many there were

    HookList<roomd_event_fn> events;
    HookList<roomd_connect_fn> connects;
    HookList<roomd_connect_failed_fn> connect_faileds;
    HookList<roomd_join_fn> joins;
    HookList<roomd_gone_fn> gones;
    HookList<roomd_connected_fn> connecteds;
    HookList<roomd_room_fn> rooms;

private:
    struct TimerEntry {
        std::unique_ptr<loop::Timer> timer;
        roomd_task_fn fn;
        void *user;
        bool once;
    };
    struct WatchEntry {
        std::unique_ptr<loop::Watch> watch;
        int fd;
        roomd_fd_fn fn;
        void *user;
    };
    struct HookEntry {
        std::function<void(roomd_handle)> remove;
    };
    struct RouteEntry {
        std::uint64_t route;
    };
    struct MetricEntry {};
    struct PublishEntry {};
    struct StoreEntry {};
    struct SpoolEntry {};
    using Entry = std::variant<TimerEntry, WatchEntry, HookEntry, RouteEntry, MetricEntry,
                               PublishEntry, StoreEntry, SpoolEntry>;

    bool full() const noexcept;
    roomd_handle take_id(Entry);
    void fire_timer(roomd_handle);
    void fire_watch(roomd_handle, bool readable, bool writable);
    void serve(roomd_request_fn, void *user, const HttpRequest &);
    void release(roomd_handle, Entry) noexcept;

    Services &services_;
    Calls &calls_;
    Intake &intake_;
    std::unordered_map<roomd_handle, Entry> entries_;
    std::vector<std::string> kept_headers_;
    bool started_ = false;
    roomd_handle last_ = 0;
};

} // namespace roomd::host
