// SPDX-License-Identifier: Apache-2.0
//
// C++20 face of roomd/plugin.h: header-only and compiled into the plugin, so that no C++ type
// crosses the boundary.  It adds three things and no others: no exception passes the edge, owners
// with destructors (handles, tickets, callbacks), and string_view.  What a function means, and on
// which thread it may be called ([any], [home]), is said in plugin.h.
//
//     class Tick {
//     public:
//         Tick(roomd::Host &host, std::string_view) :
//             timer_(host.every(1000, [&host] { host.emit(roomd::Emit("tick").to("clock")); })) {}
//     private:
//         roomd::Handle timer_;
//     };
//     ROOMD_PLUGIN(Tick, "tick", "1.0")
//
// [any] functions return a status; set-up functions ([home], those that return a handle) throw
// Failure.  Callbacks may throw: it is logged, a verdict is refused, a request answered with 500.
#pragma once

#include "roomd/plugin_any.hpp"
#include "roomd/plugin_calls.hpp"
#include "roomd/plugin_tickets.hpp"
#include "roomd/plugin_values.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace roomd {

// The daemon, as a plugin sees it.  Lives as long as the plugin object.
class Host : public detail::AnyThread {
public:
    using AnyThread::AnyThread;

    // ---- [home] ----
    template <class Fn> [[nodiscard]] Handle after(std::uint32_t ms, Fn fn) {
        return timer(ms, 0, std::move(fn));
    }
    template <class Fn> [[nodiscard]] Handle every(std::uint32_t ms, Fn fn) {
        return timer(ms, ms, std::move(fn));
    }
    template <class Fn>
    [[nodiscard]] Handle timer(std::uint32_t delay_ms, std::uint32_t every_ms, Fn fn) {
        static_assert(detail::Takes<Fn>, "timer(), every() and after() take fn()");
        return keep<Handle>("timer", {}, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().timer(
                self(), delay_ms, every_ms,
                [](void *u) noexcept {
                    tell<K>(u, "timer", [](auto &f) { detail::call_back(f); });
                },
                k, out);
        });
    }
    // fn(std::uint32_t events).  Destroy the Watch before the descriptor is closed.
    template <class Fn> [[nodiscard]] Watch watch(int fd, std::uint32_t events, Fn fn) {
        static_assert(detail::Takes<Fn, std::uint32_t>, "watch() takes fn(std::uint32_t events)");
        return keep<Watch>("watch", {}, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().watch(
                self(), fd, events,
                [](void *u, int, std::uint32_t ready) noexcept {
                    tell<K>(u, "watch", [&](auto &f) { detail::call_back(f, ready); });
                },
                k, out);
        });
    }
    void keep_header(std::string_view lower_case) {
        must(t().keep_header(self(), str(lower_case)), "keep_header", lower_case);
    }
    // Hooks return Next, or nothing for Next::taken.  nsp and pattern: a name or a prefix with '*'.
    // fn(const Event &, Ack &): move the Ack away to answer later.
    template <class Fn>
    [[nodiscard]] Handle on_event(std::string_view nsp, std::string_view pattern, Fn fn) {
        static_assert(detail::Answers<Fn, Event, Ack &>,
                      "on_event() takes fn(const roomd::Event &, roomd::Ack &), which returns "
                      "roomd::Next or nothing");
        return keep<Handle>("on_event", pattern, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_event(
                self(), str(nsp), str(pattern),
                [](void *u, const roomd_event *e) noexcept {
                    return detail::ask_hook<K, Event, Ack>(u, "on_event", *e, e->ack);
                },
                k, out);
        });
    }
    // fn(const Connect &, Verdict &)
    template <class Fn> [[nodiscard]] Handle on_connect(std::string_view nsp, Fn fn) {
        static_assert(
            detail::Answers<Fn, Connect, Verdict &>,
            "on_connect() takes fn(const roomd::Connect &, roomd::Verdict &), which returns "
            "roomd::Next or nothing");
        return keep<Handle>("on_connect", nsp, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_connect(
                self(), str(nsp),
                [](void *u, const roomd_connect *c) noexcept {
                    return detail::ask_hook<K, Connect, Verdict>(u, "on_connect", *c, c->ticket);
                },
                k, out);
        });
    }
    // fn(const ConnectFailed &).  Throws UNSUPPORTED on a host before 1.2.
    template <class Fn> [[nodiscard]] Handle on_connect_failed(std::string_view nsp, Fn fn) {
        static_assert(detail::Takes<Fn, ConnectFailed>,
                      "on_connect_failed() takes fn(const roomd::ConnectFailed &)");
        if (!ROOMD_HAS(core_.table, roomd_host, on_connect_failed))
            must(ROOMD_UNSUPPORTED, "on_connect_failed", nsp);
        return keep<Handle>("on_connect_failed", nsp, std::move(fn), [&](auto *k, auto *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_connect_failed(
                self(), str(nsp),
                [](void *u, const roomd_connect_failed *c) noexcept {
                    tell<K>(u, "on_connect_failed",
                            [&](auto &f) { detail::call_back(f, ConnectFailed(*c)); });
                },
                k, out);
        });
    }
    // fn(const Join &, Verdict &)
    template <class Fn>
    [[nodiscard]] Handle on_join(std::string_view nsp, std::string_view pattern, Fn fn) {
        static_assert(detail::Answers<Fn, Join, Verdict &>,
                      "on_join() takes fn(const roomd::Join &, roomd::Verdict &), which returns "
                      "roomd::Next or nothing");
        return keep<Handle>("on_join", pattern, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_join(
                self(), str(nsp), str(pattern),
                [](void *u, const roomd_join *j) noexcept {
                    return detail::ask_hook<K, Join, Verdict>(u, "on_join", *j, j->ticket);
                },
                k, out);
        });
    }
    // fn(const Connected &)
    template <class Fn> [[nodiscard]] Handle on_connected(std::string_view nsp, Fn fn) {
        static_assert(detail::Takes<Fn, Connected>,
                      "on_connected() takes fn(const roomd::Connected &)");
        return keep<Handle>("on_connected", nsp, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_connected(
                self(), str(nsp),
                [](void *u, const roomd_connected *c) noexcept {
                    tell<K>(u, "on_connected",
                            [&](auto &f) { detail::call_back(f, Connected(*c)); });
                },
                k, out);
        });
    }
    // fn(const Gone &)
    template <class Fn> [[nodiscard]] Handle on_disconnect(std::string_view nsp, Fn fn) {
        static_assert(detail::Takes<Fn, Gone>, "on_disconnect() takes fn(const roomd::Gone &)");
        return keep<Handle>("on_disconnect", nsp, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_disconnect(
                self(), str(nsp),
                [](void *u, const roomd_gone *g) noexcept {
                    tell<K>(u, "on_disconnect", [&](auto &f) { detail::call_back(f, Gone(*g)); });
                },
                k, out);
        });
    }
    // fn(const Room &).  Throws UNSUPPORTED on a host before 1.3.
    template <class Fn>
    [[nodiscard]] Handle on_room(std::string_view nsp, std::string_view pattern, Fn fn) {
        static_assert(detail::Takes<Fn, Room>, "on_room() takes fn(const roomd::Room &)");
        if (!ROOMD_HAS(core_.table, roomd_host, on_room))
            must(ROOMD_UNSUPPORTED, "on_room", pattern);
        return keep<Handle>("on_room", pattern, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_room(
                self(), str(nsp), str(pattern),
                [](void *u, const roomd_room *r) noexcept {
                    tell<K>(u, "on_room", [&](auto &f) { detail::call_back(f, Room(*r)); });
                },
                k, out);
        });
    }
    // fn(const roomd_emit &)
    template <class Fn> [[nodiscard]] Handle on_publish(Fn fn) {
        static_assert(detail::Takes<Fn, const roomd_emit &>,
                      "on_publish() takes fn(const roomd_emit &)");
        return keep<Handle>("on_publish", {}, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_publish(
                self(),
                [](void *u, const roomd_emit *e) noexcept {
                    tell<K>(u, "on_publish", [&](auto &f) { detail::call_back(f, *e); });
                },
                k, out);
        });
    }
    // fn(std::span<const roomd_emit *const>, Keeping &): move the Keeping away to answer later.
    // Throws UNSUPPORTED on a host before 1.3.
    template <class Fn> [[nodiscard]] Handle on_store(Fn fn) {
        static_assert(detail::Takes<Fn, std::span<const roomd_emit *const>, Keeping &>,
                      "on_store() takes fn(std::span<const roomd_emit *const>, roomd::Keeping &)");
        if (!ROOMD_HAS(core_.table, roomd_host, on_store)) must(ROOMD_UNSUPPORTED, "on_store", {});
        return keep<Handle>("on_store", {}, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_store(
                self(),
                [](void *u, roomd_ticket id, const roomd_emit *emits, std::size_t n) noexcept {
                    const auto kept = static_cast<K *>(u)->shared_from_this();
                    Keeping ticket(kept->core, id);
                    kept->core->fence("on_store", [&] {
                        detail::call_back(kept->fn, detail::each(emits, n), ticket);
                    });
                },
                k, out);
        });
    }
    // fn(const roomd_spool &, Spooling &): move the Spooling away to answer later.
    // Throws UNSUPPORTED on a host before 1.3.
    template <class Fn> [[nodiscard]] Handle on_spool(Fn fn) {
        static_assert(detail::Takes<Fn, const roomd_spool &, Spooling &>,
                      "on_spool() takes fn(const roomd_spool &, roomd::Spooling &)");
        if (!ROOMD_HAS(core_.table, roomd_host, on_spool)) must(ROOMD_UNSUPPORTED, "on_spool", {});
        return keep<Handle>("on_spool", {}, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().on_spool(
                self(),
                [](void *u, roomd_ticket id, const roomd_spool *what) noexcept {
                    const auto kept = static_cast<K *>(u)->shared_from_this();
                    Spooling ticket(kept->core, id);
                    kept->core->fence("on_spool",
                                      [&] { detail::call_back(kept->fn, *what, ticket); });
                },
                k, out);
        });
    }
    // fn(const Request &, Response &): move the Response away to answer later.
    template <class Fn> [[nodiscard]] Handle route(const Route &route, Fn fn) {
        static_assert(detail::Answers<Fn, Request, Response &>,
                      "route() takes fn(const roomd::Request &, roomd::Response &)");
        std::vector<roomd_str> headers;
        for (const auto header : route.headers)
            headers.push_back(str(header));
        if (route.encoded && core_.table->abi_minor < 3)
            must(ROOMD_UNSUPPORTED, "route", route.path);
        const roomd_route raw{sizeof raw,        route.max_body,
                              str(route.method), str(route.path),
                              str(route.scope),  headers.data(),
                              headers.size(),    route.encoded ? ROOMD_ROUTE_ENCODED : 0u};
        return keep<Handle>("route", route.path, std::move(fn), [&](auto *k, roomd_handle *out) {
            using K = std::remove_pointer_t<decltype(k)>;
            return t().route(
                self(), &raw,
                [](void *u, const roomd_request *r) noexcept {
                    detail::ask_hook<K, Request, Response>(u, "route", *r, r->ticket);
                },
                k, out);
        });
    }
    [[nodiscard]] Counter counter(std::string_view name, std::string_view help) {
        return Counter(&core_, metric(ROOMD_COUNTER, name, help), nullptr);
    }
    [[nodiscard]] Gauge gauge(std::string_view name, std::string_view help) {
        return Gauge(&core_, metric(ROOMD_GAUGE, name, help), nullptr);
    }
    [[nodiscard]] Histogram histogram(std::string_view name, std::string_view help) {
        return Histogram(&core_, metric(ROOMD_HISTOGRAM, name, help), nullptr);
    }

private:
    static void must(roomd_status status, std::string_view what, std::string_view which) {
        if (status == ROOMD_OK) return;
        throw Failure(status, std::string(what) + (which.empty() ? "" : " ") + std::string(which) +
                                  ": " + name(status));
    }
    template <class K, class With>
    static void tell(void *user, const char *where, With with) noexcept {
        const auto kept = static_cast<K *>(user)->shared_from_this();
        kept->core->fence(where, [&] { with(kept->fn); });
    }
    template <class H, class Fn, class Start>
    H keep(std::string_view what, std::string_view which, Fn fn, Start start) {
        auto kept = std::make_shared<detail::Kept<Fn>>(&core_, std::move(fn));
        roomd_handle id = 0;
        must(start(kept.get(), &id), what, which);
        return H(&core_, id, std::move(kept));
    }
    roomd_handle metric(roomd_metric kind, std::string_view name, std::string_view help) {
        roomd_handle id = 0;
        must(t().metric(self(), kind, str(name), str(help), &id), "metric", name);
        return id;
    }
};

} // namespace roomd

#include "roomd/plugin_entry.hpp"
