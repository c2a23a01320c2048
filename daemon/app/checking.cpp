#include "app/checking.hpp"

#include "app/options.hpp"
#include "config/load.hpp"
#include "host/check.hpp"

#include <exception>
#include <vector>

namespace roomd::app {

void check_plugins(host::Libraries &libraries, const config::Config &config,
                   config::Faults &faults) {
    const auto entries = plugin_entries(config);
    const auto found = host::check(libraries, entries);
    for (const auto &fault : found) {
        const auto &node = config.plugins.load[fault.entry].node;
        if (node.is_absent(fault.pointer)) continue; // its credential is absent: not checked
        faults.add(node.fault(fault.pointer, fault.text, fault.hint));
    }
    if (!faults.empty()) return;
    std::vector<config::Loaded> loaded;
    for (const std::size_t i : host::guarded(libraries, entries))
        loaded.push_back({config.plugins.load[i].instance, true, {}});
    config::check_guarded(config, loaded, faults);
}

std::string reason(const std::exception &e) {
    std::string out = e.what();
    try {
        std::rethrow_if_nested(e);
    } catch (const std::exception &cause) {
        out += ": " + reason(cause);
    }
    return out;
}

void check_settings(const config::Config &config, config::Faults &faults) {
    try {
        static_cast<void>(keys(config));
        static_cast<void>(dispatch_options(config));
        net::check(net_options(config));
    } catch (const std::exception &e) {
        faults.add({config.path, {}, reason(e), ""});
    }
}

void check_running(const config::Config &config, const net::Server &server,
                   config::Faults &faults) {
    try {
        server.check(net_options(config));
    } catch (const std::exception &e) {
        faults.add({config.path, {}, reason(e), ""});
    }
}

} // namespace roomd::app
