#include "app/checking.hpp"

#include "app/options.hpp"
#include "base/text.hpp"
#include "config/load.hpp"
#include "host/check.hpp"
#include "net/validity.hpp"

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

void warn_of_certificates(config::Config &config, std::int64_t now_ms) {
    constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000, soon_ms = 14 * day_ms;
    for (const config::Listen &listen : config.listen) {
        if (!listen.tls) continue;
        const auto valid = net::validity_of(listen.tls->certificate);
        if (!valid) continue;
        const auto warn = [&](const std::string &what, const char *hint) {
            config.warnings.push_back(
                {config.path, {}, "warning: certificate " + listen.tls->certificate + what, hint});
        };
        const auto date = [](std::int64_t when_ms) { return base::iso8601(when_ms); };
        if (valid->until_ms <= now_ms)
            warn(" expired on " + date(valid->until_ms) + ": clients refuse it",
                 "replace it, then reload");
        else if (valid->from_ms > now_ms)
            warn(" is not valid before " + date(valid->from_ms) + ": clients refuse it",
                 "check this machine's clock, or replace it and reload");
        else if (valid->until_ms - now_ms < soon_ms)
            warn(" expires on " + date(valid->until_ms) + ", in " +
                     std::to_string((valid->until_ms - now_ms) / day_ms) + " days",
                 "replace it before, then reload");
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
