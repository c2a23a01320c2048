#pragma once

#include "auth/keys.hpp"
#include "config/config.hpp"
#include "dispatch/options.hpp"
#include "host/check.hpp"
#include "host/options.hpp"
#include "log/log.hpp"
#include "net/server.hpp"
#include "policy/own_origin.hpp"
#include "policy/portals.hpp"
#include "session/options.hpp"
#include "session/sessions.hpp"

#include <memory>
#include <string>
#include <vector>

// What each layer is told, out of the one configuration.  Pure translation.
namespace roomd::app {

log::Options log_options(const config::Config &);
policy::Portals portals(const config::Config &);
policy::OwnOrigin own_origin(const config::Config &);
session::Options session_options(const config::Config &);
session::ClientOptions client_options(const config::Config &);
dispatch::Options dispatch_options(const config::Config &);     // without `keys`
std::vector<std::string> token_headers(const config::Config &); // kept for the core's own eyes
// Where copies of fetched keys are kept: `auth.cache`, else the state directory that systemd gave;
// empty: nowhere.
std::string key_folder(const config::Config &);
net::Options net_options(const config::Config &);   // without kept_headers: plugins name them
host::Options host_options(const config::Config &); // without `stats`
std::vector<host::PluginEntry> plugin_entries(const config::Config &);
std::shared_ptr<const auth::Keys> keys(const config::Config &);

} // namespace roomd::app
