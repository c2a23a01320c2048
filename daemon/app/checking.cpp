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

std::optional<Expiry> expiry_of(const std::string &file, const net::Validity &validity,
                                std::int64_t now_ms) {
    constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000, soon_ms = 14 * day_ms;
    const auto date = [](std::int64_t when_ms) { return base::iso8601(when_ms); };
    const std::string what = "certificate " + file;
    if (validity.until_ms <= now_ms)
        return Expiry{what + " expired on " + date(validity.until_ms) + ": clients refuse it",
                      "replace it, then reload"};
    if (validity.from_ms > now_ms)
        return Expiry{what + " is not valid before " + date(validity.from_ms) +
                          ": clients refuse it",
                      "check this machine's clock, or replace it and reload"};
    if (validity.until_ms - now_ms < soon_ms)
        return Expiry{what + " expires on " + date(validity.until_ms) + ", in " +
                          std::to_string((validity.until_ms - now_ms) / day_ms) + " days",
                      "replace it before, then reload"};
    return std::nullopt;
}

void warn_of_certificates(config::Config &config, std::int64_t now_ms) {
    for (const config::Listen &listen : config.listen) {
        if (!listen.tls) continue;
        std::vector<net::PemPair> all{{listen.tls->certificate, listen.tls->key}};
        all.insert(all.end(), listen.tls->more.begin(), listen.tls->more.end());
        for (const net::PemPair &pem : all) {
            const auto validity = net::validity_of(pem.certificate);
            if (!validity) continue;
            if (auto expiry = expiry_of(pem.certificate, *validity, now_ms))
                config.warnings.push_back(
                    {config.path, {}, "warning: " + expiry->what, expiry->hint});
        }
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
