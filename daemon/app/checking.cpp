#include "app/checking.hpp"

#include "app/options.hpp"
#include "config/load.hpp"
#include "host/check.hpp"

#include <vector>

namespace roomd::app {

void check_plugins(host::Libraries &libraries, const config::Config &config,
                   config::Faults &faults) {
    const auto entries = plugin_entries(config);
    const auto found = host::check(libraries, entries);
    for (const auto &fault : found) {
        const auto &node = config.plugins.load[fault.entry].node;
        faults.add(node.fault(fault.pointer, fault.text, fault.hint));
    }
    if (!found.empty()) return;
    std::vector<config::Loaded> loaded;
    for (const std::size_t i : host::guarded(libraries, entries))
        loaded.push_back({config.plugins.load[i].instance, true, {}});
    config::check_guarded(config, loaded, faults);
}

} // namespace roomd::app
