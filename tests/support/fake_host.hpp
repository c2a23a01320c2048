#pragma once

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
    struct Sent {
        std::string event, nsp, args, key, on_behalf;
        std::vector<std::string> rooms, except, blobs;
        std::uint32_t flags = 0;
        roomd_client to = 0, without = 0;
        roomd_emitted_fn fn = nullptr;
        void *user = nullptr;
    };
    struct Hook {
        std::string slot, nsp, pattern, scope, method;
        std::uint64_t flags = 0;
        std::vector<std::string> headers;
        void *user = nullptr;
        roomd_task_fn task = nullptr;
        roomd_fd_fn fd = nullptr;
        roomd_event_fn event = nullptr;
        roomd_connect_fn connect = nullptr;
        roomd_connect_failed_fn connect_failed = nullptr;
        roomd_join_fn join = nullptr;
        roomd_gone_fn gone = nullptr;
        roomd_connected_fn connected = nullptr;
        roomd_room_fn room = nullptr;
        roomd_publish_fn publish = nullptr;
        roomd_store_fn store = nullptr;
        roomd_request_fn request = nullptr;
        std::uint32_t delay = 0, every = 0, interest = 0;
        int descriptor = -1;
    };
    struct Answered {
        roomd_ticket ticket = 0;
        int status = 0; // HTTP, or 1/0 for a verdict
        std::string body, data, type;
        std::vector<std::pair<std::string, std::string>> headers;
        std::int64_t expires = 0;
    };

    FakeHost() {
        table.struct_size = sizeof table;
        table.abi_minor = ROOMD_ABI_MINOR;
        table.log = [](roomd_self *s, roomd_level level, roomd_str message, const roomd_field *f,
                       std::size_t n) {
            auto line = text(message);
            for (std::size_t i = 0; i < n; ++i)
                line += " " + text(f[i].key) + "=" + text(f[i].value);
            me(s).logged.emplace_back(level, line);
        };
        table.emit = [](roomd_self *s, const roomd_emit *e, roomd_emitted_fn fn, void *user) {
            me(s).calls.push_back("emit");
            if (me(s).next == ROOMD_OK) me(s).sent.push_back(copy(*e, fn, user));
            return me(s).next;
        };
        table.emit_all = [](roomd_self *s, const roomd_emit *e, std::size_t n, roomd_emitted_fn fn,
                            void *user) {
            me(s).calls.push_back("emit_all");
            for (std::size_t i = 0; i < n && me(s).next == ROOMD_OK; ++i)
                me(s).sent.push_back(copy(e[i], fn, user));
            return me(s).next;
        };
        table.ask = [](roomd_self *s, const roomd_emit *e, std::uint32_t ms, roomd_answer_fn fn,
                       void *user) {
            me(s).calls.push_back("ask " + std::to_string(ms));
            if (me(s).next != ROOMD_OK) return me(s).next;
            me(s).sent.push_back(copy(*e, nullptr, user));
            me(s).asked = {fn, user};
            return ROOMD_OK;
        };
        table.ask_all = [](roomd_self *s, const roomd_emit *e, std::uint32_t ms,
                           roomd_replies_fn fn, void *user) {
            me(s).calls.push_back("ask_all " + std::to_string(ms));
            if (me(s).next != ROOMD_OK) return me(s).next;
            me(s).sent.push_back(copy(*e, nullptr, user));
            me(s).asked_all = {fn, user};
            return ROOMD_OK;
        };
        table.ack = [](roomd_self *s, roomd_ticket t, const roomd_args *a) {
            me(s).calls.push_back("ack");
            if (me(s).next == ROOMD_OK)
                me(s).answers.push_back({t, 0, text(a->json), {}, {}, {}, 0});
            return me(s).next;
        };
        table.verdict = [](roomd_self *s, roomd_ticket t, const roomd_verdict *v) {
            me(s).calls.push_back("verdict");
            if (me(s).next == ROOMD_OK)
                me(s).answers.push_back({t,
                                         static_cast<int>(v->accept),
                                         text(v->accept != 0 ? v->identity : v->message),
                                         text(v->data),
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
                         text(r->content_type),
                         {},
                         0};
            for (std::size_t i = 0; i < r->n_headers; ++i)
                out.headers.emplace_back(text(r->headers[i].key), text(r->headers[i].value));
            me(s).answers.push_back(std::move(out));
            return ROOMD_OK;
        };
        table.join = [](roomd_self *s, roomd_client c, roomd_str room) {
            return me(s).note("join " + std::to_string(c) + " " + text(room));
        };
        table.set_data = [](roomd_self *s, roomd_client c, roomd_str json) {
            return me(s).note("set_data " + std::to_string(c) + " " + text(json));
        };
        table.leave = [](roomd_self *s, roomd_client c, roomd_str room) {
            return me(s).note("leave " + std::to_string(c) + " " + text(room));
        };
        table.disconnect = [](roomd_self *s, roomd_client c, int close, roomd_str why) {
            return me(s).note("disconnect " + std::to_string(c) + " " + std::to_string(close) +
                              " " + text(why));
        };
        table.kick = [](roomd_self *s, roomd_str user, int close, roomd_str why) {
            return me(s).note("kick " + text(user) + " " + std::to_string(close) + " " + text(why));
        };
        table.members = [](roomd_self *s, roomd_str nsp, roomd_str room, roomd_clients_fn fn,
                           void *user) {
            if (me(s).next == ROOMD_OK) me(s).counted = {fn, user};
            return me(s).note("members " + text(nsp) + " " + text(room));
        };
        table.clients = [](roomd_self *s, roomd_str nsp, roomd_client after, std::uint32_t limit,
                           roomd_clients_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).counted = {fn, user};
            return me(s).note("clients " + text(nsp) + " " + std::to_string(after) + " " +
                              std::to_string(limit));
        };
        table.describe = [](roomd_self *s, roomd_client c, roomd_described_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).described = {fn, user};
            return me(s).note("describe " + std::to_string(c));
        };
        table.find = [](roomd_self *s, const roomd_whom *w, roomd_client after, std::uint32_t limit,
                        roomd_found_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).finds.emplace_back(fn, user);
            return me(s).note("find " + whom(*w) + " after " + std::to_string(after) + " limit " +
                              std::to_string(limit));
        };
        table.move = [](roomd_self *s, const roomd_whom *w, const roomd_move *m, roomd_moved_fn fn,
                        void *user) {
            if (me(s).next == ROOMD_OK) me(s).moves.emplace_back(fn, user);
            std::string call = "move " + whom(*w) + " " + std::to_string(m->what);
            for (std::size_t i = 0; i < m->n_rooms; ++i)
                call += " " + text(m->rooms[i]);
            return me(s).note(call + (m->reason.len > 0 ? " because " + text(m->reason) : ""));
        };
        table.stats = [](roomd_self *s, roomd_text_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).stated = {fn, user};
            return me(s).note("stats");
        };
        table.health = [](roomd_self *s, roomd_health h, roomd_str why) {
            me(s).note("health " + std::to_string(h) + " " + text(why));
        };
        table.post = [](roomd_self *s, roomd_task_fn fn, void *user) {
            if (me(s).next == ROOMD_OK) me(s).posted.emplace_back(fn, user);
            return me(s).note("post");
        };
        table.timer = [](roomd_self *s, std::uint32_t delay, std::uint32_t every, roomd_task_fn fn,
                         void *user, roomd_handle *out) {
            Hook hook = named("timer", user);
            hook.task = fn;
            hook.delay = delay;
            hook.every = every;
            return me(s).add(hook, out);
        };
        table.watch = [](roomd_self *s, int fd, std::uint32_t interest, roomd_fd_fn fn, void *user,
                         roomd_handle *out) {
            Hook hook = named("watch", user);
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
            return me(s).note("keep_header " + text(name));
        };
        table.on_event = [](roomd_self *s, roomd_str nsp, roomd_str pattern, roomd_event_fn fn,
                            void *user, roomd_handle *out) {
            Hook hook = named("on_event", user, nsp, pattern);
            hook.event = fn;
            return me(s).add(hook, out);
        };
        table.on_connect = [](roomd_self *s, roomd_str nsp, roomd_connect_fn fn, void *user,
                              roomd_handle *out) {
            Hook hook = named("on_connect", user, nsp);
            hook.connect = fn;
            return me(s).add(hook, out);
        };
        table.on_connect_failed = [](roomd_self *s, roomd_str nsp, roomd_connect_failed_fn fn,
                                     void *user, roomd_handle *out) {
            Hook hook = named("on_connect_failed", user, nsp);
            hook.connect_failed = fn;
            return me(s).add(hook, out);
        };
        table.on_join = [](roomd_self *s, roomd_str nsp, roomd_str pattern, roomd_join_fn fn,
                           void *user, roomd_handle *out) {
            Hook hook = named("on_join", user, nsp, pattern);
            hook.join = fn;
            return me(s).add(hook, out);
        };
        table.on_disconnect = [](roomd_self *s, roomd_str nsp, roomd_gone_fn fn, void *user,
                                 roomd_handle *out) {
            Hook hook = named("on_disconnect", user, nsp);
            hook.gone = fn;
            return me(s).add(hook, out);
        };
        table.on_connected = [](roomd_self *s, roomd_str nsp, roomd_connected_fn fn, void *user,
                                roomd_handle *out) {
            Hook hook = named("on_connected", user, nsp);
            hook.connected = fn;
            return me(s).add(hook, out);
        };
        table.on_room = [](roomd_self *s, roomd_str nsp, roomd_str pattern, roomd_room_fn fn,
                           void *user, roomd_handle *out) {
            Hook hook = named("on_room", user, nsp, pattern);
            hook.room = fn;
            return me(s).add(hook, out);
        };
        table.on_publish = [](roomd_self *s, roomd_publish_fn fn, void *user, roomd_handle *out) {
            Hook hook = named("on_publish", user);
            hook.publish = fn;
            return me(s).add(hook, out);
        };
        table.on_store = [](roomd_self *s, roomd_store_fn fn, void *user, roomd_handle *out) {
            Hook hook = named("on_store", user);
            hook.store = fn;
            return me(s).add(hook, out);
        };
        table.stored = [](roomd_self *s, roomd_ticket, const roomd_stored *results, std::size_t n) {
            std::string what = "stored";
            for (std::size_t i = 0; i < n; ++i)
                what += " " + std::to_string(results[i].status) + text(results[i].id) +
                        text(results[i].code);
            return me(s).note(what);
        };
        table.route = [](roomd_self *s, const roomd_route *r, roomd_request_fn fn, void *user,
                         roomd_handle *out) {
            Hook hook = named("route", user, {}, r->path);
            hook.request = fn;
            hook.method = text(r->method);
            hook.scope = text(r->scope);
            hook.flags = r->flags;
            for (std::size_t i = 0; i < r->n_headers; ++i)
                hook.headers.push_back(text(r->headers[i]));
            return me(s).add(hook, out);
        };
        table.metric = [](roomd_self *s, roomd_metric kind, roomd_str name, roomd_str,
                          roomd_handle *out) {
            Hook hook = named(kind == ROOMD_COUNTER ? "counter" : "gauge", nullptr, {}, name);
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
    static std::string text(roomd_str s) { return s.len == 0 ? "" : std::string(s.ptr, s.len); }
    // "user u1 of * for key": what is there.
    static std::string whom(const roomd_whom &w) {
        std::string out;
        for (const auto &[word, value] :
             {std::pair("user ", w.user), std::pair("client ", w.id), std::pair("room ", w.room),
              std::pair("of ", w.nsp), std::pair("for ", w.on_behalf)})
            if (value.len > 0) out += (out.empty() ? "" : " ") + std::string(word) + text(value);
        return out;
    }
    static Hook named(std::string slot, void *user, roomd_str nsp = {}, roomd_str pattern = {}) {
        Hook hook;
        hook.slot = std::move(slot);
        hook.user = user;
        hook.nsp = text(nsp);
        hook.pattern = text(pattern);
        return hook;
    }
    static Sent copy(const roomd_emit &e, roomd_emitted_fn fn, void *user) {
        Sent out;
        out.event = text(e.event);
        out.nsp = text(e.nsp);
        out.args = text(e.args.json);
        out.key = text(e.key);
        out.on_behalf = text(e.on_behalf);
        for (std::size_t i = 0; i < e.n_rooms; ++i)
            out.rooms.push_back(text(e.rooms[i]));
        for (std::size_t i = 0; i < e.n_except; ++i)
            out.except.push_back(text(e.except[i]));
        for (std::size_t i = 0; i < e.args.n_blobs; ++i)
            out.blobs.emplace_back(static_cast<const char *>(e.args.blobs[i].ptr),
                                   e.args.blobs[i].len);
        out.flags = e.flags;
        out.to = e.to;
        out.without = e.without;
        out.fn = fn;
        out.user = user;
        return out;
    }
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
