#include "app/options.hpp"

#include "config/shipped.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace roomd::app {
namespace {

// Where the browser's client is when the configuration does not say: beside the binary (a build),
// or where a package puts it.
std::string client_directory(const config::Config &config) {
    if (!config.socketio.serve_client) return {};
    if (!config.socketio.client_directory.empty()) return config.socketio.client_directory;
    return config::client_folder();
}

net::Kinds kinds_of(const config::Listen &listen) {
    constexpr std::pair<std::string_view, net::Kinds> words[] = {
        {"clients", net::kind::clients}, {"api", net::kind::api},     {"health", net::kind::health},
        {"metrics", net::kind::metrics}, {"admin", net::kind::admin},
    };
    net::Kinds out = 0;
    for (const auto &[word, kind] : words)
        if (listen.does_serve(word)) out |= kind;
    return out;
}

// A client whose events are not counted may send as fast as we read.
unsigned frames_per_second(const config::Config &config) {
    if (config.limits.events_per_second == 0) return 0;
    return static_cast<unsigned>(config.limits.frames_per_second);
}

} // namespace

policy::Portals portals(const config::Config &config) {
    return {config.portals,
            config.cors.allow_missing_origin ? policy::Missing::allow : policy::Missing::refuse};
}

policy::OwnOrigin own_origin(const config::Config &config) {
    return config.cors.allow_own_origin ? policy::OwnOrigin(config.cors.own_hosts)
                                        : policy::OwnOrigin();
}

log::Options log_options(const config::Config &config) {
    log::Options out;
    out.level = static_cast<log::Level>(config.log.level);
    out.style.format =
        config.log.format == config::Log::Format::json ? log::Format::json : log::Format::text;
    out.style.journal_priorities = getenv("JOURNAL_STREAM") != nullptr;
    return out;
}

session::Options session_options(const config::Config &config) {
    session::Options out{config.socketio, config.limits};
    out.packets_per_second = frames_per_second(config);
    out.polling = config.socketio.offers("polling");
    out.websocket = config.socketio.offers("websocket");
    return out;
}

session::ClientOptions client_options(const config::Config &config) {
    session::ClientOptions out{config.limits};
    out.held_total = config.limits.receive_total;
    out.events_per_second = static_cast<double>(config.limits.events_per_second);
    out.events_at_once = static_cast<double>(config.limits.rooms_per_client);
    return out;
}

dispatch::Options dispatch_options(const config::Config &config) {
    dispatch::Options out;
    static_cast<dispatch::Limits &>(out) = config.limits;
    for (const auto &nsp : config.namespaces)
        out.namespaces.push_back({nsp.name, nsp.verbs});
    for (const auto &kind : config.rooms)
        out.kinds.push_back({kind.name, kind.rules});
    for (const auto &portal : config.portals)
        out.portals.push_back({portal.name, portal.roles});
    switch (config.auth.mode) {
    case config::Auth::Mode::none: out.auth = dispatch::AuthMode::none; break;
    case config::Auth::Mode::optional: out.auth = dispatch::AuthMode::optional; break;
    case config::Auth::Mode::required: out.auth = dispatch::AuthMode::required; break;
    }
    if (out.auth != dispatch::AuthMode::none)
        out.tokens = std::make_shared<const auth::Tokens>(config.auth.issuers, config.auth.claims,
                                                          config.auth.leeway);
    out.cookie = config.auth.cookie;
    out.catalogue = config.catalogue;
    for (const auto &event : config.client_events)
        out.client_events.push_back({event.name, event.kinds, event.rules});
    out.client_schemas = config.client_schemas;
    out.unknown_events = config.unknown_events;
    return out;
}

std::vector<std::string> token_headers(const config::Config &config) {
    if (config.auth.mode == config::Auth::Mode::none) return {};
    std::vector<std::string> names{"authorization"};
    if (!config.auth.cookie.empty()) names.emplace_back("cookie");
    return names;
}

std::string key_folder(const config::Config &config) {
    if (!config.auth.cache.empty()) return config.auth.cache;
    const char *state = std::getenv("STATE_DIRECTORY"); // several are separated by colons
    const std::string_view first = state != nullptr ? state : "";
    return std::string(first.substr(0, first.find(':')));
}

net::Options net_options(const config::Config &config) {
    net::Options out;
    static_cast<net::Limits &>(out) = config.limits;
    static_cast<net::Http &>(out) = config.socketio;
    for (const auto &listen : config.listen) {
        net::ListenerOptions listener;
        listener.name = listen.name();
        listener.inherited = listen.systemd;
        if (listen.tls) {
            listener.certificate = listen.tls->certificate;
            listener.key = listen.tls->key;
            listener.more_certificates = listen.tls->more;
            listener.tls = *listen.tls;
        }
        listener.serves = kinds_of(listen);
        listener.proxy_protocol = listen.proxy_protocol;
        listener.mode = listen.mode;
        out.listeners.push_back(std::move(listener));
    }
    if (!config.admin.socket.empty()) {
        net::ListenerOptions listener;
        listener.name = "unix:" + config.admin.socket;
        listener.mode = config.admin.mode;
        listener.side = net::Side::admin;
        out.listeners.push_back(std::move(listener));
    }
    out.access = config.log.access;
    out.cors.methods = config.cors.methods;
    out.cors.credentials = config.cors.credentials;
    out.cors.allow_missing_origin = config.cors.allow_missing_origin;
    out.portal_of = [matcher = std::make_shared<const policy::Portals>(portals(config))](
                        std::string_view origin) -> std::optional<std::string_view> {
        const auto found = matcher->find(origin);
        if (!found) return std::nullopt;
        return matcher->list()[*found].name;
    };
    out.own_origin = own_origin(config);
    out.proxies = policy::Proxies(config.trusted_proxies);
    out.token_parameter = config.auth.query;
    out.client_bundle = client_directory(config);
    out.send_buffer_total = config.limits.send_buffer_total;
    out.frames_per_second = frames_per_second(config);
    return out;
}

host::Options host_options(const config::Config &config) {
    host::Options out;
    static_cast<host::Patience &>(out) = config.plugins;
    out.max_emit = config.limits.max_emit;
    out.idempotency = {config.idempotency};
    return out;
}

std::vector<host::PluginEntry> plugin_entries(const config::Config &config) {
    std::vector<host::PluginEntry> out;
    for (const auto &plugin : config.plugins.load) {
        host::PluginEntry entry;
        entry.name = plugin.name;
        entry.instance = plugin.instance;
        entry.file = plugin.file;
        entry.required = plugin.required;
        entry.budget = plugin.budget;
        entry.config_json = plugin.node.json;
        out.push_back(std::move(entry));
    }
    return out;
}

std::shared_ptr<const auth::Keys> keys(const config::Config &config) {
    std::vector<auth::Key> out;
    for (const auto &key : config.keys) {
        auth::Key made;
        made.name = key.name;
        if (key.digest.size() != made.digest.size())
            throw std::runtime_error("key " + key.name + ": its digest is not a SHA-256");
        std::copy(key.digest.begin(), key.digest.end(), made.digest.begin());
        made.scopes = key.scopes;
        made.events = key.events;
        made.rooms = key.rooms;
        made.may_broadcast = key.may_broadcast;
        made.durable = key.durable;
        made.rate = key.rate;
        made.burst = key.burst;
        out.push_back(std::move(made));
    }
    return std::make_shared<const auth::Keys>(std::move(out));
}

} // namespace roomd::app
