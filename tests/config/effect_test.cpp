#include "config/key_table.hpp"
#include "reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::config;

namespace {

template <class Item, class Fn>
bool same_list(const std::vector<Item> &a, const std::vector<Item> &b, const Fn &same) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool same_issuers(const std::vector<auth::Issuer> &a, const std::vector<auth::Issuer> &b) {
    return same_list(a, b, [](const auth::Issuer &x, const auth::Issuer &y) {
        return x.issuer == y.issuer && x.audiences == y.audiences && x.algorithms == y.algorithms &&
               x.require_exp == y.require_exp && x.jwks_url == y.jwks_url &&
               x.keys.size() == y.keys.size();
    });
}

// What a schema and a `volatile` do to events of these samples.
bool same_catalogue(const catalogue::Catalogue &a, const catalogue::Catalogue &b) {
    const auto x = a.route("e:x", "1"), y = b.route("e:x", "1");
    return a.size() == b.size() && (x.code == nullptr) == (y.code == nullptr) &&
           x.rooms == y.rooms && x.droppable == y.droppable;
}

bool same_keys(const std::vector<auth::Key> &a, const std::vector<auth::Key> &b) {
    return same_list(a, b, [](const auth::Key &x, const auth::Key &y) {
        return x.name == y.name && x.digest == y.digest && x.scopes == y.scopes &&
               x.events == y.events && x.rooms == y.rooms && x.may_broadcast == y.may_broadcast &&
               x.durable == y.durable && x.rate == y.rate && x.burst == y.burst;
    });
}

bool same_plugins(const Plugins &a, const Plugins &b) {
    return a.directory == b.directory && a.slow_call == b.slow_call &&
           a.answer_timeout == b.answer_timeout &&
           same_list(a.load, b.load, [](const Plugin &x, const Plugin &y) {
               return x.name == y.name && x.file == y.file && x.instance == y.instance &&
                      x.required == y.required && x.budget == y.budget;
           });
}

bool same_clients(const Config &a, const Config &b) {
    return a.auth.mode == b.auth.mode && a.auth.generated == b.auth.generated &&
           same_issuers(a.auth.issuers, b.auth.issuers) && a.auth.claims == b.auth.claims &&
           a.auth.leeway == b.auth.leeway && a.auth.cookie == b.auth.cookie &&
           a.auth.query == b.auth.query && a.auth.cache == b.auth.cache && a.portals == b.portals &&
           same_list(a.rooms, b.rooms,
                     [](const RoomKind &x, const RoomKind &y) {
                         return x.name == y.name && x.rules == y.rules;
                     }) &&
           same_list(a.client_events, b.client_events,
                     [](const ClientEvent &x, const ClientEvent &y) {
                         return x.name == y.name && x.kinds == y.kinds && x.rules == y.rules;
                     }) &&
           same_catalogue(*a.client_schemas, *b.client_schemas);
}

// Whether two configurations make the same daemon.  `effective` says what was written, not what was
// read.
bool same(const Config &a, const Config &b) {
    return a.service == b.service && a.listen == b.listen && a.socketio == b.socketio &&
           a.cors == b.cors && a.limits == b.limits && a.admin == b.admin && a.log == b.log &&
           a.idempotency == b.idempotency && a.drain_delay == b.drain_delay && a.drain == b.drain &&
           a.namespaces == b.namespaces && a.unknown_events == b.unknown_events &&
           same_clients(a, b) && a.catalogue_digest == b.catalogue_digest &&
           same_catalogue(*a.catalogue, *b.catalogue) && same_keys(a.keys, b.keys) &&
           same_plugins(a.plugins, b.plugins) && a.trusted_proxies == b.trusted_proxies &&
           a.console.path == b.console.path && a.console.mint == b.console.mint;
}

// A key, and two configurations of which only one has it, or which have other values of it.
struct Sample {
    std::string path, without, with;
};

// `text` with "@" replaced: what stands around a key.
std::string in(std::string text, const std::string &inner) {
    return text.replace(text.find('@'), 1, inner);
}

Sample pair(const std::string &path, const std::string &around, const std::string &without,
            const std::string &with) {
    return {path, in(around, without), in(around, with)};
}

std::vector<Sample> samples() {
    const std::string listen = "listen: [ { @ } ]";
    const std::string pem = "systemd: a, tls: { certificate: /c, key: /k";
    const std::string more = ", certificates: [ { certificate: /c, key: /l } ]";
    const std::string portal = "portals: [ { name: a, origins: [\"http://a.example.com\"] @ } ]";
    const std::string issuer =
        "auth: { mode: required, issuers: [ { algorithms: [HS256], key: \"${env:A}\" @ } ] }";
    const std::string room = "rooms: { a: { @ } }";
    const std::string rule = "rooms: { a: { allow: [ { @ } ] } }";
    const std::string kind = "rooms: { a: { allow: all } }\n";
    const std::string event = kind + "events: { \"e:x\": { rooms: [\"a:b\"] @ } }";
    const std::string client = kind + "client_events: { \"e:x\": { rooms: [a] @ } }";
    const std::string key = "keys: [ { name: a, key: \"${env:A}\", scopes: [emit] @ } ]";
    const std::string load = "plugins: { load: [ { name: a @ } ] }";
    return {
        {"listen", "", "listen: [ { address: \"127.0.0.1:1\" } ]"},
        pair("listen[].address", listen, "address: \"127.0.0.1:1\"", "address: \"127.0.0.1:2\""),
        pair("listen[].systemd", listen, "systemd: a", "systemd: b"),
        pair("listen[].serves", listen, "systemd: a", "systemd: a, serves: [clients]"),
        {"listen[].proxy_protocol", "trusted_proxies: [unix]\nlisten: [ { systemd: a } ]",
         "trusted_proxies: [unix]\nlisten: [ { systemd: a, proxy_protocol: true } ]"},
        pair("listen[].mode", listen, "address: unix:/a", "address: unix:/a, mode: 0600"),
        pair("listen[].tls", listen, "systemd: a", "systemd: a, tls: { certificate: /c, key: /k }"),
        pair("listen[].tls.certificate", listen, "systemd: a, tls: { certificate: /c, key: /k }",
             "systemd: a, tls: { certificate: /d, key: /k }"),
        pair("listen[].tls.certificates", listen, pem + " }", pem + more + " }"),
        pair("listen[].tls.certificates[].certificate", listen, pem + more + " }",
             pem + ", certificates: [ { certificate: /d, key: /l } ] }"),
        pair("listen[].tls.certificates[].key", listen, pem + more + " }",
             pem + ", certificates: [ { certificate: /c, key: /m } ] }"),
        pair("listen[].tls.min_version", listen, pem + " }", pem + ", min_version: TLSv1.3 }"),
        pair("listen[].tls.ciphers", listen, pem + " }", pem + ", ciphers: [AES128-SHA] }"),
        pair("listen[].tls.cipher_suites", listen, pem + " }",
             pem + ", cipher_suites: [TLS_AES_256_GCM_SHA384] }"),
        pair("listen[].tls.key", listen, "systemd: a, tls: { certificate: /c, key: /k }",
             "systemd: a, tls: { certificate: /c, key: /l }"),
        {"portals", "", in(portal, "")},
        {"portals[].name", in(portal, ""),
         "portals: [ { name: b, origins: [\"http://a.example.com\"] } ]"},
        {"portals[].origins", in(portal, ""),
         "portals: [ { name: a, origins: [\"http://b.example.com\"] } ]"},
        pair("portals[].roles", portal, "", ", roles: [r]"),
        {"auth.mode", "auth: { mode: none }", in(issuer, "")},
        {"auth.issuers", "auth: { mode: none }", in(issuer, "")},
        pair("auth.issuers[].issuer", issuer, "", ", issuer: i"),
        pair("auth.issuers[].audience", issuer, "", ", audience: i"),
        pair("auth.issuers[].require_exp", issuer, "", ", require_exp: false"),
        {"auth.issuers[].algorithms", in(issuer, ""),
         "auth: { mode: required, issuers: [ { algorithms: [HS384], key: \"${env:A}\" } ] }"},
        {"auth.issuers[].key", in(issuer, ""),
         "auth: { mode: required, issuers: [ { algorithms: [HS256], "
         "key: [\"${env:A}\", \"${env:B}\"] } ] }"},
        {"auth.cookie", in(issuer, ""),
         "auth: { mode: required, cookie: c, issuers: [ { algorithms: [HS256], key: \"${env:A}\" } "
         "] "
         "}"},
        {"auth.issuers[].jwks_url", in(issuer, ""),
         "auth: { mode: required, issuers: [ { algorithms: [HS256], key: \"${env:A}\", "
         "jwks_url: 'https://a/' } ] }"},
        {"auth.cache", in(issuer, ""),
         "auth: { mode: required, cache: c, issuers: [ { algorithms: [HS256], key: \"${env:A}\" } "
         "] }"},
        {"auth.query", in(issuer, ""),
         "auth: { mode: required, query: q, issuers: [ { algorithms: [HS256], key: \"${env:A}\" } "
         "] }"},
        {"auth.generated", in(issuer, ""), "auth: { mode: required, generated: true }"},
        {"console.path", "", "console: { path: /c/ }"},
        {"console.mint", "auth: { mode: optional, generated: true }\nconsole: { path: /c/ }",
         "auth: { mode: optional, generated: true }\nconsole: { path: /c/, mint: true }"},
        {"cors.own_origin", in(issuer, ""), in(issuer, "") + "\ncors: { own_origin: allow }"},
        {"cors.own_hosts", "cors: { own_origin: allow, own_hosts: [a] }",
         "cors: { own_origin: allow, own_hosts: [b] }"},
        {"rooms", "", in(room, "")},
        pair("rooms.*.join", room, "", "join: never"),
        pair("rooms.*.allow", room, "", "allow: all"),
        pair("rooms.*.allow[].claim", rule, "claim: a, equals: x", "claim: b, equals: x"),
        pair("rooms.*.allow[].equals", rule, "claim: a, equals: x", "claim: a, equals: v"),
        pair("rooms.*.allow[].in", rule, "claim: a, in: [x]", "claim: a, in: [v]"),
        pair("rooms.*.allow[].contains", rule, "claim: a, contains: x", "claim: a, contains: v"),
        pair("rooms.*.allow[].exists", rule, "claim: a, exists: true", "claim: a, exists: false"),
        pair("rooms.*.allow[].all", rule, "all: [ { claim: a, equals: x } ]",
             "all: [ { claim: a, equals: x }, { claim: b, equals: x } ]"),
        pair("rooms.*.max_members", room, "", "max_members: 3"),
        pair("rooms.*.max_per_client", room, "", "max_per_client: 3"),
        {"namespaces", "", "namespaces: [/a]"},
        {"namespaces[].name", "namespaces: [ { name: /a } ]", "namespaces: [ { name: /b } ]"},
        {"namespaces[].verbs", "namespaces: [/a]", "namespaces: [ { name: /a, verbs: false } ]"},
        {"events", kind, in(event, "")},
        {"events.*.rooms", in(event, ""), kind + "events: { \"e:x\": { rooms: [\"a:c\"] } }"},
        pair("events.*.schema", event, "", ", schema: { type: string }"),
        pair("events.*.volatile", event, "", ", volatile: true"),
        pair("events.*.arguments", event, ", schema: { properties: { a: {} } }",
             ", schema: { properties: { a: {} } }, arguments: [a]"),
        {"client_events", kind, in(client, "")},
        {"client_events.*.rooms",
         "rooms: { a: { allow: all }, b: { allow: all } }\n"
         "client_events: { \"e:x\": { rooms: [a] } }",
         "rooms: { a: { allow: all }, b: { allow: all } }\n"
         "client_events: { \"e:x\": { rooms: [b] } }"},
        pair("client_events.*.allow", client, "", ", allow: [ { claim: a, equals: x } ]"),
        pair("client_events.*.schema", client, "", ", schema: { type: string }"),
        pair("client_events.*.volatile", client, "", ", volatile: true"),
        {"keys", "", in(key, "")},
        {"keys[].name", in(key, ""), "keys: [ { name: b, key: \"${env:A}\", scopes: [emit] } ]"},
        {"keys[].key", in(key, ""), "keys: [ { name: a, key: \"${env:B}\", scopes: [emit] } ]"},
        {"keys[].scopes", in(key, ""), "keys: [ { name: a, key: \"${env:A}\", scopes: [test] } ]"},
        pair("keys[].events", key, "", ", events: [a]"),
        pair("keys[].rooms", key, "", ", rooms: [a]"),
        pair("keys[].rate", key, "", ", rate: 100"),
        pair("keys[].burst", key, ", rate: 100", ", rate: 100, burst: 50"),
        pair("keys[].broadcast", key, "", ", broadcast: true"),
        pair("keys[].durable", key, "", ", durable: true"),
        {"plugins.load", "", in(load, "")},
        {"plugins.load[].name", in(load, ""), "plugins: { load: [ { name: b } ] }"},
        pair("plugins.load[].file", load, "", ", file: b.so"),
        pair("plugins.load[].instance", load, "", ", instance: b"),
        pair("plugins.load[].enabled", load, "", ", enabled: false"),
        pair("plugins.load[].required", load, "", ", required: true"),
        pair("plugins.load[].budget", load, "", ", budget: 1MiB"),
        {"trusted_proxies", "", "trusted_proxies: [unix]"},
    };
}

// "a.b" and "v" as "a: { b: v }".
std::string nested(std::string_view path, const std::string &value) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (dot == std::string_view::npos) return name + ": " + value;
    const std::string mode = name == "auth" ? "mode: none, " : "";
    return name + ": { " + mode + nested(path.substr(dot + 1), value) + " }";
}

// With what must be said, where it is not.
std::string whole(const std::string &yaml) {
    const auto with = [&](const char *section, const char *text) {
        return yaml.find(section) == std::string::npos ? text : "";
    };
    return std::string(with("auth:", "auth: { mode: none }\n")) +
           with("catalogue:", "catalogue: { unknown: allow }\n") + yaml + '\n';
}

// The configuration; none when it has faults.
std::optional<Config> load(const std::string &yaml) {
    Faults faults;
    Config config = load_text(whole(yaml), "/etc/roomd/roomd.yaml", faults);
    if (!faults.empty()) return {};
    return config;
}

bool has_effect(const Sample &sample) {
    const auto without = load(sample.without), with = load(sample.with);
    REQUIRE_MESSAGE(without.has_value(),
                    sample.path << ": " << test::faults_of(whole(sample.without)));
    REQUIRE_MESSAGE(with.has_value(), sample.path << ": " << test::faults_of(whole(sample.with)));
    return !same(*without, *with);
}

// Values to try for a key that stands alone, until one is good and not its default.
std::vector<std::string> values_for(const KeyInfo &key) {
    std::vector<std::string> out{"/opt",  "name",   "/other/", "640", "true",  "false",    "61s",
                                 "250ms", "70000B", "5MiB",    "7",   "[GET]", "[polling]"};
    std::string_view words = key.words;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        out.insert(out.begin(), std::string(words.substr(0, end)));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return out;
}

} // namespace

TEST_CASE("each documented key has its effect: another value is another configuration") {
    setenv("A", "kHZzvVk3vR9B0mQyX1dT5uJwL8cNs2AekHZzvVk3vR9B0mQyX1dT5uJwL8cNs2Ae", 1);
    setenv("B", "pQ7xWm2Lz4Ks8RtVb6Yc1NfHd3JgE5UapQ7xWm2Lz4Ks8RtVb6Yc1NfHd3JgE5Ua", 1);
    const std::vector<Sample> given = samples();
    const Config silent = test::read("", "/etc/roomd/roomd.yaml");
    for (const KeyInfo &key : key_table()) {
        if (key.built != Built::yes) continue;
        const auto sample = std::find_if(given.begin(), given.end(),
                                         [&](const Sample &one) { return one.path == key.path; });
        if (sample != given.end()) {
            CHECK_MESSAGE(has_effect(*sample), key.path);
            continue;
        }
        REQUIRE_MESSAGE(key.path.find_first_of("[*") == std::string_view::npos,
                        key.path << " needs a sample");
        const auto values = values_for(key);
        CHECK_MESSAGE(std::any_of(values.begin(), values.end(),
                                  [&](const std::string &value) {
                                      const auto config = load(nested(key.path, value));
                                      return config && !same(silent, *config);
                                  }),
                      key.path);
    }
    unsetenv("A");
    unsetenv("B");
}

TEST_CASE("what differs in the comments alone is the same configuration") {
    CHECK(same(*load("limits: { held: 64KiB } # as it is"), *load("drain: 5s")));
}
