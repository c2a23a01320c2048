#include "base/plugin_name.hpp"
#include "base/text.hpp"
#include "host/library.hpp"
#include "host/patterns.hpp"
#include "host/self.hpp"
#include "host/table.hpp"
#include "host/validate.hpp"
#include "rooms/names.hpp"

#include <iterator>
#include <utility>

// The [home] functions: they act at once, on the instance's handles.

namespace roomd::host {
namespace {

struct Home {
    Handles *handles = nullptr;
    roomd_status status = ROOMD_OK; // why the call is refused
};

void tell_wrong_thread(roomd_self &self, const char *function) noexcept {
    const roomd_field field{str("function"), str(function)};
    self.write(ROOMD_LOG_ERROR, "plugin called a [home] function from another thread", &field, 1);
}

// Whether it may act now: on its own thread, and not once the stop began.
Home enter(roomd_self *self, const char *function) noexcept {
    if (self == nullptr) return {nullptr, ROOMD_INVALID};
    switch (self->where()) {
    case Intake::Where::here: return {self->handles, ROOMD_OK};
    case Intake::Where::stopping:
    case Intake::Where::closed: return {nullptr, ROOMD_STOPPING};
    case Intake::Where::elsewhere: break;
    }
    tell_wrong_thread(*self, function);
    return {nullptr, ROOMD_INVALID};
}

bool is_pattern(roomd_str pattern) noexcept {
    constexpr std::size_t longest =
        rooms::max_kind + 1 + rooms::max_id + 1; // of a room, and a star
    if (pattern.len == 0 || !is_text(pattern, longest)) return false;
    const std::size_t at = view(pattern).find('*');
    return at == std::string_view::npos || at + 1 == pattern.len;
}

std::string nsp_of(roomd_str nsp) {
    return nsp.len == 0 ? "/" : std::string(view(nsp));
}

roomd_status timer(roomd_self *self, std::uint32_t delay_ms, std::uint32_t every_ms,
                   roomd_task_fn fn, void *user, roomd_handle *out) noexcept {
    const Home home = enter(self, "timer");
    if (home.handles == nullptr) return home.status;
    if (fn == nullptr || out == nullptr) return ROOMD_INVALID;
    return home.handles->timer(delay_ms, every_ms, fn, user, *out);
}

roomd_status watch(roomd_self *self, int fd, std::uint32_t events, roomd_fd_fn fn, void *user,
                   roomd_handle *out) noexcept {
    const Home home = enter(self, "watch");
    if (home.handles == nullptr) return home.status;
    if (fn == nullptr || out == nullptr || fd < 0) return ROOMD_INVALID;
    return home.handles->watch(fd, events, fn, user, *out);
}

roomd_status rearm(roomd_self *self, roomd_handle id, std::uint32_t events) noexcept {
    const Home home = enter(self, "rearm");
    if (home.handles == nullptr) return home.status;
    return home.handles->rearm(id, events);
}

roomd_status keep_header(roomd_self *self, roomd_str name) noexcept {
    const Home home = enter(self, "keep_header");
    if (home.handles == nullptr) return home.status;
    if (!is_header_name(view(name))) return ROOMD_INVALID;
    return home.handles->keep_header(base::lower(view(name)));
}

roomd_status refuse_pattern(roomd_self &self, const char *function, roomd_str pattern,
                            const char *why) noexcept {
    const roomd_field fields[] = {
        {str("function"), str(function)}, {str("pattern"), pattern}, {str("why"), str(why)}};
    self.write(ROOMD_LOG_ERROR, "plugin's hook can never be called", fields, std::size(fields));
    return ROOMD_INVALID;
}

using WhyNever = const char *(*)(std::string_view pattern);

template <class Fn>
roomd_status hook(roomd_self *self, const char *what, HookList<Fn> Handles::*list, roomd_str nsp,
                  roomd_str pattern, Fn fn, void *user, roomd_handle *out,
                  WhyNever why_never = nullptr) noexcept {
    const Home home = enter(self, what);
    if (home.handles == nullptr) return home.status;
    if (fn == nullptr || out == nullptr || !is_nsp_pattern(nsp) || !is_pattern(pattern)) {
        return ROOMD_INVALID;
    }
    if (const char *const why = why_never_namespace(nsp_of(nsp)))
        return refuse_pattern(*self, what, nsp, why);
    if (const char *const why = why_never != nullptr ? why_never(view(pattern)) : nullptr)
        return refuse_pattern(*self, what, pattern, why);
    Handles &handles = *home.handles;
    return handles.hook(handles.*list, nsp_of(nsp), std::string(view(pattern)), fn, user, *out);
}

constexpr roomd_str any{"*", 1};

roomd_status on_event(roomd_self *self, roomd_str nsp, roomd_str pattern, roomd_event_fn fn,
                      void *user, roomd_handle *out) noexcept {
    return hook(self, "on_event", &Handles::events, nsp, pattern, fn, user, out, why_never_event);
}

roomd_status on_connect(roomd_self *self, roomd_str nsp, roomd_connect_fn fn, void *user,
                        roomd_handle *out) noexcept {
    return hook(self, "on_connect", &Handles::connects, nsp, any, fn, user, out);
}

roomd_status on_connect_failed(roomd_self *self, roomd_str nsp, roomd_connect_failed_fn fn,
                               void *user, roomd_handle *out) noexcept {
    return hook(self, "on_connect_failed", &Handles::connect_faileds, nsp, any, fn, user, out);
}

roomd_status on_join(roomd_self *self, roomd_str nsp, roomd_str pattern, roomd_join_fn fn,
                     void *user, roomd_handle *out) noexcept {
    return hook(self, "on_join", &Handles::joins, nsp, pattern, fn, user, out, why_never_room);
}

roomd_status on_disconnect(roomd_self *self, roomd_str nsp, roomd_gone_fn fn, void *user,
                           roomd_handle *out) noexcept {
    return hook(self, "on_disconnect", &Handles::gones, nsp, any, fn, user, out);
}

roomd_status on_connected(roomd_self *self, roomd_str nsp, roomd_connected_fn fn, void *user,
                          roomd_handle *out) noexcept {
    return hook(self, "on_connected", &Handles::connecteds, nsp, any, fn, user, out);
}

roomd_status on_room(roomd_self *self, roomd_str nsp, roomd_str pattern, roomd_room_fn fn,
                     void *user, roomd_handle *out) noexcept {
    return hook(self, "on_room", &Handles::rooms, nsp, pattern, fn, user, out, why_never_room);
}

roomd_status on_publish(roomd_self *self, roomd_publish_fn fn, void *user,
                        roomd_handle *out) noexcept {
    const Home home = enter(self, "on_publish");
    if (home.handles == nullptr) return home.status;
    if (fn == nullptr || out == nullptr) return ROOMD_INVALID;
    return home.handles->publish(fn, user, *out);
}

roomd_status on_store(roomd_self *self, roomd_store_fn fn, void *user, roomd_handle *out) noexcept {
    const Home home = enter(self, "on_store");
    if (home.handles == nullptr) return home.status;
    if (fn == nullptr || out == nullptr) return ROOMD_INVALID;
    return home.handles->store(fn, user, *out);
}

roomd_status on_spool(roomd_self *self, roomd_spool_fn fn, void *user, roomd_handle *out) noexcept {
    const Home home = enter(self, "on_spool");
    if (home.handles == nullptr) return home.status;
    if (fn == nullptr || out == nullptr) return ROOMD_INVALID;
    return home.handles->spool(fn, user, *out);
}

roomd_status route(roomd_self *self, const roomd_route *route, roomd_request_fn fn, void *user,
                   roomd_handle *out) noexcept {
    const Home home = enter(self, "route");
    if (home.handles == nullptr) return home.status;
    if (route == nullptr || fn == nullptr || out == nullptr) return ROOMD_INVALID;
    HttpRoute taken;
    const roomd_status status = validate_and_copy(*route, taken);
    if (status != ROOMD_OK) return status;
    return home.handles->route(std::move(taken), fn, user, *out);
}

bool known(roomd_metric kind) noexcept {
    return kind == ROOMD_COUNTER || kind == ROOMD_GAUGE || kind == ROOMD_HISTOGRAM;
}

roomd_status metric(roomd_self *self, roomd_metric kind, roomd_str name, roomd_str help,
                    roomd_handle *out) noexcept {
    const Home home = enter(self, "metric");
    if (home.handles == nullptr) return home.status;
    if (out == nullptr || !known(kind)) return ROOMD_INVALID;
    if (!base::is_plugin_name(view(name)) || !is_text(help)) return ROOMD_INVALID;
    MetricValue value;
    value.name = view(name);
    value.help = base::printable(view(help));
    value.kind = kind == ROOMD_COUNTER ? metrics::Kind::counter
                 : kind == ROOMD_GAUGE ? metrics::Kind::gauge
                                       : metrics::Kind::histogram;
    return home.handles->metric(std::move(value), *out);
}

void cancel(roomd_self *self, roomd_handle id) noexcept {
    if (self == nullptr || id == 0) return;
    const Intake::Where where = self->where();
    // Also while stopping: destructors of handles run there.
    if (where == Intake::Where::here || where == Intake::Where::stopping) self->handles->cancel(id);
    if (where == Intake::Where::elsewhere) tell_wrong_thread(*self, "cancel");
}

} // namespace

void add_home_functions(roomd_host &table) noexcept {
    table.timer = timer;
    table.watch = watch;
    table.rearm = rearm;
    table.keep_header = keep_header;
    table.on_event = on_event;
    table.on_connect = on_connect;
    table.on_connect_failed = on_connect_failed;
    table.on_join = on_join;
    table.on_disconnect = on_disconnect;
    table.on_connected = on_connected;
    table.on_room = on_room;
    table.on_publish = on_publish;
    table.on_store = on_store;
    table.on_spool = on_spool;
    table.route = route;
    table.metric = metric;
    table.cancel = cancel;
}

} // namespace roomd::host
