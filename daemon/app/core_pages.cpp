#include "app/core_pages.hpp"

#include "app/version.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <utility>

namespace roomd::app {
namespace {

net::Response answer(pages::Page page) {
    net::Response out;
    out.status = page.status;
    out.content_type = page.content_type;
    out.headers.emplace_back("Cache-Control", "no-store");
    out.body = std::move(page.body);
    return out;
}

pages::Part part(const host::InstanceHealth &health) {
    pages::Part out;
    out.name = health.instance;
    out.state =
        health.state == host::State::down ? pages::Part::State::down : pages::Part::State::degraded;
    out.why = health.why;
    return out;
}

pages::Part part(const KeySets::Report &issuer) {
    constexpr std::size_t longest = 100;
    pages::Part out;
    out.name =
        issuer.issuer.empty() ? "issuer" : "issuer " + base::printable(issuer.issuer, longest);
    out.state = issuer.has_keys ? pages::Part::State::degraded : pages::Part::State::down;
    out.why = issuer.why;
    if (issuer.has_keys) out.why += "; those of " + base::iso8601(issuer.fetched_ms) + " are used";
    return out;
}

void add_key_sets(std::vector<metrics::Family> &out, const std::vector<KeySets::Report> &issuers) {
    if (issuers.empty()) return;
    using metrics::Kind;
    metrics::Family fetches{"roomd_issuer_key_fetches_total",
                            "Times an issuer's keys were to be fetched",
                            Kind::counter,
                            {}};
    metrics::Family failures{"roomd_issuer_key_fetch_failures_total",
                             "Times they could not be fetched or used",
                             Kind::counter,
                             {}};
    metrics::Family age{"roomd_issuer_keys_age_seconds",
                        "Time since the keys in use were fetched",
                        Kind::gauge,
                        {}};
    const std::int64_t now = base::unix_ms();
    for (const KeySets::Report &issuer : issuers) {
        const metrics::Labels labels{{"issuer", issuer.issuer}};
        fetches.samples.push_back({labels, static_cast<double>(issuer.fetches)});
        failures.samples.push_back({labels, static_cast<double>(issuer.failures)});
        if (issuer.has_keys)
            age.samples.push_back({labels, static_cast<double>(now - issuer.fetched_ms) / 1000});
    }
    for (metrics::Family *family : {&fetches, &failures, &age})
        if (!family->samples.empty()) out.push_back(std::move(*family));
}

void add_certificates(std::vector<metrics::Family> &out, const net::Server &server) {
    metrics::Family expiry{"roomd_certificate_expiry_timestamp_seconds",
                           "When a certificate, or one of its chain, expires, as Unix time",
                           metrics::Kind::gauge,
                           {}};
    std::string listener;
    std::size_t index = 0;
    for (const auto &[name, file, validity] : server.certificates()) {
        index = name == listener ? index + 1 : 0; // 0: the default one
        listener = name;
        expiry.samples.push_back({{{"listener", name}, {"certificate", std::to_string(index)}},
                                  static_cast<double>(validity.until_ms) / 1000});
    }
    if (!expiry.samples.empty()) out.push_back(std::move(expiry));
}

double number(std::size_t value) {
    return static_cast<double>(value);
}

void add_portals(std::vector<metrics::Family> &out, const dispatch::Stats &stats) {
    using Count = std::uint64_t dispatch::PortalCount::*;
    const auto add = [&](const char *name, const char *help, Count count) {
        metrics::Family family{name, help, metrics::Kind::counter, {}};
        for (const auto &[portal, counts] : stats.portals)
            family.samples.push_back({{{"portal", portal}}, static_cast<double>(counts.*count)});
        if (!family.samples.empty()) out.push_back(std::move(family));
    };
    add("roomd_portal_connects_total", "Clients admitted, by portal (none: no Origin header)",
        &dispatch::PortalCount::connects);
    add("roomd_portal_connects_refused_total", "CONNECTs refused, by portal",
        &dispatch::PortalCount::connects_refused);
    add("roomd_portal_joins_total", "Rooms joined by request or automatically, by portal",
        &dispatch::PortalCount::joins);
    add("roomd_portal_joins_refused_total", "Joins refused, by portal",
        &dispatch::PortalCount::joins_refused);
}

} // namespace

CorePages::CorePages(const Parts &parts, const config::Config &config) : parts_(parts) {
    apply(config);
}

void CorePages::apply(const config::Config &config) {
    service_ = config.service.name;
    catalogue_ = config.catalogue_digest;
}

void CorePages::add_routes() {
    using net::Request, net::Side;
    const auto get = [this](const char *path, Side side, net::Kinds kinds, auto page) {
        net::Route route;
        route.method = "GET";
        route.path = path;
        route.side = side;
        route.kinds = kinds;
        route.headers = Gate::headers();
        route.serve = [this, page](const Request &request) {
            parts_.server.respond(request.id, answer(page(request)));
        };
        return route;
    };
    // Anyone may ask a front listener for the daemon's health; reasons are for operators.
    parts_.server.add_route(
        get("/health", Side::front, net::kind::health, [this](const Request &request) {
            const Gate &gate = parts_.gate;
            const bool operates = gate.holds(request, "metrics") || gate.holds(request, "admin");
            return pages::health(snapshot(),
                                 operates ? pages::Detail::reasons : pages::Detail::names);
        }));
    parts_.server.add_route(get("/health", Side::admin, 0, [this](const Request &) {
        return pages::health(snapshot(), pages::Detail::reasons);
    }));
    parts_.server.add_route(get("/ready", Side::both, net::kind::health,
                                [this](const Request &) { return pages::ready(readiness()); }));
    net::Route metrics = get("/metrics", Side::both, net::kind::metrics,
                             [this](const Request &) { return pages::metrics(families()); });
    metrics.admit = [this](const Request &request) {
        return parts_.gate.admit(request, "metrics");
    };
    parts_.server.add_route(std::move(metrics));
}

net::Response CorePages::health() const {
    return answer(pages::health(snapshot(), pages::Detail::reasons));
}

pages::Snapshot CorePages::snapshot() const {
    pages::Snapshot out;
    out.service = service_;
    out.version = version;
    out.catalogue = catalogue_;
    out.websocket = parts_.sessions.options().websocket;
    out.uptime = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started_);
    out.now_ms = base::unix_ms();
    out.draining = draining_;
    for (const auto &health : parts_.plugins.health()) {
        if (health.state != host::State::up) out.ailing.push_back(part(health));
    }
    for (const auto &issuer : parts_.key_sets.report())
        if (!issuer.why.empty()) out.ailing.push_back(part(issuer));
    return out;
}

pages::Readiness CorePages::readiness() const {
    pages::Readiness out;
    out.catalogue = catalogue_;
    out.now_ms = base::unix_ms();
    out.listening = true; // a listener got this request
    out.draining = leaving_;
    for (const auto &health : parts_.plugins.health()) {
        if (health.required && health.state != host::State::up) out.missing.push_back(part(health));
    }
    return out;
}

std::string CorePages::stats_json() const {
    constexpr std::size_t rooms_shown = 1000;
    const dispatch::Stats stats = parts_.router.stats(rooms_shown);
    std::string out = "{\"clients\":" + std::to_string(stats.clients) +
                      ",\"sessions\":" + std::to_string(parts_.sessions.size()) +
                      ",\"rooms\":" + std::to_string(stats.rooms) + ",\"active\":[";
    for (std::size_t i = 0; i < stats.largest.size(); ++i) {
        const auto &room = stats.largest[i];
        out += i == 0 ? "{\"nsp\":" : ",{\"nsp\":";
        json::append_quoted(out, room.nsp);
        out += ",\"room\":";
        json::append_quoted(out, room.name);
        out += ",\"members\":" + std::to_string(room.members) + '}';
    }
    out += "]}";
    return out;
}

std::vector<metrics::Family> CorePages::families() const {
    using metrics::counter;
    using metrics::gauge;
    const auto &sessions = parts_.sessions;
    const auto &eio = sessions.totals();
    const auto &http = parts_.server.totals();
    const dispatch::Stats stats = parts_.router.stats(0);
    metrics::Family open{"roomd_sessions", "Open Engine.IO sessions", metrics::Kind::gauge, {}};
    open.samples.push_back(
        {{{"transport", "polling"}}, number(sessions.count(session::Transport::polling))});
    open.samples.push_back(
        {{{"transport", "websocket"}}, number(sessions.count(session::Transport::websocket))});
    std::vector<metrics::Family> out{
        std::move(open),
        gauge("roomd_clients", "Connected Socket.IO clients", number(stats.clients)),
        gauge("roomd_rooms", "Rooms with members", number(stats.rooms)),
        gauge("roomd_connections", "Open TCP and Unix connections", number(http.open)),
        counter("roomd_sessions_opened_total", "Engine.IO handshakes that succeeded", eio.opened),
        counter("roomd_sessions_closed_total", "Engine.IO sessions that ended", eio.closed),
        counter("roomd_slow_clients_total", "Sessions closed for reading too slowly", eio.slow),
        counter("roomd_backlog_closed_total",
                "Sessions closed because the total backlog reached limits.send_buffer_total",
                eio.shed),
        counter("roomd_aged_sessions_total", "Sessions closed because they reached limits.max_age",
                eio.aged),
        counter("roomd_unread_answers_cut_total",
                "Connections cut because unread answers reached limits.send_buffer_total",
                http.unread_cut),
        counter("roomd_unfinished_cut_total",
                "Connections cut because incomplete input reached limits.receive_total",
                http.unfinished_cut),
        counter("roomd_other_parsers_total",
                "Sessions closed because they used another encoding (msgpack)",
                parts_.clients.other_parsers()),
        counter("roomd_violations_total",
                "Sessions closed because their clients broke the protocol", eio.violations),
        counter("roomd_displaced_sessions_total",
                "Sessions that never joined, closed to make room for others",
                parts_.clients.displaced()),
        gauge("roomd_backlog_bytes", "Bytes queued for clients (upper bound)",
              number(sessions.waiting())),
        gauge("roomd_unread_answers_bytes", "Bytes of unread HTTP answers (upper bound)",
              number(parts_.server.unread())),
        counter("roomd_batched_writes_total", "Writes handed to the kernel in batches (io_uring)",
                parts_.server.batched()),
        counter("roomd_volatile_dropped_total", "Volatile frames dropped", eio.dropped_volatile),
        counter("roomd_upgrades_total", "Polling sessions that became websockets", eio.upgrades),
        counter("roomd_frames_sent_total", "Engine.IO packets written", eio.frames_out),
        counter("roomd_bytes_sent_total", "Bytes of those packets", eio.bytes_out),
        counter("roomd_emits_total", "Emits accepted", stats.emits),
        counter("roomd_deliveries_total", "Clients they were queued for", stats.deliveries),
        counter("roomd_events_received_total", "Events received from clients", stats.events_in),
        counter("roomd_events_given_up_total",
                "Events refused because checking their schema would take too long",
                stats.events_given_up),
        counter("roomd_events_unhandled_total",
                "Events of clients that neither roomd nor a plugin handles",
                stats.events_unhandled),
        counter("roomd_joins_refused_total", "Joins refused", stats.joins_refused),
        counter("roomd_rooms_unformed_total",
                "Automatic rooms that clients are not in because a claim is not a valid room id",
                parts_.router.rooms_unformed().count),
        counter("roomd_tokens_unread_total",
                "Tokens refused unread because their address had sent too many bad ones",
                parts_.router.tokens_unread().count),
        counter("roomd_accepted_total", "Connections accepted", http.accepted),
        counter("roomd_refused_limit_total", "Connections refused at a limit", http.refused_limit),
        counter("roomd_refused_proxy_total",
                "Connections refused by listeners that take the PROXY protocol",
                http.refused_proxy),
        counter("roomd_refused_origin_total", "Requests from origins that are not allowed",
                http.refused_origin),
        counter("roomd_http_requests_total", "HTTP requests", http.http_requests),
        counter("roomd_bad_requests_total", "HTTP requests refused as malformed",
                http.bad_requests),
        counter("roomd_guard_kills_total", "Connections cut by a transport guard",
                http.guard_kills),
        counter("roomd_log_lines_dropped_total", "Log lines dropped because nobody read them",
                parts_.log.dropped()),
    };
    add_portals(out, stats);
    add_key_sets(out, parts_.key_sets.report());
    add_certificates(out, parts_.server);
    for (const auto &metric : parts_.plugins.metrics()) {
        const std::string name = metric.own ? metrics::plugin_name(metric.plugin, metric.name)
                                            : "roomd_plugin_" + metric.name;
        out.push_back(
            {name,
             metric.help,
             metric.counter ? metrics::Kind::counter : metrics::Kind::gauge,
             {{{{"plugin", metric.plugin}, {"instance", metric.instance}}, metric.value}}});
    }
    return out;
}

} // namespace roomd::app
