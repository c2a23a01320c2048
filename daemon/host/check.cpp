#include "host/check.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace roomd::host {
namespace {

std::string_view view(roomd_str s) {
    return s.ptr == nullptr ? std::string_view{} : std::string_view{s.ptr, s.len};
}

struct Told {
    std::vector<Fault> &faults;
    std::size_t entry;
    std::vector<std::string> unknown_keys; // pointers of those the schema lacks
};

// Called by the plugin, inside check().
void tell(void *user, roomd_str pointer, roomd_str text, roomd_str hint) noexcept {
    Told &told = *static_cast<Told *>(user);
    if (told.faults.size() >= 1000)
        return; // enough to read; a loop in a plugin must not fill memory
    std::string at = base::printable(view(pointer));
    const auto &known = told.unknown_keys;
    if (std::find(known.begin(), known.end(), at) != known.end()) return; // said already
    told.faults.push_back({told.entry, std::move(at), base::printable(view(text), 500),
                           base::printable(view(hint), 500)});
}

// The keys of a JSON object's text; it passed json::check().
std::vector<std::string> keys_of(std::string_view object) {
    std::vector<std::string> keys;
    std::size_t depth = 0;
    bool at_key = false;
    for (std::size_t i = 0; i < object.size(); ++i) {
        const char c = object[i];
        if (c == '"') {
            std::size_t end = i + 1;
            while (object[end] != '"')
                end += object[end] == '\\' ? 2 : 1;
            if (at_key) keys.push_back(json::string(object.substr(i, end + 1 - i)));
            at_key = false;
            i = end;
        } else if (c == '{' || c == '[') {
            at_key = ++depth == 1;
        } else if (c == '}' || c == ']') {
            --depth;
        } else if (c == ',') {
            at_key = depth == 1;
        }
    }
    return keys;
}

std::string escape_pointer(std::string_view key) {
    std::string out = "/";
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

// A key the plugin's schema does not have is refused here, so that no plugin author has to.
void check_keys(const roomd_plugin &table, const PluginEntry &entry, std::size_t index,
                std::vector<Fault> &faults) {
    if (table.config_schema == nullptr) return;
    const std::string_view schema = table.config_schema;
    const auto kind = json::check(schema);
    if (!kind || *kind != json::Kind::object) {
        faults.push_back({index, "", "the plugin's own config_schema is not a JSON object",
                          "report it to its author"});
        return;
    }
    const std::string_view properties = json::member(schema, "properties");
    if (properties.empty() || json::kind(properties) != json::Kind::object) return;
    const std::vector<std::string> known = keys_of(properties);
    const std::vector<std::string_view> names(known.begin(), known.end());
    for (const std::string &key : keys_of(entry.config_json)) {
        bool found = false;
        for (const std::string_view name : names)
            found = found || name == key;
        if (found) continue;
        const std::string_view near = base::nearest(key, names);
        std::string hint;
        if (!near.empty()) hint = "did you mean \"" + std::string(near) + "\"?";
        faults.push_back({index, escape_pointer(key),
                          "unknown key \"" + base::printable(key, 64) + "\"", std::move(hint)});
    }
}

void check_section(const roomd_plugin &table, const PluginEntry &entry, std::size_t index,
                   std::vector<Fault> &faults) {
    const auto kind = json::check(entry.config_json);
    if (!kind || *kind != json::Kind::object) {
        faults.push_back({index, "", "the section is not a map", ""});
        return;
    }
    const std::size_t begin = faults.size();
    check_keys(table, entry, index, faults);
    if (table.check == nullptr) return;
    Told told{faults, index, {}};
    for (std::size_t i = begin; i < faults.size(); ++i)
        told.unknown_keys.push_back(faults[i].pointer);
    roomd_status status = ROOMD_FAILED;
    try {
        status = table.check({entry.config_json.data(), entry.config_json.size()}, tell, &told);
    } catch (...) {
        faults.push_back(
            {index, "", "the plugin's check() threw an exception", "report it to its author"});
    }
    if (status != ROOMD_OK && faults.size() == begin) {
        faults.push_back({index, "",
                          "the plugin refuses this configuration and does not say why (status " +
                              std::to_string(int(status)) + ")",
                          ""});
    }
}

} // namespace

std::vector<Fault> check(Libraries &libraries, const std::vector<PluginEntry> &entries) {
    std::vector<Fault> faults;
    std::set<std::string_view> labels;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const PluginEntry &entry = entries[i];
        if (!is_plugin_name(entry.name)) {
            faults.push_back({i, "",
                              "plugin name \"" + base::printable(entry.name, 64) +
                                  "\" is not of the form [a-z][a-z0-9_]*",
                              ""});
            continue;
        }
        if (!is_plugin_name(entry.label())) {
            faults.push_back({i, "",
                              "instance \"" + base::printable(entry.label(), 64) +
                                  "\" is not of the form [a-z][a-z0-9_]*",
                              ""});
        }
        if (!labels.insert(entry.label()).second) {
            faults.push_back(
                {i, "", "a second \"" + entry.label() + "\"", "give each its own `instance:`"});
        }
        if (!entry.enabled) continue;
        try {
            check_section(libraries.open(entry.name, entry.file).table(), entry, i, faults);
        } catch (const std::exception &e) {
            const bool there = entry.file.empty() || access(entry.file.c_str(), F_OK) == 0;
            faults.push_back({i, "", e.what(),
                              there ? ""
                                    : "put it there, or name another with file: or "
                                      "plugins.directory"});
        }
    }
    return faults;
}

std::vector<std::size_t> guarded(Libraries &libraries, const std::vector<PluginEntry> &entries) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!entries[i].enabled) continue;
        const Library &library = libraries.open(entries[i].name, entries[i].file);
        if ((library.table().flags & ROOMD_PLUGIN_GUARDED) != 0) found.push_back(i);
    }
    return found;
}

} // namespace roomd::host
