#pragma once

#include "auth/keys.hpp"
#include "auth/token.hpp"
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "config/fault.hpp"
#include "config/idempotency.hpp"
#include "config/limits.hpp"
#include "config/plugin_node.hpp"
#include "config/socketio.hpp"
#include "policy/portals.hpp"
#include "policy/proxies.hpp"
#include "policy/rules.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What the YAML says, checked, as plain values.  The defaults are those of docs/configuration.md,
// which a test compares with these.  No secret can be read from it: keys are digests, and those
// that check tokens have no way out.
namespace roomd::config {

struct Service {
    std::string name = "roomd";
    friend bool operator==(const Service &, const Service &) = default;
};

struct Tls {
    std::string certificate; // absolute paths of PEM files
    std::string key;
    friend bool operator==(const Tls &, const Tls &) = default;
};

struct Listen {
    std::string address; // as written: "127.0.0.1:3001", "[::1]:3001", "unix:/run/roomd/emit.sock"
    std::string systemd; // or the name of a socket that systemd hands over; then no address
    std::optional<Tls> tls;
    unsigned mode = 0660;  // of a Unix socket
    bool loopback = false; // nobody outside this machine can reach it; true for Unix sockets too
    bool unix_socket = false;
    friend bool operator==(const Listen &, const Listen &) = default;
};

struct Cors {
    bool credentials = true;
    std::vector<std::string> methods{"GET", "POST"};
    bool allow_missing_origin = true;
    friend bool operator==(const Cors &, const Cors &) = default;
};

// Who clients are.
struct Auth {
    enum class Mode : std::uint8_t {
        none,     // tokens are not looked at
        optional, // who sends none is nobody; a bad one is refused
        required
    };
    Mode mode = Mode::none;
    std::vector<auth::Issuer> issuers; // some, unless the mode is none
    auth::ClaimNames claims;
    base::Duration leeway{30000}; // for clocks that differ
    std::string cookie;           // that may hold the token; empty: none may
};

struct RoomKind {
    std::string name; // before the colon
    policy::RoomRules rules;
};

// Where operators talk to the daemon: `roomd reload`, `stats`, `kick`.
struct Admin {
    std::string socket;   // absolute path; empty: none
    unsigned mode = 0600; // of its file
    friend bool operator==(const Admin &, const Admin &) = default;
};

struct Plugin {
    std::string name;     // of the plugin: its file and what it calls itself
    std::string file;     // absolute
    std::string instance; // names it in logs and metrics; the plugin's name unless said
    bool required = false;
    std::size_t budget = 8u << 20; // bytes it may have in flight
    PluginNode node;               // its own keys
};

struct Plugins {
    std::string directory;    // absolute, once it was read
    std::vector<Plugin> load; // the enabled ones, in the order of the file
    base::Duration slow_call{50};
    base::Duration answer_timeout{5000}; // of a ticket a plugin took
};

struct Log {
    enum class Level : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };
    enum class Format : std::uint8_t { text, json };
    Level level = Level::info;
    Format format = Format::text;
    friend bool operator==(const Log &, const Log &) = default;
};

// An event that clients may emit to rooms they are in.
struct ClientEvent {
    std::string name;
    std::vector<std::string> kinds; // of the rooms
    policy::RoomRules rules;        // who may, among the members
};

struct Config {
    std::string path; // of the file, as given; for messages
    Service service;
    std::vector<Listen> listen;
    SocketIo socketio;
    std::vector<policy::Portal> portals;
    Cors cors;
    std::vector<policy::Proxies::Net> trusted_proxies;
    Auth auth;
    std::vector<RoomKind> rooms;
    std::vector<std::string> namespaces;      // names, or prefixes ending in '*'; "/" always exists
    std::vector<catalogue::EventConf> events; // in the order of the file
    // What they say; never null.
    std::shared_ptr<const catalogue::Catalogue> catalogue =
        std::make_shared<const catalogue::Catalogue>();
    bool unknown_events = false; // catalogue.unknown: allow
    std::vector<ClientEvent> client_events;
    std::shared_ptr<const catalogue::Catalogue> client_schemas; // of these; never null
    Limits limits;
    std::vector<auth::Key> keys;
    Admin admin;
    Plugins plugins;
    Idempotency idempotency;
    base::Duration drain{5000}; // how long SIGTERM waits for clients before it cuts
    Log log;
    std::string effective; // all of it as YAML, as config/effective.hpp has it; without secrets
    std::vector<Fault> warnings;     // of what was read
    std::vector<std::string> absent; // credentials that were not read; of a check alone
};

} // namespace roomd::config
