#include "config/environment.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "config/installed.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <unistd.h>
#include <utility>

namespace roomd::config {
namespace {

constexpr std::string_view prefix = "ROOMD_";
constexpr std::string_view file_variable = "ROOMD_CONFIG";
constexpr std::string_view first_listener = "listen[].";

// None is of a form that Kubernetes sets for a service (is_of_kubernetes).
constexpr std::array all_variables{
    Variable{file_variable, "",
             "The configuration file, where `--config` names none; a relative path begins where "
             "roomd was started."},
    Variable{"ROOMD_LISTEN", "listen[].address",
             "The address of the first listener. The rest of its entry and the other listeners "
             "stay as they are."},
    Variable{"ROOMD_NAME", "service.name", "What `/health` calls this service."},
    Variable{"ROOMD_LOG_FORMAT", "log.format", "`text` or `json`."},
    Variable{"ROOMD_LOG_LEVEL", "log.level", "The least important messages that are written."},
    Variable{"ROOMD_ADMIN_SOCKET", "admin.socket",
             "Unix socket for operators. The commands that talk to a daemon look there too."},
    Variable{"ROOMD_PLUGIN_DIRECTORY", "plugins.directory", "Folder of the plugins."},
    Variable{"ROOMD_CLIENT_DIRECTORY", "socketio.client_directory",
             "Folder of the browser's client."},
    Variable{"ROOMD_CACHE", "auth.cache", "Folder for copies of issuers' key sets."},
};

// ROOMD_SERVICE_HOST, ROOMD_PORT, ROOMD_PORT_3001_TCP_ADDR, ROOMD_METRICS_SERVICE_PORT_HTTP, ..:
// for each service of a name like "roomd" or "roomd-metrics".
bool is_of_kubernetes(std::string_view name) noexcept {
    return name.find("_SERVICE_HOST") != name.npos || name.find("_SERVICE_PORT") != name.npos ||
           name.ends_with("_PORT") || name.find("_PORT_") != name.npos;
}

bool holds(const Item &item, std::string_view text) {
    const auto in = [&](const Item &one) { return holds(one, text); };
    return item.text.find(text) != item.text.npos ||
           std::any_of(item.items.begin(), item.items.end(), in) ||
           std::any_of(item.entries.begin(), item.entries.end(),
                       [&](const Entry &entry) { return in(entry.value); });
}

// The one that was probably meant; empty: it is somebody else's.
std::string_view meant_by(std::string_view name) {
    std::vector<std::string_view> known; // without what all have in common
    known.reserve(all_variables.size());
    for (const Variable &variable : all_variables)
        known.push_back(variable.name.substr(prefix.size()));
    const std::string_view word = name.substr(prefix.size());
    std::string_view near = base::nearest(word, known);
    for (const std::string_view one : known)
        if (near.empty() && word.size() > 2 && (one.starts_with(word) || word.starts_with(one)))
            near = one;
    const auto found = std::find(known.begin(), known.end(), near);
    return found == known.end()
               ? std::string_view()
               : all_variables.at(static_cast<std::size_t>(found - known.begin())).name;
}

void warn_of_typos(const Source &source, const Item &root) {
    for (const char *const *at = environ; *at != nullptr; ++at) {
        const std::string_view line = *at;
        const std::string_view name = line.substr(0, line.find('='));
        const bool known = std::any_of(all_variables.begin(), all_variables.end(),
                                       [&](const Variable &one) { return one.name == name; });
        if (known || !name.starts_with(prefix) || is_of_kubernetes(name)) continue;
        const std::string_view meant = meant_by(name);
        if (meant.empty() || holds(root, "${env:" + std::string(name) + '}')) continue;
        source.faults.warn({'$' + std::string(name),
                            {},
                            "warning: this variable has no effect",
                            "did you mean " + std::string(meant) + "?"});
    }
}

// The value of `name` in the map; it is made where there is none.
Item &member(Item &map, std::string_view name, Mark mark) {
    for (Entry &entry : map.entries)
        if (entry.key == name) return entry.value;
    Item none;
    none.mark = mark;
    return map.entries.emplace_back(Entry{std::string(name), mark, std::move(none)}).value;
}

// Makes it a map, if nothing stands there.  Null: something else does, which its reader tells.
Item *as_map(Item &item) noexcept {
    if (item.kind == Item::Kind::null) item.kind = Item::Kind::map;
    return item.kind == Item::Kind::map ? &item : nullptr;
}

// The map that holds the key.  Null: what the files say there is a fault, which its reader tells.
Item *home_of(Item &root, std::string_view key, Mark mark) {
    if (!key.starts_with(first_listener)) {
        const std::size_t dot = key.find('.');
        return dot == key.npos ? &root : as_map(member(root, key.substr(0, dot), mark));
    }
    Item &list = member(root, "listen", mark);
    if (list.kind == Item::Kind::null) {
        list.kind = Item::Kind::list;
        list.items.emplace_back().mark = mark;
    }
    return list.kind == Item::Kind::list && !list.items.empty() ? as_map(list.items[0]) : nullptr;
}

// Why it cannot be what a file could say; null when it can.
const char *unfit_value(std::string_view text) noexcept {
    if (!base::is_utf8(text)) return "its value is not UTF-8";
    return std::any_of(text.begin(), text.end(), base::is_control)
               ? "its value holds a control character"
               : nullptr;
}

} // namespace

std::span<const Variable> variables() noexcept {
    return all_variables;
}

std::string value_of_variable(std::string_view name) {
    const char *value = std::getenv(std::string(name).c_str());
    return value != nullptr ? value : "";
}

std::string default_file() {
    std::string named = value_of_variable(file_variable);
    return named.empty() ? installed_configuration : named;
}

std::vector<std::string> apply_environment(Source &source, Item &root) {
    std::vector<std::string> applied;
    warn_of_typos(source, root);
    if (root.kind != Item::Kind::map) return applied;
    for (const Variable &variable : all_variables) {
        const std::string value = value_of_variable(variable.name);
        if (value.empty() || variable.key.empty()) continue;
        const Mark mark{0, 0, source.files.size()};
        // Relative paths begin where roomd was started.
        source.files.push_back({'$' + std::string(variable.name), file_at("./x").folder});
        if (const char *why = unfit_value(value)) {
            source.fault(mark, why);
            continue;
        }
        Item *home = home_of(root, variable.key, mark);
        if (home == nullptr) continue;
        Item item;
        item.kind = Item::Kind::scalar;
        item.quoted = true;
        item.mark = mark;
        item.text = value;
        member(*home, variable.key.substr(variable.key.rfind('.') + 1), mark) = std::move(item);
        applied.emplace_back(variable.name);
    }
    return applied;
}

} // namespace roomd::config
