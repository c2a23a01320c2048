#include "app/families.hpp"

#include "app/version.hpp"
#include "base/clock.hpp"
#include "roomd/plugin.h"
#include "rooms/kinds.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace roomd::app {
namespace {

using metrics::Family;
using metrics::Kind;

double number(std::size_t value) {
    return static_cast<double>(value);
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

// ---- how long things take -----------------------------------------------------------------

void add_times(std::vector<Family> &out, const Counted &parts) {
    const dispatch::Counters &counters = parts.router.counters();
    out.push_back(metrics::histogram("roomd_emit_flush_seconds",
                                     "From an emit to the end of the flush that sends it",
                                     counters.emits.times()));
    out.push_back(metrics::histogram("roomd_handshake_seconds", "From CONNECT to its answer",
                                     counters.handshakes));
    out.push_back(metrics::histogram("roomd_ping_seconds", "From a ping to its pong",
                                     parts.sessions.pongs()));
    out.push_back(metrics::histogram("roomd_loop_lag_seconds",
                                     "How late the event loop came to its periodic work",
                                     parts.loop_lag));
}

// ---- clients ------------------------------------------------------------------------------

void add_clients(std::vector<Family> &out, const Counted &parts) {
    const dispatch::Counters &counters = parts.router.counters();
    out.push_back(metrics::counts<2>(
        "roomd_portal_clients", "Connected clients, by portal (none: no Origin header)",
        {"portal", "transport"}, parts.clients.counts().population(), Kind::gauge));
    out.push_back(metrics::counts<2>("roomd_connects_total", "Clients admitted",
                                     {"portal", "transport"}, counters.connects));
    metrics::Counts<3> refused = counters.refused;
    parts.clients.counts().refusals().each(
        [&](const auto &names, std::uint64_t count) { refused.add(names, count); });
    out.push_back(metrics::counts<3>("roomd_connects_refused_total", "CONNECTs refused",
                                     {"code", "portal", "transport"}, refused));
    out.push_back(metrics::counts<3>("roomd_disconnects_total", "Clients that left or were closed",
                                     {"reason", "portal", "transport"}, counters.disconnects));
    out.push_back(metrics::counts<2>("roomd_joins_total",
                                     "Rooms joined by request or automatically", {"kind", "portal"},
                                     counters.joins));
    out.push_back(metrics::counts<3>("roomd_joins_refused_total", "Joins refused",
                                     {"kind", "code", "portal"}, counters.joins_refused));
    Family closed{
        "roomd_sessions_closed_total", "Engine.IO sessions that ended", Kind::counter, {}};
    for (std::size_t i = 0; i < session::close_reasons; ++i)
        for (const auto by : {session::Transport::polling, session::Transport::websocket}) {
            const auto reason = static_cast<session::CloseReason>(i);
            const std::uint64_t count = parts.sessions.closed(reason, by);
            if (count > 0)
                closed.samples.push_back({{{"reason", std::string(session::text(reason))},
                                           {"transport", std::string(session::text(by))}},
                                          number(count)});
        }
    out.push_back(std::move(closed));
    Family rooms{"roomd_rooms_by_kind", "Rooms with members, by kind", Kind::gauge, {}};
    const rooms::Kinds &kinds = parts.router.room_kinds();
    kinds.each([&](std::string_view kind, std::size_t count) {
        rooms.samples.push_back({{{"kind", std::string(kind)}}, number(count)});
    });
    rooms.samples.push_back({{{"kind", std::string(metrics::other)}}, number(kinds.others())});
    out.push_back(std::move(rooms));
}

// ---- events -------------------------------------------------------------------------------

void add_emits(std::vector<Family> &out, const Counted &parts) {
    const dispatch::Counters &counters = parts.router.counters();
    out.push_back(metrics::counts<1>("roomd_emits_by_event_total",
                                     "Emits of events in the catalogue (other: of all others)",
                                     {"event"}, counters.events));
    out.push_back(metrics::counts<1>("roomd_emits_by_source_total",
                                     "Emits by the plugin's instance, or client or operator",
                                     {"source"}, counters.sources));
    out.push_back(metrics::counts<1>("roomd_emits_by_key_total",
                                     "Emits by the API key they were sent with", {"key"},
                                     counters.keys));
    Family limited{
        "roomd_key_limited_total", "Events and requests refused at keys[].rate", Kind::counter, {}};
    parts.key_rates.each([&](std::string_view key, std::uint64_t count) {
        limited.samples.push_back({{{"key", std::string(key)}}, number(count)});
    });
    if (!limited.samples.empty()) out.push_back(std::move(limited));
}

// ---- limits -------------------------------------------------------------------------------

template <std::size_t N>
std::uint64_t with(const metrics::Counts<N> &counts, std::size_t label, std::string_view value) {
    std::uint64_t sum = 0;
    counts.each([&](const auto &names, std::uint64_t count) {
        if (names[label] == value) sum += count;
    });
    return sum;
}

void add_limits(std::vector<Family> &out, const Counted &parts) {
    const session::ClientCounts &clients = parts.clients.counts();
    const dispatch::Counters &counters = parts.router.counters();
    const auto &eio = parts.sessions.totals();
    const auto &http = parts.server.totals();
    const std::pair<const char *, std::uint64_t> reached[] = {
        {"connections", http.refused_limit - http.refused_address},
        {"per_address", http.refused_address},
        {"per_user", with(counters.refused, 0, "too_many_connections")},
        {"send_buffer", eio.slow},
        {"send_buffer_total", eio.shed + http.unread_cut},
        {"receive_total", http.unfinished_cut},
        {"held", clients.held},
        {"events_per_second", clients.events_per_second},
        {"connect_timeout", clients.connect_timeout},
        {"max_age", eio.aged},
        {"before_connect", with(clients.refusals(), 0, "token_too_large")},
        {"namespaces_per_session", with(clients.refusals(), 0, "too_many_namespaces")},
        {"rooms_per_client", with(counters.joins_refused, 1, "too_many_rooms")},
        {"max_members", with(counters.joins_refused, 1, "room_full")},
    };
    Family family{"roomd_limit_reached_total",
                  "How often a limit was met, by the name of its key in the configuration",
                  Kind::counter,
                  {}};
    for (const auto &[name, count] : reached)
        family.samples.push_back({{{"limit", name}}, number(count)});
    out.push_back(std::move(family));
}

void add_answers(std::vector<Family> &out, const net::Answers &answers) {
    Family family{"roomd_http_answers_total", "HTTP answers", Kind::counter, {}};
    answers.each([&](std::string_view method, std::string_view path, std::string_view status,
                     std::uint64_t count) {
        metrics::Labels labels;
        if (!method.empty()) labels.emplace_back("method", method);
        labels.emplace_back("route", path);
        labels.emplace_back("status", status);
        family.samples.push_back({std::move(labels), number(count)});
    });
    out.push_back(std::move(family));
}

// ---- plugins ------------------------------------------------------------------------------

void add_plugins(std::vector<Family> &out, const host::Registry &plugins) {
    Family calls = metrics::histogram("roomd_plugin_call_seconds",
                                      "How long calls into plugins took, by hook");
    for (const host::CallReport &report : plugins.calls())
        for (std::size_t i = 0; i < report.times.size(); ++i)
            if (report.times[i].count() > 0)
                calls.samples.push_back(
                    metrics::sample({{"plugin", std::string(report.plugin)},
                                     {"instance", std::string(report.instance)},
                                     {"hook", text(static_cast<host::Call>(i))}},
                                    report.times[i]));
    if (!calls.samples.empty()) out.push_back(std::move(calls));
    for (const host::Metric &metric : plugins.metrics()) {
        const std::string name = metric.own ? metrics::plugin_name(metric.plugin, metric.name)
                                            : "roomd_plugin_" + metric.name;
        metrics::Labels labels{{"plugin", metric.plugin}, {"instance", metric.instance}};
        Family family{name, metric.help, metric.kind, {}};
        if (metric.kind == Kind::histogram)
            family.samples.push_back(metrics::sample(std::move(labels), metric.times));
        else
            family.samples.push_back({std::move(labels), metric.value});
        out.push_back(std::move(family));
    }
}

// ---- the daemon itself --------------------------------------------------------------------

void add_reloads(std::vector<Family> &out, const ReloadCounts &reloads) {
    Family all{"roomd_reloads_total", "Reloads of the configuration", Kind::counter, {}};
    all.samples = {{{{"result", "applied"}}, number(reloads.applied)},
                   {{{"result", "refused"}}, number(reloads.refused)},
                   {{{"result", "failed"}}, number(reloads.failed)}};
    out.push_back(std::move(all));
    out.push_back(metrics::gauge("roomd_config_last_reload_successful",
                                 "Whether the last reload, or else the start, was good",
                                 reloads.last_good ? 1 : 0));
    out.push_back(metrics::gauge("roomd_config_last_reload_success_timestamp_seconds",
                                 "When the configuration in force was applied",
                                 static_cast<double>(reloads.good_ms) / 1000));
}

void add_process(std::vector<Family> &out, const Process &process) {
    Family build{"roomd_build_info", "What was built", Kind::gauge, {}};
    const std::string interface =
        std::to_string(ROOMD_ABI_MAJOR) + "." + std::to_string(ROOMD_ABI_MINOR);
    build.samples.push_back(
        {{{"version", std::string(version)}, {"plugin_interface", interface}}, 1});
    out.push_back(std::move(build));
    Family cpu{"process_cpu_seconds_total", "User and system time", Kind::counter, {}};
    cpu.samples.push_back({{}, process.cpu_seconds});
    out.push_back(std::move(cpu));
    const auto add = [&](const char *name, const char *help, double value) {
        out.push_back(metrics::gauge(name, help, value));
    };
    add("process_resident_memory_bytes", "Resident memory", number(process.resident_bytes));
    add("process_virtual_memory_bytes", "Virtual memory", number(process.virtual_bytes));
    add("process_open_fds", "Open descriptors", number(process.open_fds));
    add("process_max_fds", "Most descriptors (LimitNOFILE)", number(process.max_fds));
    add("process_start_time_seconds", "When the process began, in Unix time",
        process.start_seconds);
}

} // namespace

std::vector<metrics::Family> families(const Counted &parts, const ReloadCounts &reloads,
                                      const Process &process) {
    using metrics::counter;
    using metrics::gauge;
    const auto &sessions = parts.sessions;
    const auto &eio = sessions.totals();
    const auto &http = parts.server.totals();
    const dispatch::Stats stats = parts.router.stats(0);
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
                parts.clients.counts().other_parsers),
        counter("roomd_violations_total",
                "Sessions closed because their clients broke the protocol", eio.violations),
        counter("roomd_displaced_sessions_total",
                "Sessions that never joined, closed to make room for others",
                parts.clients.counts().displaced),
        gauge("roomd_backlog_bytes", "Bytes queued for clients (upper bound)",
              number(sessions.waiting())),
        gauge("roomd_unread_answers_bytes", "Bytes of unread HTTP answers (upper bound)",
              number(parts.server.unread())),
        gauge("roomd_held_bytes", "Bytes of packets that wait for their time or for a verdict",
              number(parts.clients.held_bytes())),
        gauge("roomd_unfinished_bytes", "Bytes of requests and messages that arrived in part",
              number(parts.server.unfinished())),
        counter("roomd_batched_writes_total", "Writes handed to the kernel in batches (io_uring)",
                parts.server.batched()),
        counter("roomd_volatile_dropped_total", "Volatile frames dropped", eio.dropped_volatile),
        counter("roomd_upgrades_total", "Polling sessions that became websockets", eio.upgrades),
        counter("roomd_frames_sent_total", "Engine.IO packets written", eio.frames_out),
        counter("roomd_bytes_sent_total", "Bytes of those packets", eio.bytes_out),
        counter("roomd_bytes_received_total", "Bytes received on connections, without TLS",
                http.bytes_in),
        counter("roomd_emits_total", "Emits accepted", stats.emits),
        counter("roomd_deliveries_total", "Clients they were queued for", stats.deliveries),
        counter("roomd_events_received_total", "Events received from clients", stats.events_in),
        counter("roomd_events_given_up_total",
                "Events refused because checking their schema would take too long",
                stats.events_given_up),
        counter("roomd_events_unhandled_total",
                "Events of clients that neither roomd nor a plugin handles",
                stats.events_unhandled),
        counter("roomd_rooms_unformed_total",
                "Automatic rooms that clients are not in because a claim is not a valid room id",
                parts.router.rooms_unformed().count),
        counter("roomd_tokens_unread_total",
                "Tokens refused unread because their address had sent too many bad ones",
                parts.router.tokens_unread().count),
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
                parts.log.dropped()),
    };
    add_times(out, parts);
    add_clients(out, parts);
    add_emits(out, parts);
    add_limits(out, parts);
    add_answers(out, parts.server.answers());
    add_key_sets(out, parts.key_sets.report());
    add_certificates(out, parts.server);
    add_plugins(out, parts.plugins);
    add_reloads(out, reloads);
    add_process(out, process);
    return out;
}

} // namespace roomd::app
