#include "host/handles.hpp"

#include "host/own_answers.hpp"
#include "host/validate.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <exception>
#include <fcntl.h>
#include <utility>

namespace roomd::host {
namespace {

constexpr std::size_t max_handles = 65536;
constexpr std::uint32_t fd_events = ROOMD_FD_READ | ROOMD_FD_WRITE;

} // namespace

Handles::Handles(Services &services, Calls &calls, Intake &intake) :
    services_(services),
    calls_(calls),
    intake_(intake) {}

Handles::~Handles() {
    clear();
}

bool Handles::full() const noexcept {
    return entries_.size() >= max_handles;
}

roomd_handle Handles::take_id(Entry entry) {
    entries_.emplace(++last_, std::move(entry));
    return last_;
}

roomd_status Handles::timer(std::uint32_t delay_ms, std::uint32_t every_ms, roomd_task_fn fn,
                            void *user, roomd_handle &out) {
    if (full()) return ROOMD_TOO_BIG;
    const roomd_handle id = last_ + 1;
    auto timer = std::make_unique<loop::Timer>(services_.loop, [this, id] { fire_timer(id); });
    timer->start(base::Duration(delay_ms), base::Duration(every_ms));
    out = take_id(TimerEntry{std::move(timer), fn, user, every_ms == 0});
    return ROOMD_OK;
}

void Handles::fire_timer(roomd_handle id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    const auto &entry = std::get<TimerEntry>(found->second);
    const roomd_task_fn fn = entry.fn;
    void *const user = entry.user;
    if (entry.once) entries_.erase(found);
    calls_.run(Call::timer, [&] { fn(user); });
    services_.drain();
}

roomd_status Handles::watch(int fd, std::uint32_t events, roomd_fd_fn fn, void *user,
                            roomd_handle &out) {
    if (full()) return ROOMD_TOO_BIG;
    if ((events & ~fd_events) != 0) return ROOMD_INVALID;
    for (const auto &[id, entry] : entries_) {
        const auto *const other = std::get_if<WatchEntry>(&entry);
        if (other != nullptr && other->fd == fd) return ROOMD_INVALID;
    }
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return ROOMD_INVALID;
    const roomd_handle id = last_ + 1;
    try {
        auto watch = std::make_unique<loop::Watch>(
            services_.loop, fd, [this, id](bool r, bool w) { fire_watch(id, r, w); });
        watch->want((events & ROOMD_FD_READ) != 0, (events & ROOMD_FD_WRITE) != 0);
        out = take_id(WatchEntry{std::move(watch), fd, fn, user});
    } catch (const std::exception &e) {
        services_.log.warning("plugin's descriptor cannot be watched",
                              {{"plugin", intake_.name()}, {"fd", fd}, {"why", e.what()}});
        return ROOMD_INVALID;
    }
    return ROOMD_OK;
}

void Handles::fire_watch(roomd_handle id, bool readable, bool writable) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    const auto &entry = std::get<WatchEntry>(found->second);
    const roomd_fd_fn fn = entry.fn;
    void *const user = entry.user;
    const int fd = entry.fd;
    const std::uint32_t events = (readable ? ROOMD_FD_READ : 0u) | (writable ? ROOMD_FD_WRITE : 0u);
    calls_.run(Call::watch, [&] { fn(user, fd, events); });
    services_.drain();
}

roomd_status Handles::rearm(roomd_handle id, std::uint32_t events) {
    if ((events & ~fd_events) != 0) return ROOMD_INVALID;
    const auto found = entries_.find(id);
    if (found == entries_.end()) return ROOMD_GONE;
    const auto *const entry = std::get_if<WatchEntry>(&found->second);
    if (entry == nullptr) return ROOMD_INVALID;
    entry->watch->want((events & ROOMD_FD_READ) != 0, (events & ROOMD_FD_WRITE) != 0);
    return ROOMD_OK;
}

roomd_status Handles::route(HttpRoute route, roomd_request_fn fn, void *user, roomd_handle &out) {
    if (full()) return ROOMD_TOO_BIG;
    route.serve = [this, fn, user](const HttpRequest &request) { serve(fn, user, request); };
    const std::string method = route.method, path = route.path;
    std::string why;
    const std::uint64_t id = services_.http.add(std::move(route), why);
    if (id == 0) {
        services_.log.error(
            "plugin's route is refused",
            {{"plugin", intake_.name()}, {"method", method}, {"path", path}, {"why", why}});
        return ROOMD_INVALID;
    }
    out = take_id(RouteEntry{id});
    return ROOMD_OK;
}

void Handles::serve(roomd_request_fn fn, void *user, const HttpRequest &request) {
    Ticket ticket;
    ticket.kind = Ticket::Kind::request;
    ticket.exchange = request.id;
    const std::uint64_t id =
        intake_.issue(std::move(ticket), services_.loop.now() + services_.options.request_timeout);
    if (id == 0) {
        services_.http.respond(request.id, busy());
        return;
    }
    std::deque<std::string> kept;
    std::vector<roomd_field> headers;
    headers.reserve(request.headers.size());
    for (const auto &[name, value] : request.headers)
        headers.push_back({str(name), str(as_text(value, kept))});
    roomd_request out{};
    out.struct_size = sizeof out;
    out.secure = request.secure ? 1 : 0;
    out.ticket = id;
    out.method = str(request.method);
    out.path = str(as_text(request.path, kept));
    out.address = str(request.address);
    out.listener = str(request.listener);
    out.query = str(request.query);
    out.key = str(request.key);
    out.headers = headers.data();
    out.n_headers = headers.size();
    out.body = {request.body.data(), request.body.size()};
    const std::string of_request(request.request);
    if (!of_request.empty()) intake_.serves(&of_request);
    calls_.run(Call::request, [&] { fn(user, &out); });
    intake_.serves(nullptr);
    services_.watch_time();
    services_.drain();
}

roomd_status Handles::metric(MetricValue value, roomd_handle &out) {
    if (full()) return ROOMD_TOO_BIG;
    out = take_id(MetricEntry{});
    if (intake_.add_metric(out, std::move(value))) return ROOMD_OK;
    entries_.erase(out);
    out = 0;
    return ROOMD_INVALID;
}

roomd_status Handles::publish(roomd_publish_fn fn, void *user, roomd_handle &out) {
    if (services_.publisher.fn != nullptr) return ROOMD_DENIED;
    services_.publisher = {fn, user, &calls_};
    out = take_id(PublishEntry{});
    return ROOMD_OK;
}

roomd_status Handles::store(roomd_store_fn fn, void *user, roomd_handle &out) {
    if (services_.keeper.fn != nullptr) return ROOMD_DENIED;
    services_.keeper = {fn, user, &calls_, &intake_};
    out = take_id(StoreEntry{});
    return ROOMD_OK;
}

roomd_status Handles::spool(roomd_spool_fn fn, void *user, roomd_handle &out) {
    if (services_.spooler.fn != nullptr) return ROOMD_DENIED;
    services_.spooler = {fn, user, &calls_, &intake_};
    out = take_id(SpoolEntry{});
    return ROOMD_OK;
}

roomd_status Handles::hook(HookList<roomd_room_fn> &list, std::string nsp, std::string pattern,
                           roomd_room_fn fn, void *user, roomd_handle &out) {
    if (full()) return ROOMD_TOO_BIG;
    out = take_id(HookEntry{[this, &list](roomd_handle id) {
        list.remove(id);
        services_.rooms.unlisten();
    }});
    list.add(out, std::move(nsp), std::move(pattern), fn, user);
    services_.rooms.listen();
    return ROOMD_OK;
}

roomd_status Handles::keep_header(std::string name) {
    if (started_) return ROOMD_INVALID;
    if (std::find(kept_headers_.begin(), kept_headers_.end(), name) == kept_headers_.end())
        kept_headers_.push_back(std::move(name));
    return ROOMD_OK;
}

void Handles::cancel(roomd_handle id) noexcept {
    auto taken = entries_.extract(id);
    if (!taken.empty()) release(id, std::move(taken.mapped()));
}

void Handles::release(roomd_handle id, Entry entry) noexcept {
    if (auto *const hook = std::get_if<HookEntry>(&entry)) hook->remove(id);
    if (auto *const route = std::get_if<RouteEntry>(&entry)) services_.http.remove(route->route);
    if (std::holds_alternative<MetricEntry>(entry)) intake_.remove_metric(id);
    if (std::holds_alternative<PublishEntry>(entry)) services_.publisher = {};
    if (std::holds_alternative<StoreEntry>(entry)) services_.keeper = {};
    if (std::holds_alternative<SpoolEntry>(entry)) services_.spooler = {};
    // Timers and watches end with `entry`.
}

std::size_t Handles::clear() noexcept {
    std::size_t count = 0;
    for (; !entries_.empty(); ++count)
        cancel(entries_.begin()->first);
    return count;
}

} // namespace roomd::host
