// SPDX-License-Identifier: Apache-2.0
//
// What a plugin may call from any of its threads.  Include roomd/plugin.hpp, which includes this.
#pragma once

#include "roomd/plugin_calls.hpp"
#include "roomd/plugin_spool.hpp"
#include "roomd/plugin_tickets.hpp"
#include "roomd/plugin_values.hpp"
#include "roomd/plugin_whom.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace roomd::detail {

// The part of Host that any thread may call.
class AnyThread {
public:
    AnyThread(const roomd_host *table, roomd_self *self) : core_(table, self) {}

    void log(roomd_level level, std::string_view message,
             std::initializer_list<Field> fields = {}) const {
        const auto all = raw({fields.begin(), fields.size()});
        t().log(self(), level, str(message), all.data(), all.size());
    }
    void error(std::string_view m, std::initializer_list<Field> f = {}) const {
        log(ROOMD_LOG_ERROR, m, f);
    }
    void warning(std::string_view m, std::initializer_list<Field> f = {}) const {
        log(ROOMD_LOG_WARNING, m, f);
    }
    void info(std::string_view m, std::initializer_list<Field> f = {}) const {
        log(ROOMD_LOG_INFO, m, f);
    }
    void health(roomd_health state, std::string_view why = {}) const {
        t().health(self(), state, str(why));
    }

    roomd_status emit(const Emit &one) const {
        const auto raw = one.raw();
        return t().emit(self(), &raw, nullptr, nullptr);
    }
    // fn(roomd_status, const Emitted &), on the home loop.
    template <class Fn> roomd_status emit(const Emit &one, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Emitted>,
                      "emit() takes fn(roomd_status, const roomd::Emitted &)");
        const auto raw = one.raw();
        return once(std::move(fn), [&](auto *call) {
            return t().emit(self(), &raw, &emitted<std::remove_pointer_t<decltype(call)>>, call);
        });
    }
    // All or none.  fn as above, called once for each, in order.
    template <class Fn> roomd_status emit_all(std::span<const Emit> all, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Emitted>,
                      "emit_all() takes fn(roomd_status, const roomd::Emitted &)");
        if (all.empty()) return ROOMD_INVALID;
        const auto raw = raws(all);
        return once(
            std::move(fn),
            [&](auto *call) {
                return t().emit_all(self(), raw.data(), raw.size(),
                                    &emitted<std::remove_pointer_t<decltype(call)>>, call);
            },
            all.size());
    }
    roomd_status emit_all(std::span<const Emit> all) const {
        if (all.empty()) return ROOMD_INVALID;
        const auto raw = raws(all);
        return t().emit_all(self(), raw.data(), raw.size(), nullptr, nullptr);
    }
    // fn(roomd_status, const Args &): a client's answer, on the home loop.
    template <class Fn> roomd_status ask(const Emit &one, std::uint32_t timeout_ms, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Args>,
                      "ask() takes fn(roomd_status, const roomd::Args &)");
        const auto raw = one.raw();
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().ask(
                self(), &raw, timeout_ms,
                [](void *u, roomd_status s, const roomd_args *a) noexcept {
                    C::run(u, "ask",
                           [&](auto &f) { call_back(f, s, a != nullptr ? Args(*a) : Args()); });
                },
                call);
        });
    }

    // Many at once.  fn(roomd_status, const Replies &): once, when all have answered or the time is
    // over.
    template <class Fn> roomd_status ask_all(const Emit &one, std::uint32_t timeout_ms, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Replies>,
                      "ask_all() takes fn(roomd_status, const roomd::Replies &)");
        if (!ROOMD_HAS(core_.table, roomd_host, ask_all)) return ROOMD_UNSUPPORTED;
        const auto raw = one.raw();
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().ask_all(
                self(), &raw, timeout_ms,
                [](void *u, roomd_status s, const roomd_replies *r) noexcept {
                    C::run(u, "ask_all", [&](auto &f) { call_back(f, s, Replies(*r)); });
                },
                call);
        });
    }

    roomd_status join(roomd_client client, std::string_view room) const {
        return t().join(self(), client, str(room));
    }
    roomd_status leave(roomd_client client, std::string_view room) const {
        return t().leave(self(), client, str(room));
    }
    // A DISCONNECT packet: a stock client stays away.
    roomd_status disconnect(roomd_client client, std::string_view reason) const {
        return t().disconnect(self(), client, 0, str(reason));
    }
    // Closes the connection: a stock client comes back.
    roomd_status close(roomd_client client, std::string_view reason) const {
        return t().disconnect(self(), client, 1, str(reason));
    }
    // All clients of a user, as disconnect() and as close().
    roomd_status kick(std::string_view user, std::string_view reason) const {
        return t().kick(self(), str(user), 0, str(reason));
    }
    roomd_status kick_and_close(std::string_view user, std::string_view reason) const {
        return t().kick(self(), str(user), 1, str(reason));
    }

    // A page of the clients that are meant.  fn(roomd_status, const Found &), on the home loop.
    template <class Fn>
    roomd_status find(const Whom &whom, roomd_client after, std::uint32_t limit, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Found>,
                      "find() takes fn(roomd_status, const roomd::Found &)");
        if (!ROOMD_HAS(core_.table, roomd_host, find)) return ROOMD_UNSUPPORTED;
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().find(
                self(), &whom.raw(), after, limit,
                [](void *u, roomd_status s, const roomd_found *found) noexcept {
                    C::run(u, "find", [&](auto &f) { call_back(f, s, Found(*found)); });
                },
                call);
        });
    }
    // Moves all that are meant: into rooms or out of them (JOIN, LEAVE), or away.
    // fn(roomd_status, const Moved &): once all are moved, on the home loop.
    template <class Fn>
    roomd_status move(const Whom &whom, roomd_action what, std::span<const std::string_view> rooms,
                      std::string_view reason, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Moved>,
                      "move() takes fn(roomd_status, const roomd::Moved &)");
        if (!ROOMD_HAS(core_.table, roomd_host, move)) return ROOMD_UNSUPPORTED;
        const auto names = strs(rooms);
        const roomd_move raw{sizeof raw, what, names.data(), names.size(), str(reason)};
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().move(
                self(), &whom.raw(), &raw,
                [](void *u, roomd_status s, const roomd_moved *moved) noexcept {
                    C::run(u, "move", [&](auto &f) { call_back(f, s, Moved(*moved)); });
                },
                call);
        });
    }
    roomd_status move(const Whom &whom, roomd_action what, std::span<const std::string_view> rooms,
                      std::string_view reason) const {
        if (!ROOMD_HAS(core_.table, roomd_host, move)) return ROOMD_UNSUPPORTED;
        const auto names = strs(rooms);
        const roomd_move raw{sizeof raw, what, names.data(), names.size(), str(reason)};
        return t().move(self(), &whom.raw(), &raw, nullptr, nullptr);
    }

    // fn(const Spooled &), on the home loop.
    template <class Fn> roomd_status spool(const Spool &what, Fn fn) {
        static_assert(Takes<Fn, Spooled>, "spool() takes fn(const roomd::Spooled &)");
        if (!ROOMD_HAS(core_.table, roomd_host, spool)) return ROOMD_UNSUPPORTED;
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().spool(
                self(), &what.raw(),
                [](void *u, const roomd_spooled *said) noexcept {
                    C::run(u, "spool", [&](auto &f) { call_back(f, Spooled(*said)); });
                },
                call);
        });
    }
    // A put, or a next that only removes; in a destructor too.
    roomd_status spool(const Spool &what) const {
        if (!ROOMD_HAS(core_.table, roomd_host, spool)) return ROOMD_UNSUPPORTED;
        return t().spool(self(), &what.raw(), nullptr, nullptr);
    }

    // JSON that stays with a client until it goes; empty: none.
    roomd_status set_data(roomd_client client, std::string_view json) const {
        if (!ROOMD_HAS(core_.table, roomd_host, set_data)) return ROOMD_UNSUPPORTED;
        return t().set_data(self(), client, str(json));
    }

    // fn(roomd_status, std::span<const roomd_client>), on the home loop.
    template <class Fn> roomd_status members(std::string_view nsp, std::string_view room, Fn fn) {
        static_assert(Takes<Fn, roomd_status, std::span<const roomd_client>>,
                      "members() takes fn(roomd_status, std::span<const roomd_client>)");
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().members(
                self(), str(nsp), str(room),
                [](void *u, roomd_status s, const roomd_client *all, std::size_t n) noexcept {
                    C::run(u, "members", [&](auto &f) {
                        call_back(f, s, std::span<const roomd_client>(all, n));
                    });
                },
                call);
        });
    }
    // A page of those in a namespace; fn as above.  Shorter than `limit`: the last one.
    template <class Fn>
    roomd_status clients(std::string_view nsp, roomd_client after, std::uint32_t limit, Fn fn) {
        static_assert(Takes<Fn, roomd_status, std::span<const roomd_client>>,
                      "clients() takes fn(roomd_status, std::span<const roomd_client>)");
        if (!ROOMD_HAS(core_.table, roomd_host, clients)) return ROOMD_UNSUPPORTED;
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().clients(
                self(), str(nsp), after, limit,
                [](void *u, roomd_status s, const roomd_client *all, std::size_t n) noexcept {
                    C::run(u, "clients", [&](auto &f) {
                        call_back(f, s, std::span<const roomd_client>(all, n));
                    });
                },
                call);
        });
    }
    // fn(roomd_status, const Described &), on the home loop.
    template <class Fn> roomd_status describe(roomd_client client, Fn fn) {
        static_assert(Takes<Fn, roomd_status, Described>,
                      "describe() takes fn(roomd_status, const roomd::Described &)");
        if (!ROOMD_HAS(core_.table, roomd_host, describe)) return ROOMD_UNSUPPORTED;
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().describe(
                self(), client,
                [](void *u, roomd_status s, const roomd_described *what) noexcept {
                    C::run(u, "describe", [&](auto &f) { call_back(f, s, Described(*what)); });
                },
                call);
        });
    }
    // fn(roomd_status, std::string_view json), on the home loop.
    template <class Fn> roomd_status stats(Fn fn) {
        static_assert(Takes<Fn, roomd_status, std::string_view>,
                      "stats() takes fn(roomd_status, std::string_view)");
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().stats(
                self(),
                [](void *u, roomd_status s, roomd_str json) noexcept {
                    C::run(u, "stats", [&](auto &f) { call_back(f, s, view(json)); });
                },
                call);
        });
    }
    // fn(), on the home loop.
    template <class Fn> roomd_status post(Fn fn) {
        static_assert(Takes<Fn>, "post() takes fn()");
        return once(std::move(fn), [&](auto *call) {
            using C = std::remove_pointer_t<decltype(call)>;
            return t().post(
                self(), [](void *u) noexcept { C::run(u, "post", [](auto &f) { call_back(f); }); },
                call);
        });
    }

    // What this face does not cover, by hand: members a later minor added.
    const roomd_host &table() const noexcept { return t(); }
    roomd_self *self() const noexcept { return core_.self; }
    Core &core() noexcept { return core_; }

protected:
    const roomd_host &t() const noexcept { return *core_.table; }

    Core core_;

private:
    static std::vector<roomd_emit> raws(std::span<const Emit> all) {
        std::vector<roomd_emit> raw;
        raw.reserve(all.size());
        for (const auto &one : all)
            raw.push_back(one.raw());
        return raw;
    }
    static std::vector<roomd_str> strs(std::span<const std::string_view> texts) {
        std::vector<roomd_str> out;
        out.reserve(texts.size());
        for (const auto text : texts)
            out.push_back(str(text));
        return out;
    }
    template <class C>
    static void emitted(void *user, roomd_status status, const roomd_emitted *raw) noexcept {
        C::run(user, "emit", [&](auto &fn) {
            call_back(fn, status, raw != nullptr ? Emitted(*raw) : Emitted());
        });
    }
    template <class Fn, class Start> roomd_status once(Fn fn, Start start, std::size_t times = 1) {
        auto *const call = core_.own(std::make_unique<Call<Fn>>(std::move(fn), times));
        const auto status = start(call);
        if (status != ROOMD_OK) core_.drop(call);
        return status;
    }
};

} // namespace roomd::detail
