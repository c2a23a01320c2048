#pragma once

#include "auth/keys.hpp"
#include "base/clock.hpp"
#include "catalogue/catalogue.hpp"
#include "config/admin.hpp"
#include "config/auth.hpp"
#include "config/console.hpp"
#include "config/events.hpp"
#include "config/fault.hpp"
#include "config/idempotency.hpp"
#include "config/limits.hpp"
#include "config/listen.hpp"
#include "config/log.hpp"
#include "config/plugins.hpp"
#include "config/portals.hpp"
#include "config/rooms.hpp"
#include "config/service.hpp"
#include "config/socketio.hpp"
#include "policy/portals.hpp"
#include "policy/proxies.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

// What the YAML says, checked, as plain values.  Each section declares its keys beside its struct:
// a default is said there and nowhere else.  No secret can be read from it: API keys are digests,
// and the keys that verify tokens cannot be read back.
namespace roomd::config {

struct Config {
    Config();
    std::string path; // of the file, as given; for messages
    Service service;
    std::vector<Listen> listen;
    SocketIo socketio;
    std::vector<policy::Portal> portals;
    Cors cors;
    std::vector<policy::Proxies::Net> trusted_proxies;
    Auth auth;
    std::vector<RoomKind> rooms;
    std::vector<Namespace> namespaces;        // "/" always exists
    std::vector<catalogue::EventConf> events; // in the order of the file
    // What they say; never null.
    std::shared_ptr<const catalogue::Catalogue> catalogue =
        std::make_shared<const catalogue::Catalogue>();
    // Of the events, as 16 hexadecimal digits: the same when they mean the same.
    std::string catalogue_digest;
    bool unknown_events{}; // catalogue.unknown: allow
    std::vector<ClientEvent> client_events;
    std::shared_ptr<const catalogue::Catalogue> client_schemas; // of these; never null
    Limits limits;
    std::vector<auth::Key> keys;
    Admin admin;
    Console console;
    Plugins plugins;
    Idempotency idempotency;
    base::Duration drain_delay{}, drain{}; // between SIGTERM and the end
    Log log;
    std::string effective;       // all of it as YAML (config/effective.hpp); without secrets
    std::vector<Fault> warnings; // of what was read
    std::vector<std::string> environment; // variables that set something (config/environment.hpp)
    std::vector<std::string> absent;      // secrets that were not read; only in a check
    bool lacks_issuer_keys = false;       // some of these are keys of issuers, which are left out
    // Credentials as systemd copied them when the service started: a reload sees no change of them.
    std::vector<std::string> credentials;
};

// clang-format off
inline constexpr std::array catalogue_keys{
    word<&Config::unknown_events>("catalogue.unknown", "refuse allow", "refuse", Reload::yes,
        "Whether to `refuse` events that `events` does not name, or to `allow` them to the rooms that the emit names."),
};
inline constexpr std::array drain_keys{
    duration("drain_delay", &Config::drain_delay, "0s", {"0ms", "1h"}, Reload::yes,
        "How long a daemon that is told to stop goes on as before while `/ready` says 503, so that a load balancer sends it nobody new."),
    duration("drain", &Config::drain, "5s", {"0ms", "1h"}, Reload::yes,
        "Then it accepts nothing new and closes its clients, spread evenly over this time."),
};
// clang-format on

inline Config::Config() {
    set_initial(*this, catalogue_keys);
    set_initial(*this, drain_keys);
}

} // namespace roomd::config
