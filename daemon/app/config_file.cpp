#include "app/config_file.hpp"

#include "app/checking.hpp"
#include "app/place.hpp"
#include "config/load.hpp"

#include <string_view>

namespace roomd::app {
namespace {

// The built-in configuration, with the plugins that came with this binary.
std::string dev_text() {
    constexpr std::string_view in_tree = "../build/plugins";
    std::string text(config::dev_yaml());
    const std::string folder = shipped_folder("plugins", "/usr/lib/roomd/plugins");
    const std::size_t at = text.find(in_tree);
    if (at != std::string::npos && !folder.empty()) text.replace(at, in_tree.size(), folder);
    return text;
}

} // namespace

config::Config ConfigFile::load(base::Wanted main, config::Faults &faults) const {
    config::Config config = path.empty() ? config::load_text(dev_text(), "roomd.dev.yaml", faults)
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
