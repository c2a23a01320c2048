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

} // namespace

CorePages::CorePages(const Parts &parts, const config::Config &config) :
    parts_(parts),
    worker_(parts.loop) {
    reloads_.good_ms = base::unix_ms();
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
    net::Route metrics;
    metrics.method = "GET";
    metrics.path = "/metrics";
    metrics.side = Side::both;
    metrics.kinds = net::kind::metrics;
    metrics.headers = Gate::headers();
    metrics.serve = [this](const Request &request) { ask_metrics(request.id); };
    metrics.admit = [this](const Request &request) {
        return parts_.gate.admit(request, "metrics");
    };
    parts_.server.add_route(std::move(metrics));
}

// Who asks meanwhile waits for the next measurement.
void CorePages::ask_metrics(base::ExchangeId id) {
    asking_.push_back(id);
    if (!worker_.is_at_work()) measure();
}

void CorePages::measure() {
    worker_.run([this] { process_ = read_process(); },
                [this, asking = std::exchange(asking_, {})] {
                    respond_metrics(asking);
                    if (!asking_.empty()) measure();
                });
}

void CorePages::respond_metrics(const std::vector<base::ExchangeId> &asking) {
    const pages::Page page = pages::metrics(
        families({parts_.log, parts_.clients, parts_.sessions, parts_.router, parts_.server,
                  parts_.key_sets, parts_.plugins, parts_.loop_lag, parts_.key_rates},
                 reloads_, process_));
    for (const base::ExchangeId id : asking)
        parts_.server.respond(id, answer(page));
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

} // namespace roomd::app
