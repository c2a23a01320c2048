#include "app/admin_pages.hpp"

#include "app/reload.hpp"
#include "app/shard.hpp"
#include "app/version.hpp"
#include "dispatch/identities.hpp"
#include "json/json.hpp"
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

std::string stats_page(const Shard &shard, std::string_view config, std::int64_t uptime_seconds,
                       std::optional<std::uint64_t> lag_us) {
    const dispatch::Stats stats = shard.router.stats(0);
    const session::Sessions &sessions = shard.sessions;
    const auto &eio = sessions.totals();
    const auto &http = shard.server.totals();
    json::Object out;
    out.text("version", version)
        .number("pid", static_cast<std::uint64_t>(getpid()))
        .text("config", config)
        .number("uptime", static_cast<std::uint64_t>(uptime_seconds))
        .flag("draining", shard.pages.leaving())
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
        .number("bad_requests", http.bad_requests);
    if (lag_us) out.number("loop_lag_us", *lag_us);
    return out.done();
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
                         std::size_t total, std::size_t limit) {
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
                     .text("portal", info.handshake->facts->portal)
                     .text("transport", websocket ? "websocket" : "polling")
                     .number("backlog", shard.sessions.behind(info.session))
                     .raw("rooms", json::list(rooms))
                     .done());
    }
    return json::Object().number("total", total).raw("clients", list.done()).done();
}

namespace {

std::string_view text(policy::Join join) {
    switch (join) {
    case policy::Join::automatic: return "auto";
    case policy::Join::request: return "request";
    case policy::Join::never: return "never";
    }
    return "";
}

std::string portals_json(const config::Config &config) {
    json::List list;
    for (const policy::Portal &portal : config.portals) {
        std::vector<std::string> origins;
        for (const policy::OriginPattern &origin : portal.origins)
            origins.push_back(origin.text());
        json::Object out;
        out.text("name", portal.name).raw("origins", json::list(origins));
        if (!portal.roles.empty()) out.raw("roles", json::list(portal.roles));
        list.raw(out.done());
    }
    return list.done();
}

std::string kinds_json(const config::Config &config) {
    json::List list;
    for (const config::RoomKind &kind : config.rooms)
        list.raw(json::Object()
                     .text("name", kind.name)
                     .text("join", text(kind.rules.join))
                     .flag("open", kind.rules.allow_all)
                     .done());
    return list.done();
}

// What a schema says of itself to people.
std::string description_of(std::string_view schema) {
    for (const char *name : {"description", "title"})
        if (const auto said = json::member(schema, name); !said.empty()) return json::string(said);
    return {};
}

std::string event_json(const catalogue::EventConf &event) {
    json::Object out;
    out.text("name", event.name)
        .raw("rooms", json::list(event.rooms))
        .raw("arguments", json::list(event.arguments))
        .flag("volatile", event.droppable);
    if (event.schema.empty()) return out.done();
    const std::string_view schema = json::trim(event.schema);
    out.raw("schema", schema);
    const std::string description = description_of(schema);
    if (!description.empty()) out.text("description", description);
    return out.done();
}

} // namespace

std::string catalogue_page(const config::Config &config, bool mints) {
    std::vector<std::string> namespaces{"/"};
    for (const config::Namespace &nsp : config.namespaces)
        if (nsp.name != "/") namespaces.push_back(nsp.name);
    json::List events;
    for (const catalogue::EventConf &event : config.events)
        events.raw(event_json(event));
    const char *auth = config.auth.mode == config::Auth::Mode::none       ? "none"
                       : config.auth.mode == config::Auth::Mode::optional ? "optional"
                                                                          : "required";
    return json::Object()
        .text("digest", config.catalogue_digest)
        .text("unknown", config.unknown_events ? "allow" : "refuse")
        .text("auth", auth)
        .flag("mint", mints)
        .raw("namespaces", json::list(namespaces))
        .raw("portals", portals_json(config))
        .raw("kinds", kinds_json(config))
        .raw("events", events.done())
        .done();
}

std::string reloaded_page(const Reloaded &what) {
    using Left = host::Registry::Failure::Left;
    json::List kept, stopped;
    for (const auto &failure : what.plugins)
        (failure.left == Left::as_it_was ? kept : stopped)
            .raw(json::Object().text("plugin", failure.instance).text("why", failure.text).done());
    return json::Object()
        .text("config", what.config)
        .raw("restart", json::list(what.restart))
        .raw("kept", kept.done())
        .raw("stopped", stopped.done())
        .raw("credentials", json::list(what.credentials))
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
