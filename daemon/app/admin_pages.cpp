#include "app/admin_pages.hpp"

#include "app/reload.hpp"
#include "app/shard.hpp"
#include "app/version.hpp"
#include "dispatch/identities.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <unistd.h>

namespace roomd::app {
namespace {

std::string_view text(host::State state) {
    switch (state) {
    case host::State::up: return "up";
    case host::State::degraded: return "degraded";
    case host::State::down: return "down";
    }
    return "";
}

} // namespace

std::string stats_page(const Shard &shard, std::string_view config, std::int64_t uptime_seconds) {
    const dispatch::Stats stats = shard.router.stats(0);
    const session::Sessions &sessions = shard.sessions;
    const auto &eio = sessions.totals();
    const auto &http = shard.server.totals();
    return json::Object()
        .text("version", version)
        .number("pid", static_cast<std::uint64_t>(getpid()))
        .text("config", config)
        .number("uptime", static_cast<std::uint64_t>(uptime_seconds))
        .flag("draining", shard.pages.draining())
        .raw("listen", json::list(shard.server.addresses()))
        .number("connections", http.open)
        .number("sessions_polling", sessions.count(session::Transport::polling))
        .number("sessions_websocket", sessions.count(session::Transport::websocket))
        .number("clients", stats.clients)
        .number("rooms", stats.rooms)
        .number("emits", stats.emits)
        .number("deliveries", stats.deliveries)
        .number("events_received", stats.events_in)
        .number("joins_refused", stats.joins_refused)
        .number("sessions_opened", eio.opened)
        .number("sessions_closed", eio.closed)
        .number("slow_clients", eio.slow)
        .number("backlog_closed", eio.shed)
        .number("backlog_bytes", sessions.waiting())
        .number("volatile_dropped", eio.dropped_volatile)
        .number("bytes_sent", eio.bytes_out)
        .number("http_requests", http.http_requests)
        .number("refused_limit", http.refused_limit)
        .number("refused_origin", http.refused_origin)
        .number("bad_requests", http.bad_requests)
        .done();
}

std::string rooms_page(const Shard &shard, std::string_view prefix, std::size_t limit) {
    std::vector<dispatch::Stats::Room> rooms;
    const std::size_t total = shard.router.rooms(prefix, limit, rooms);
    json::List list;
    for (const auto &room : rooms)
        list.raw(json::Object()
                     .text("namespace", room.nsp)
                     .text("room", room.name)
                     .number("members", room.members)
                     .done());
    return json::Object().number("total", total).raw("rooms", list.done()).done();
}

std::string plugins_page(const Shard &shard) {
    json::List list;
    for (const auto &health : shard.plugins.health())
        list.raw(json::Object()
                     .text("instance", health.instance)
                     .text("plugin", health.plugin)
                     .text("version", health.version)
                     .flag("required", health.required)
                     .text("state", text(health.state))
                     .text("why", health.why)
                     .done());
    return json::Object().raw("plugins", list.done()).done();
}

std::string clients_page(const Shard &shard, const std::vector<base::ClientId> &clients,
                         std::size_t limit) {
    constexpr std::size_t rooms_shown = 100;
    json::List list;
    std::size_t shown = 0;
    for (const base::ClientId client : clients) {
        session::Clients::Info info;
        if (shown == limit || !shard.clients.info(client, info)) continue;
        ++shown;
        std::vector<std::string> rooms = shard.router.rooms_of(client);
        std::sort(rooms.begin(), rooms.end());
        if (rooms.size() > rooms_shown) rooms.resize(rooms_shown);
        const bool websocket =
            shard.sessions.transport(info.session) == session::Transport::websocket;
        list.raw(json::Object()
                     .text("id", info.id)
                     .text("namespace", info.nsp)
                     .text("user", dispatch::user_of(shard.router.identity(client)))
                     .text("address", info.handshake->address.text())
                     .text("transport", websocket ? "websocket" : "polling")
                     .raw("rooms", json::list(rooms))
                     .done());
    }
    return json::Object().number("total", clients.size()).raw("clients", list.done()).done();
}

std::string reloaded_page(const Reloaded &what) {
    json::List kept;
    for (const auto &failure : what.kept)
        kept.raw(json::Object().text("plugin", failure.instance).text("why", failure.text).done());
    return json::Object()
        .text("config", what.config)
        .raw("restart", json::list(what.restart))
        .raw("kept", kept.done())
        .done();
}

std::string faults_json(const std::vector<config::Fault> &faults) {
    json::List list;
    for (const auto &fault : faults)
        list.raw(json::Object()
                     .text("path", fault.path)
                     .number("line", fault.mark.line)
                     .number("column", fault.mark.column)
                     .text("what", fault.what)
                     .text("hint", fault.hint)
                     .done());
    return list.done();
}

} // namespace roomd::app
