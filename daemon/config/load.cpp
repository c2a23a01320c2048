#include "config/load.hpp"

#include "config/effective.hpp"
#include "config/environment.hpp"
#include "config/parts.hpp"
#include "config/readers.hpp"

#include <algorithm>
#include <initializer_list>

namespace roomd::config {
namespace {

// Each name once, where it is first.
std::vector<std::string> each_once(const std::vector<std::string> &names) {
    std::vector<std::string> out;
    for (const std::string &name : names)
        if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    return out;
}

// An issuer without a key that was read cannot check tokens, and is left out.
void tell_absent(const Source &source, Config &config) {
    if (source.absent == nullptr || source.absent->empty()) return;
    config.absent = each_once(*source.absent);
    const auto left_out = std::erase_if(config.auth.issuers, [](const auth::Issuer &issuer) {
        return issuer.keys.empty() && issuer.jwks_url.empty();
    });
    config.lacks_issuer_keys = left_out > 0;
    std::string names;
    for (const std::string &name : config.absent)
        (names += names.empty() ? "" : ", ") += name;
    source.warn({}, "not checked: the secrets " + names +
                        ", which only the running service and root beside it can read");
}

// Everything that is read from the tree, after what the environment says is in it.
void read(Source &source, Item &root, Config &config) {
    config.environment = apply_environment(source, root);
    const Section top(source, root);
    const Section service = top.map("service");
    service.read(service_keys, config.service);
    if (config.service.name.empty())
        service.fault("name", service.shown("name") + " is empty", "remove it for \"roomd\"");
    read_listen(top, config);
    read_socketio(top, config);
    read_portals(top, config);
    read_proxies(top, config);
    read_auth(top, config);
    check_own_origin(top, config);
    read_kinds(top, config);
    read_rooms(top, config);
    read_events(top, config);
    read_client_events(top, config);
    read_limits(top, config);
    read_keys(top, config);
    read_admin(top, config);
    read_console(top, config);
    read_plugins(top, config);
    tell_absent(source, config);
    config.credentials = each_once(config.credentials);
    config.warnings = source.faults.warnings();
    if (source.faults.empty()) config.effective = effective(source, root);
}

} // namespace

Config load_text(std::string_view yaml, const std::string &path, Faults &faults) {
    Config config;
    config.path = path;
    Source source{{file_at(path)}, faults};
    source.credentials = &config.credentials;
    std::optional<Item> root = parse_yaml(yaml, path, faults);
    if (root) read(source, *root, config);
    return config;
}

Config load_file(const std::string &path, Faults &faults, base::Wanted main,
                 Credentials credentials) {
    Config config;
    config.path = path;
    std::vector<std::string> absent;
    Source source{{file_at(path)}, faults};
    if (credentials == Credentials::may_be_absent) source.absent = &absent;
    source.credentials = &config.credentials;
    std::optional<Item> root = read_parts(source, main);
    if (root) read(source, *root, config);
    return config;
}

void check_guarded(const Config &config, const std::vector<Loaded> &loaded, Faults &faults) {
    // The first that other machines can reach where any of these kinds is served.
    const auto open_for = [&](std::initializer_list<std::string_view> kinds) -> const Listen * {
        const auto found =
            std::find_if(config.listen.begin(), config.listen.end(), [&](const Listen &listen) {
                // Which sockets systemd passes is only known at the start.
                return listen.systemd.empty() && !listen.loopback &&
                       std::any_of(kinds.begin(), kinds.end(),
                                   [&](auto kind) { return listen.does_serve(kind); });
            });
        return found == config.listen.end() ? nullptr : &*found;
    };
    const auto has_key = [&](std::string_view scope) {
        return std::any_of(config.keys.begin(), config.keys.end(), [&](const auth::Key &key) {
            return scope.empty() || auth::has_scope(key, scope);
        });
    };
    const auto admin =
        std::find_if(config.listen.begin(), config.listen.end(),
                     [](const Listen &listen) { return listen.does_serve("admin"); });
    if (admin != config.listen.end() && !has_key("admin"))
        faults.add({config.path,
                    {},
                    admin->name() + " serves admin, and there is no key with scope \"admin\": "
                                    "nobody could use it",
                    "add one under keys:, or use the admin socket"});
    // Strangers are refused in any case: then the console is of no use to anyone from elsewhere.
    const Listen *open = open_for({"api", "admin"});
    if (open != nullptr && !config.console.path.empty() && !has_key("admin"))
        faults.add({config.path,
                    {},
                    "the console can be reached by other machines on " + open->address +
                        ", and there is no key with scope \"admin\"",
                    "add one under keys:, or listen on 127.0.0.1, [::1] or a Unix socket only"});
    open = open_for({"api"});
    for (const Loaded &plugin : loaded) {
        if (!plugin.guarded || open == nullptr) continue;
        const auto entry =
            std::find_if(config.plugins.load.begin(), config.plugins.load.end(),
                         [&](const Plugin &p) { return p.instance == plugin.instance; });
        if (entry == config.plugins.load.end()) continue;
        const std::vector<std::string> any{""};
        for (const std::string &scope : plugin.scopes.empty() ? any : plugin.scopes) {
            if (has_key(scope)) continue;
            const std::string which =
                scope.empty() ? "no key at all" : "no key with scope \"" + scope + "\"";
            faults.add(entry->node.fault(
                "",
                "plugin \"" + plugin.instance + "\" can be reached by other machines on " +
                    open->address + ", and there is " + which,
                "add one under keys:, or listen on 127.0.0.1, [::1] or a Unix socket only"));
        }
    }
}

} // namespace roomd::config
