#include "app/config_file.hpp"

#include "app/checking.hpp"

namespace roomd::app {

config::Config ConfigFile::load(base::Wanted main, config::Faults &faults,
                                config::Credentials credentials) const {
    config::Config config = path.empty()
                                ? config::load_text(config::dev_yaml(), "roomd.dev.yaml", faults)
                                : config::load_file(path, faults, main, credentials);
    if (config.admin.socket.empty()) config.admin.socket = admin;
    return config;
}

config::Config ConfigFile::read(host::Libraries &libraries, config::Faults &faults,
                                config::Credentials credentials) const {
    config::Config config = load(base::Wanted::any, faults, credentials);
    if (faults.empty()) check_plugins(libraries, config, faults);
    return config;
}

} // namespace roomd::app
