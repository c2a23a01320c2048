#include "config/key_table.hpp"

#include "config/idempotency.hpp"
#include "config/limits.hpp"
#include "config/socketio.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

namespace roomd::config {
namespace {

constexpr auto yes = Reload::yes;
constexpr auto no = Reload::no;

constexpr KeyInfo built(std::string_view path, std::string_view initial, std::string_view unit,
                        Reload reload, std::string_view what, std::string_view words = {}) {
    return {path, initial, unit, reload, Built::yes, what, words};
}

constexpr KeyInfo must(KeyInfo key) {
    key.required = true;
    return key;
}

// Named by the contract; refused until it has its effect.
constexpr KeyInfo later(std::string_view path, std::string_view what) {
    return {path, "", "", Reload::yes, Built::not_yet, what, ""};
}

// clang-format off
constexpr KeyInfo to_socketio[] = {
    built("service.name", "roomd", "text", yes,
        "What `/health` calls this service."),
    built("listen", "[{address: \"127.0.0.1:3001\"}]", "list", no,
        "Where to listen. Each entry is one socket."),
    built("listen[].address", "", "address", no,
        "`127.0.0.1:3001`, `[::1]:3001` or `unix:/run/roomd/emit.sock`. Port 0: the kernel chooses."),
    built("listen[].systemd", "", "text", no,
        "In place of `address`: sockets that systemd hands over, by `FileDescriptorName=` of their unit; the packaged `roomd.socket` says `roomd`. A restart then refuses no connection."),
    built("listen[].tls", "", "map", no,
        "Serve TLS on this listener. Without it: plain."),
    must(built("listen[].tls.certificate", "", "path", no,
        "PEM file with the certificate and its chain.")),
    must(built("listen[].tls.key", "", "path", no,
        "PEM file with the private key.")),
    built("listen[].mode", "0660", "mode", no,
        "Permissions of a Unix socket: they stand in for keys there."),
    built("socketio.path", "/socket.io/", "text", yes,
        "Path of Engine.IO requests; begins and ends with `/`."),
    built("socketio.transports", "[websocket, polling]", "list", yes,
        "`websocket`, `polling` or both.", "websocket polling"),
};

constexpr KeyInfo to_limits[] = {
    built("socketio.client_directory", "\"\"", "path", yes,
        "Folder of the bundle. Empty: where it was built or installed."),
    built("portals", "[]", "list", yes,
        "Web applications that may connect, one entry each."),
    must(built("portals[].name", "", "text", yes,
        "Names the portal in logs and counters.")),
    must(built("portals[].origins", "", "list", yes,
        "Its origins as browsers send them, such as `https://app.example.com`. One `*` stands for a part of one label: `https://*.example.com`.")),
    built("portals[].roles", "", "list", yes,
        "Who may use it: clients with any of these roles. Without it: everyone."),
    built("cors.credentials", "true", "boolean", yes,
        "Whether browsers may send cookies."),
    built("cors.methods", "[GET, POST]", "list", yes,
        "Methods that preflight answers name.", "GET HEAD POST PUT DELETE PATCH OPTIONS"),
    built("cors.missing_origin", "allow", "word", yes,
        "`allow` or `refuse` requests without an Origin header: native apps and servers send none.",
        "allow refuse"),
    built("auth.mode", "", "word", yes,
        "How clients identify themselves. Must be said. `required`: with a token. `optional`: who sends none is nobody, a bad one is refused. `none`: tokens are not looked at, a plugin may decide.",
        "none optional required"),
    built("auth.issuers", "[]", "list", yes,
        "Who signs tokens. Each counts for its own tokens only."),
    built("auth.issuers[].issuer", "", "text", yes,
        "The `iss` of its tokens, compared whole. A lone issuer may leave it out: then any `iss` is taken."),
    built("auth.issuers[].audience", "", "text or list", yes,
        "The `aud` of its tokens: one of these. Without it, a token that names an audience is refused."),
    must(built("auth.issuers[].algorithms", "", "list", yes,
        "What it signs with: `HS256`, `RS256`, `PS256`, `ES256`, or the same with 384 or 512.",
        "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512")),
    must(built("auth.issuers[].key", "", "secret or list", yes,
        "Its keys, one or a list of `${file:/path}`, `${env:NAME}`, `${credential:NAME}`: PEM public keys or a certificate, a JWK, a JWKS, or the secret of HS256.")),
    built("auth.issuers[].require_exp", "true", "boolean", yes,
        "Whether its tokens must have an end (`exp`)."),
    built("auth.claims.user", "sub", "text", yes,
        "The claim that names the person: a member, or a JSON pointer such as `/user/id`."),
    built("auth.claims.role", "role", "text", yes,
        "The claim with the role or the list of roles."),
    built("auth.claims.tenant", "tenant", "text", yes,
        "The claim that names the tenant."),
    built("auth.cookie", "\"\"", "text", yes,
        "A cookie that may hold the token, for clients that send it neither in CONNECT nor as `Authorization: Bearer`."),
    built("auth.leeway", "30s", "duration", yes,
        "How far clocks may differ when `exp`, `nbf` and `iat` are compared."),
    built("rooms", "{}", "map", yes,
        "Kinds of rooms: `role` is the kind of `role:student`. Each has its `join:` and `leave:` verbs."),
    built("rooms.*.join", "request", "word", yes,
        "`auto`: clients are in it by who they are, and may ask too. `request`: they may ask. `never`: only plugins move clients.",
        "auto request never"),
    built("rooms.*.allow", "", "rules", yes,
        "Who may be in it: `all`, or rules of which one must hold. Without it a plugin decides, else nobody enters."),
    built("rooms.*.allow[].claim", "", "text", yes,
        "The claim a rule looks at: its name, or a JSON pointer such as `/realm_access/roles`."),
    built("rooms.*.allow[].equals", "", "value", yes,
        "The claim is this: text, in which `{id}` is the id of the room, or `true` or `false`."),
    built("rooms.*.allow[].in", "", "list", yes,
        "The claim is one of these."),
    built("rooms.*.allow[].contains", "", "value", yes,
        "The claim is a list that holds this."),
    built("rooms.*.allow[].exists", "", "boolean", yes,
        "`true`: the claim has a value. `false`: it is not there."),
    built("rooms.*.allow[].all", "", "list", yes,
        "Several such maps, which must all hold; in place of `claim`."),
    built("rooms.*.max_members", "0", "count", yes,
        "Clients in one room of this kind; 0: any number."),
    built("rooms.*.max_per_client", "0", "count", yes,
        "Rooms of this kind that one client may be in; 0: as many as `limits.rooms_per_client`."),
    built("namespaces", "[]", "list", yes,
        "Namespaces beside `/`: names such as `/admin`, or prefixes such as `/tenant-*`."),
    built("catalogue.unknown", "refuse", "word", yes,
        "`refuse` events that `events` does not name, or `allow` them to the rooms that the emit names.",
        "refuse allow"),
    built("events", "{}", "map", yes,
        "The event catalogue: the events there are, by their names. See [events.md](events.md)."),
    built("events.*.rooms", "[]", "list", yes,
        "Rooms it goes to, with fields of its data in braces: `library:{libraryId}`. Without them the emit names the rooms."),
    built("events.*.schema", "", "schema", yes,
        "What its data must be: the path of a JSON Schema, or the schema as a map. Without one any data will do."),
    built("events.*.volatile", "false", "boolean", yes,
        "Drop it for clients that are behind."),
    later("events.*.conflate",
        "Keep only the newest for clients that are behind."),
    later("events.*.ttl",
        "How long it is worth sending."),
    built("client_events", "{}", "map", yes,
        "Events that clients may emit to rooms they are in, by their names. See [events.md](events.md)."),
    must(built("client_events.*.rooms", "", "list", yes,
        "Kinds of rooms it may go to.")),
    built("client_events.*.allow", "all", "rules", yes,
        "Who may emit it, among the members: `all`, or rules as of `rooms`."),
    built("client_events.*.schema", "", "schema", yes,
        "What its data must be, as of `events`."),
    built("client_events.*.volatile", "false", "boolean", yes,
        "Drop it for clients that are behind."),
};

constexpr KeyInfo to_idempotency[] = {
    built("keys", "[]", "list", yes,
        "API keys of backends."),
    must(built("keys[].name", "", "text", yes,
        "Names the key in logs; never the key itself.")),
    must(built("keys[].key", "", "secret", yes,
        "`sha256:<64 hex digits>`, or the key as `${file:/path}`, `${env:NAME}` or `${credential:NAME}`.")),
    must(built("keys[].scopes", "", "list", yes,
        "What it opens: `emit`, `test`, `metrics`, `admin`, or a plugin's own scope.")),
    built("keys[].events", "[\"*\"]", "list", yes,
        "Events it may emit: names, or prefixes ending in `*`."),
    built("keys[].rooms", "[\"*\"]", "list", yes,
        "Rooms it may emit to: names, or prefixes ending in `*`."),
    built("keys[].broadcast", "false", "boolean", yes,
        "Whether it may emit to everyone."),
    built("admin.socket", "\"\"", "path", no,
        "Unix socket for `roomd reload`, `stats`, `kick` and the like. Empty: none, or what `--admin` says."),
    built("admin.mode", "0600", "mode", no,
        "Its permissions: who may connect to it may do all that. Nothing for everyone."),
    built("plugins.directory", "\"\"", "path", yes,
        "Folder of the plugins' `.so` files. Empty: where they were built or installed, as beside the binary or in `/usr/lib/roomd/plugins`."),
    built("plugins.slow_call", "50ms", "duration", no,
        "A call into a plugin that takes longer is counted and logged."),
    built("plugins.answer_timeout", "5s", "duration", no,
        "How long a plugin may owe the verdict on a connect or a join."),
    built("plugins.load", "[]", "list", yes,
        "Which plugins to load. Keys not named here are the plugin's own."),
    must(built("plugins.load[].name", "", "text", yes,
        "The plugin's name, and of its file: `<directory>/<name>.so`.")),
    built("plugins.load[].file", "", "path", yes,
        "Another file. Without a `/`: in `plugins.directory`."),
    built("plugins.load[].instance", "", "text", yes,
        "Names it in logs and metrics when one plugin is loaded twice. Default: its name."),
    built("plugins.load[].enabled", "true", "boolean", yes,
        "`false`: not loaded, and its own keys are not looked at."),
    built("plugins.load[].required", "false", "boolean", yes,
        "`/ready` waits for it."),
    built("plugins.load[].budget", "8MiB", "size", yes,
        "Bytes it may have in flight."),
};

constexpr KeyInfo to_end[] = {
    built("drain", "5s", "duration", yes,
        "How long a stopping daemon gives its clients before it cuts the rest."),
    built("log.level", "info", "word", yes,
        "`error`, `warning`, `notice`, `info` or `debug`.", "error warning notice info debug"),
    built("log.format", "text", "word", yes,
        "`text` or `json`.", "text json"),
    built("trusted_proxies", "[]", "list", yes,
        "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses, nets such as `10.0.0.0/8`, or `unix`. What comes from one never counts as local."),
    later("recovery",
        "What a returning client missed."),
};
// clang-format on

template <class Keys> constexpr auto infos(const Keys &keys) {
    std::array<KeyInfo, std::tuple_size_v<Keys>> out{};
    std::transform(keys.begin(), keys.end(), out.begin(), [](const auto &key) { return key.info; });
    return out;
}

template <class Part> inline constexpr std::size_t length = sizeof(Part) / sizeof(KeyInfo);

template <class... Parts> constexpr auto concat(const Parts &...parts) {
    std::array<KeyInfo, (0 + ... + length<Parts>)> out{};
    auto at = out.begin();
    ((at = std::copy(std::begin(parts), std::end(parts), at)), ...);
    return out;
}

// All of them, in the order of the reference.
constexpr auto table = concat(to_socketio, infos(socketio_keys), to_limits, infos(limit_keys),
                              to_idempotency, infos(idempotency_keys), to_end);

// "listen[].address" below "listen[]" is "address"; empty when it does not stand below.
std::string_view name_below(std::string_view path, std::string_view above) noexcept {
    if (!above.empty()) {
        if (!path.starts_with(above) || path.size() <= above.size()) return {};
        path.remove_prefix(above.size());
        if (path[0] != '.') return {};
        path.remove_prefix(1);
    }
    return path.substr(0, path.find_first_of(".["));
}

} // namespace

std::span<const KeyInfo> key_table() noexcept {
    return table;
}

std::vector<std::string_view> names_below(std::string_view path) {
    std::vector<std::string_view> names;
    for (const KeyInfo &key : table) {
        const std::string_view name = name_below(key.path, path);
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    return names;
}

const KeyInfo *find_key(std::string_view path) noexcept {
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const KeyInfo &key) { return key.path == path; });
    return found == std::end(table) ? nullptr : &*found;
}

} // namespace roomd::config
