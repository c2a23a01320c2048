#include "app/config_file.hpp"

#include "app/checking.hpp"
#include "base/random.hpp"
#include "config/installed.hpp"
#include "config/shipped.hpp"

#include <cassert>

namespace roomd::app {
namespace {

auth::Issuer issuer_of(const base::Secret &secret) {
    auth::Issuer out;
    out.issuer = generated_issuer;
    out.algorithms = {auth::Algorithm::HS256};
    const auto keys = auth::parse_keys(secret.reveal(), out.algorithms);
    assert(keys.ok());
    out.keys.push_back(*keys);
    return out;
}

void warn_without_client(config::Config &config) {
    const auto &socketio = config.socketio;
    if (!socketio.serve_client || !socketio.client_directory.empty()) return;
    if (!config::client_folder().empty()) return;
    config.warnings.push_back(
        {config.path,
         {},
         "warning: there is no client bundle: browsers get no " + socketio.path +
             "socket.io.js from here",
         std::string("install it in ") + config::installed_client +
             ", name its folder in socketio.client_directory, or write socketio: { serve_client: "
             "false }"});
}

} // namespace

base::Secret generated_secret() {
    return base::Secret(base::random_id() + base::random_id() + base::random_id());
}

config::Config ConfigFile::load(base::Wanted main, config::Faults &faults,
                                config::Credentials credentials) const {
    config::Config config = path.empty()
                                ? config::load_text(config::dev_yaml(), "roomd.dev.yaml", faults)
                                : config::load_file(path, faults, main, credentials);
    if (config.admin.socket.empty()) config.admin.socket = admin;
    if (!faults.empty()) return config;
    warn_without_client(config);
    if (config.auth.generated) config.auth.issuers = {issuer_of(generated)};
    return config;
}

config::Config ConfigFile::read(host::Libraries &libraries, config::Faults &faults,
                                config::Credentials credentials) const {
    config::Config config = load(base::Wanted::any, faults, credentials);
    if (faults.empty()) check_plugins(libraries, config, faults);
    return config;
}

} // namespace roomd::app
