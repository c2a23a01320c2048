#include "app/config_file.hpp"

#include "app/checking.hpp"
#include "config/load.hpp"

namespace roomd::app {

config::Config ConfigFile::load(base::Wanted main, config::Faults &faults) const {
    config::Config config = path.empty()
                                ? config::load_text(config::dev_yaml(), "roomd.dev.yaml", faults)
                                : config::load_file(path, faults, main);
    if (config.admin.socket.empty()) config.admin.socket = admin;
    return config;
}

config::Config ConfigFile::read(host::Libraries &libraries, config::Faults &faults) const {
    config::Config config = load(base::Wanted::any, faults);
    if (faults.empty()) check_plugins(libraries, config, faults);
    return config;
}

} // namespace roomd::app
