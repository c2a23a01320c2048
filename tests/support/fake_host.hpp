#pragma once

#include "support/fake_host_notes.hpp"

#include <roomd/plugin.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::test {

// A host table that notes what is called, and calls back when a test says so.  One at a time:
// `roomd_self *` is this object.
class FakeHost {
public:
    using Sent = fake::Sent;
    using Hook = fake::Hook;
    using Answered = fake::Answered;

    FakeHost() {
        table.struct_size = sizeof table;
        table.abi_minor = ROOMD_ABI_MINOR;
        table.log = [](roomd_self *s, roomd_level level, roomd_str message, const roomd_field *f,
                       std::size_t n) {
            auto line = fake::text(message);
            for (std::size_t i = 0; i < n; ++i)
                line += " " + fake::text(f[i].key) + "=" + fake::text(f[i].value);
            me(s).logged.emplace_back(level, line);
        };
        table.emit = [](roomd_self *s, const roomd_emit *e, roomd_emitted_fn fn, void *user) {
            me(s).calls.push_back("emit");
            if (me(s).next == ROOMD_OK) me(s).sent.push_back(fake::copy(*e, fn, user));
            return me(s).next;
        };
        table.emit_all = [](roomd_self *s, const roomd_emit *e, std::size_t n, roomd_emitted_fn fn,
                            void *user) {
            me(s).calls.push_back("emit_all");
            for (std::size_t i = 0; i < n && me(s).next == ROOMD_OK; ++i)
                me(s).sent.push_back(fake::copy(e[i], fn, user));
            return me(s).next;
        };
        table.ask = [](roomd_self *s, const roomd_emit *e, std::uint32_t ms, roomd_answer_fn fn,
                       void *user) {
            me(s).calls.push_back("ask " + std::to_string(ms));
            if (me(s).next != ROOMD_OK) return me(s).next;
            me(s).sent.push_back(fake::copy(*e, nullptr, user));
            me(s).asked = {fn, user};
            return ROOMD_OK;
        };
        table.ask_all = [](roomd_self *s, const roomd_emit *e, std::uint32_t ms,
                           roomd_replies_fn fn, void *user) {
            me(s).calls.push_back("ask_all " + std::to_string(ms));
            if (me(s).next != ROOMD_OK) return me(s).next;
            me(s).sent.push_back(fake::copy(*e, nullptr, user));
            me(s).asked_all = {fn, user};
            return ROOMD_OK;
        };
        table.ack = [](roomd_self *s, roomd_ticket t, const roomd_args *a) {
            me(s).calls.push_back("ack");
            if (me(s).next == ROOMD_OK)
                me(s).answers.push_back({t, 0, fake::text(a->json), {}, {}, {}, 0});
            return me(s).next;
        };
        table.verdict = [](roomd_self *s, roomd_ticket t, const roomd_verdict *v) {
            me(s).calls.push_back("verdict");
            if (me(s).next == ROOMD_OK)
                me(s).answers.push_back({t,
                                         static_cast<int>(v->accept),
                                         fake::text(v->accept != 0 ? v->identity : v->message),
                                         fake::text(v->data),
                                         {},
                                         {},
                                         v->expires_ms});
            return me(s).next;
        };
        table.respond = [](roomd_self *s, roomd_ticket t, const roomd_response *r) {
            me(s).calls.push_back("respond");
            if (me(s).next != ROOMD_OK) return me(s).next;
            Answered out{t,
                         static_cast<int>(r->status),
                         {static_cast<const char *>(r->body.ptr), r->body.len},
                         {},
                         fake::text(r->content_type),
                         {},
                         0};
            for (std::size_t i = 0; i < r->n_headers; ++i)
                out.headers.emplace_back(fake::text(r->headers[i].key),
                                         fake::text(r->headers[i].value));
            me(s).answers.push_back(std::move(out));
            return ROOMD_OK;
        };
        table.join = [](roomd_self *s, roomd_client c, roomd_str room) {
            return me(s).note("join " + std::to_string(c) + " " + fake::text(room));
        };
        table.set_data = [](roomd_self *s, roomd_client c, roomd_str json) {
            return me(s).note("set_data " + std::to_string(c) + " " + fake::text(json));
        };
        table.leave = [](roomd_self *s, roomd_client c, roomd_str room) {
            return me(s).note("leave " + std::to_string(c) + " " + fake::text(room));
        };
        table.disconnect = [](roomd_self *s, roomd_client c, int close, roomd_str why) {
            return me(s).note("disconnect " + std::to_string(c) + " " + std::to_string(close) +
                              " " + fake::text(why));
        };
        table.kick = [](roomd_self *s, roomd_str user, int close, roomd_str why) {
            return me(s).note("kick " + fake::text(user) + " " + std::to_string(close) + " " +
                              fake::text(why));
        };
        table.members = [](roomd_self *s, roomd_str nsp, roomd_str room, roomd_clients_fn fn,
                           void *user) {
            if (me(s).next == ROOMD_OK) me(s).counted = {fn, user};
            return me(s).note("members " + fake::text(nsp) + " " + fake::text(room));
        };
        table.clients = [](roomd_self *s, roomd_str nsp, roomd_client after, std::uint32_t limit,
                           roomd_clients_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).counted = {fn, user};
            return me(s).note("clients " + fake::text(nsp) + " " + std::to_string(after) + " " +
                              std::to_string(limit));
        };
        table.describe = [](roomd_self *s, roomd_client c, roomd_described_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).described = {fn, user};
            return me(s).note("describe " + std::to_string(c));
        };
        table.find = [](roomd_self *s, const roomd_whom *w, roomd_client after, std::uint32_t limit,
                        roomd_found_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).finds.emplace_back(fn, user);
            return me(s).note("find " + fake::whom(*w) + " after " + std::to_string(after) +
                              " limit " + std::to_string(limit));
        };
        table.move = [](roomd_self *s, const roomd_whom *w, const roomd_move *m, roomd_moved_fn fn,
                        void *user) {
            if (me(s).next == ROOMD_OK) me(s).moves.emplace_back(fn, user);
            std::string call = "move " + fake::whom(*w) + " " + std::to_string(m->what);
            for (std::size_t i = 0; i < m->n_rooms; ++i)
                call += " " + fake::text(m->rooms[i]);
            return me(s).note(call +
                              (m->reason.len > 0 ? " because " + fake::text(m->reason) : ""));
        };
        table.stats = [](roomd_self *s, roomd_text_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).stated = {fn, user};
            return me(s).note("stats");
        };
        table.health = [](roomd_self *s, roomd_health h, roomd_str why) {
            me(s).note("health " + std::to_string(h) + " " + fake::text(why));
        };
        table.post = [](roomd_self *s, roomd_task_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).posted.emplace_back(fn, user);
            return me(s).note("post");
        };
        table.timer = [](roomd_self *s, std::uint32_t delay, std::uint32_t every, roomd_task_fn fn,
                         void *user, roomd_handle *out) {
            Hook hook = fake::named("timer", user);
            hook.task = fn;
            hook.delay = delay;
            hook.every = every;
            return me(s).add(hook, out);
        };
        table.watch = [](roomd_self *s, int fd, std::uint32_t interest, roomd_fd_fn fn, void *user,
                         roomd_handle *out) {
            Hook hook = fake::named("watch", user);
            hook.fd = fn;
            hook.descriptor = fd;
            hook.interest = interest;
            return me(s).add(hook, out);
        };
        table.rearm = [](roomd_self *s, roomd_handle h, std::uint32_t interest) {
            me(s).hooks.at(h).interest = interest;
            return me(s).note("rearm");
        };
        table.keep_header = [](roomd_self *s, roomd_str name) {
            return me(s).note("keep_header " + fake::text(name));
        };
        table.on_event = [](roomd_self *s, roomd_str nsp, roomd_str pattern, roomd_event_fn fn,
                            void *user, roomd_handle *out) {
            Hook hook = fake::named("on_event", user, nsp, pattern);
            hook.event = fn;
            return me(s).add(hook, out);
        };
        table.on_connect = [](roomd_self *s, roomd_str nsp, roomd_connect_fn fn, void *user,
                              roomd_handle *out) {
            Hook hook = fake::named("on_connect", user, nsp);
            hook.connect = fn;
            return me(s).add(hook, out);
        };
        table.on_connect_failed = [](roomd_self *s, roomd_str nsp, roomd_connect_failed_fn fn,
                                     void *user, roomd_handle *out) {
            Hook hook = fake::named("on_connect_failed", user, nsp);
            hook.connect_failed = fn;
            return me(s).add(hook, out);
        };
        table.on_join = [](roomd_self *s, roomd_str nsp, roomd_str pattern, roomd_join_fn fn,
                           void *user, roomd_handle *out) {
            Hook hook = fake::named("on_join", user, nsp, pattern);
            hook.join = fn;
            return me(s).add(hook, out);
        };
        table.on_disconnect = [](roomd_self *s, roomd_str nsp, roomd_gone_fn fn, void *user,
                                 roomd_handle *out) {
            Hook hook = fake::named("on_disconnect", user, nsp);
            hook.gone = fn;
            return me(s).add(hook, out);
        };
        table.on_connected = [](roomd_self *s, roomd_str nsp, roomd_connected_fn fn, void *user,
                                roomd_handle *out) {
            Hook hook = fake::named("on_connected", user, nsp);
            hook.connected = fn;
            return me(s).add(hook, out);
        };
        table.on_room = [](roomd_self *s, roomd_str nsp, roomd_str pattern, roomd_room_fn fn,
                           void *user, roomd_handle *out) {
            Hook hook = fake::named("on_room", user, nsp, pattern);
            hook.room = fn;
            return me(s).add(hook, out);
        };
        table.on_publish = [](roomd_self *s, roomd_publish_fn fn, void *user, roomd_handle *out) {
            Hook hook = fake::named("on_publish", user);
            hook.publish = fn;
            return me(s).add(hook, out);
        };
        table.on_store = [](roomd_self *s, roomd_store_fn fn, void *user, roomd_handle *out) {
            Hook hook = fake::named("on_store", user);
            hook.store = fn;
            return me(s).add(hook, out);
        };
        table.stored = [](roomd_self *s, roomd_ticket, const roomd_stored *results, std::size_t n) {
            std::string what = "stored";
            for (std::size_t i = 0; i < n; ++i)
                what += " " + std::to_string(results[i].status) + fake::text(results[i].id) +
                        fake::text(results[i].code);
            return me(s).note(what);
        };
        table.on_spool = [](roomd_self *s, roomd_spool_fn fn, void *user, roomd_handle *out) {
            Hook hook = fake::named("on_spool", user);
            hook.spool = fn;
            return me(s).add(hook, out);
        };
        table.spooled = [](roomd_self *s, roomd_ticket, const roomd_spooled *said) {
            return me(s).note("spooled " + std::to_string(said->status) + " " +
                              std::to_string(said->id) + fake::text(said->text) +
                              fake::text(said->code));
        };
        table.spool = [](roomd_self *s, const roomd_spool *what, roomd_spooled_fn fn, void *user) {
            me(s).note("spool " + std::to_string(what->what) + fake::text(what->line) + " " +
                       std::to_string(what->id) + fake::text(what->text));
            const roomd_spooled said{sizeof said, ROOMD_OK, 5, 1, 0, {"next", 4}, {}, {}};
            if (fn != nullptr) fn(user, &said);
            return ROOMD_OK;
        };
        table.route = [](roomd_self *s, const roomd_route *r, roomd_request_fn fn, void *user,
                         roomd_handle *out) {
            Hook hook = fake::named("route", user, {}, r->path);
            hook.request = fn;
            hook.method = fake::text(r->method);
            hook.scope = fake::text(r->scope);
            hook.flags = r->flags;
            for (std::size_t i = 0; i < r->n_headers; ++i)
                hook.headers.push_back(fake::text(r->headers[i]));
            return me(s).add(hook, out);
        };
        table.metric = [](roomd_self *s, roomd_metric kind, roomd_str name, roomd_str,
                          roomd_handle *out) {
            const char *what = kind == ROOMD_COUNTER ? "counter"
                               : kind == ROOMD_GAUGE ? "gauge"
                                                     : "histogram";
            Hook hook = fake::named(what, nullptr, {}, name);
            return me(s).add(hook, out);
        };
        table.metric_add = [](roomd_self *s, roomd_handle h, double by) {
            me(s).metrics[me(s).hooks.at(h).pattern] += by;
        };
        table.metric_set = [](roomd_self *s, roomd_handle h, double to) {
            me(s).metrics[me(s).hooks.at(h).pattern] = to;
        };
        table.cancel = [](roomd_self *s, roomd_handle h) { me(s).hooks.erase(h); };
    }

    roomd_self *self() { return reinterpret_cast<roomd_self *>(this); }
    // The hook that stands in a slot, for a path, pattern or (else) namespace.
    const Hook *hook(std::string_view slot, std::string_view which = {}) const {
        for (const auto &[id, hook] : hooks) {
            if (hook.slot == slot && (which.empty() || hook.pattern == which || hook.nsp == which))
                return &hook;
        }
        return nullptr;
    }
    // Tells the results of what was sent, in order, as if it all had gone to two clients.
    void work_off(roomd_status status = ROOMD_OK, std::string_view code = {},
                  std::string_view pointer = {}) {
        auto all = std::exchange(sent, {});
        for (std::size_t i = 0; i < all.size(); ++i) {
            worked.push_back(all[i]);
            if (all[i].fn == nullptr) continue;
            std::vector<roomd_str> rooms;
            for (const auto &room : all[i].rooms)
                rooms.push_back({room.data(), room.size()});
            roomd_emitted what{};
            what.struct_size = sizeof what;
            what.recipients = 2;
            what.duplicate = duplicate ? 1 : 0;
            what.id = {"e-1", 3};
            what.rooms = rooms.data();
            what.n_rooms = rooms.size();
            what.index = i;
            what.stored = status == ROOMD_OK && (all[i].flags & ROOMD_EMIT_DURABLE) != 0 ? 1 : 0;
            what.code = {code.data(), code.size()};
            what.pointer = {pointer.data(), pointer.size()};
            what.text = {"said no", status == ROOMD_OK ? 0u : 7u};
            all[i].fn(all[i].user, status, &what);
        }
    }
    // One HTTP request to a route; the answer is the last of `answers`.
    void request(std::string_view path, std::string_view body,
                 std::vector<std::pair<std::string, std::string>> headers = {{"content-type",
                                                                              "application/json"}},
                 std::string_view key = {}, std::string_view actual_path = {},
                 std::string_view query = "{}") {
        std::vector<roomd_field> fields;
        for (const auto &[name, value] : headers)
            fields.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
        const auto where = actual_path.empty() ? path : actual_path;
        roomd_request r{};
        r.struct_size = sizeof r;
        r.ticket = ++last_ticket;
        r.path = {where.data(), where.size()};
        r.query = {query.data(), query.size()};
        r.key = {key.data(), key.size()};
        r.headers = fields.data();
        r.n_headers = fields.size();
        r.body = {body.data(), body.size()};
        const auto *route = hook("route", path);
        route->request(route->user, &r);
    }

    roomd_host table{};
    roomd_status next = ROOMD_OK; // what functions answer
    bool duplicate = false;
    std::vector<std::string> calls;
    std::vector<std::pair<roomd_level, std::string>> logged;
    std::vector<Sent> sent, worked;
    std::vector<Answered> answers;
    std::map<roomd_handle, Hook> hooks;
    std::map<std::string, double> metrics;
    std::pair<roomd_answer_fn, void *> asked{};
    std::pair<roomd_replies_fn, void *> asked_all{};
    std::pair<roomd_clients_fn, void *> counted{};
    std::pair<roomd_described_fn, void *> described{};
    std::vector<std::pair<roomd_found_fn, void *>> finds;
    std::vector<std::pair<roomd_moved_fn, void *>> moves;
    std::pair<roomd_text_fn, void *> stated{};
    std::vector<std::pair<roomd_task_fn, void *>> posted;
    roomd_ticket last_ticket = 0;

private:
    static FakeHost &me(roomd_self *self) { return *reinterpret_cast<FakeHost *>(self); }
    roomd_status note(std::string call) {
        calls.push_back(std::move(call));
        return next;
    }
    roomd_status add(Hook hook, roomd_handle *out) {
        calls.push_back(hook.slot);
        if (next != ROOMD_OK) return next;
        *out = ++last_handle_;
        hooks.emplace(last_handle_, std::move(hook));
        return ROOMD_OK;
    }
    roomd_handle last_handle_ = 0;
};

} // namespace roomd::test
