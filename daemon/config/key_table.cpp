#include "config/key_table.hpp"

#include "config/config.hpp"
#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace roomd::config {
namespace {

constexpr std::array recovery_key{planned("recovery", "What a returning client missed.")};

template <class... Keys> constexpr auto concat(const Keys &...keys) {
    std::array<KeyInfo, (0 + ... + std::tuple_size_v<Keys>)> out{};
    auto at = out.begin();
    ((at = std::transform(keys.begin(), keys.end(), at, [](const auto &key) { return key.info; })),
     ...);
    return out;
}

// All of them, in the order of the reference.
constexpr auto table =
    concat(service_keys, listen_list, listen_keys, tls_keys, trusted_proxies_list, socketio_keys,
           portal_list, portal_keys, cors_keys, auth_mode_key, generated_key, issuer_list,
           issuer_keys, claim_keys, auth_keys, room_kinds, room_keys, namespace_list,
           namespace_keys, catalogue_keys, event_map, event_keys, client_event_map,
           client_event_keys, limit_keys, api_key_list, api_key_keys, admin_keys, console_keys,
           plugins_keys, plugin_keys, idempotency_keys, drain_keys, log_keys, recovery_key);

// "listen[].address" below "listen[]" is "address"; empty when it is not below.
std::string_view name_below(std::string_view path, std::string_view above) noexcept {
    if (!above.empty()) {
        if (!path.starts_with(above) || path.size() <= above.size()) return {};
        path.remove_prefix(above.size());
        if (path[0] != '.') return {};
        path.remove_prefix(1);
    }
    return path.substr(0, path.find_first_of(".["));
}

} // namespace

std::span<const KeyInfo> key_table() noexcept {
    return table;
}

std::vector<std::string_view> names_below(std::string_view path) {
    std::vector<std::string_view> names;
    for (const KeyInfo &key : table) {
        const std::string_view name = name_below(key.path, path);
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    return names;
}

const KeyInfo *find_key(std::string_view path) noexcept {
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const KeyInfo &key) { return key.path == path; });
    return found == std::end(table) ? nullptr : &*found;
}

} // namespace roomd::config
