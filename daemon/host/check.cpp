#include "host/check.hpp"

#include "base/plugin_name.hpp"
#include "base/text.hpp"
#include "host/section_schema.hpp"
#include "host/strings.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace roomd::host {
namespace {

struct Told {
    std::vector<EntryFault> &faults;
    std::size_t entry;
    std::size_t first, end; // of the faults that the schema found in this entry
};

// Called by the plugin, inside check().
void tell(void *user, roomd_str pointer, roomd_str text, roomd_str hint) noexcept {
    Told &told = *static_cast<Told *>(user);
    if (told.faults.size() >= 1000)
        return; // enough to read; a loop in a plugin must not fill memory
    const std::string place = base::printable(view(pointer));
    for (std::size_t i = told.first; i < told.end && !place.empty(); ++i)
        if (told.faults[i].pointer == place) return; // told already
    told.faults.push_back(
        {told.entry, place, base::printable(view(text), 500), base::printable(view(hint), 500)});
}

// What the plugin's schema says is refused here, so that no plugin author has to.
void check_schema(const roomd_plugin &table, const PluginEntry &entry, std::size_t index,
                  std::vector<EntryFault> &faults) {
    if (table.config_schema == nullptr) return;
    const auto kind = json::check(table.config_schema);
    if (!kind || *kind != json::Kind::object) {
        faults.push_back({index, "", "the plugin's own config_schema is not a JSON object",
                          "report it to its author"});
        return;
    }
    for (SectionFault &fault : check_section(table.config_schema, entry.config_json))
        faults.push_back(
            {index, std::move(fault.pointer), std::move(fault.text), std::move(fault.hint)});
}

void check_entry(const roomd_plugin &table, const PluginEntry &entry, std::size_t index,
                 std::vector<EntryFault> &faults) {
    const auto kind = json::check(entry.config_json);
    if (!kind || *kind != json::Kind::object) {
        faults.push_back({index, "", "the section is not a map", ""});
        return;
    }
    const std::size_t first = faults.size();
    check_schema(table, entry, index, faults);
    if (table.check == nullptr) return;
    Told told{faults, index, first, faults.size()};
    roomd_status status = ROOMD_FAILED;
    try {
        status = table.check({entry.config_json.data(), entry.config_json.size()}, tell, &told);
    } catch (...) {
        faults.push_back(
            {index, "", "the plugin's check() threw an exception", "report it to its author"});
    }
    if (status != ROOMD_OK && faults.size() == first) {
        faults.push_back({index, "",
                          "the plugin refuses this configuration and does not say why (status " +
                              std::to_string(int(status)) + ")",
                          ""});
    }
}

} // namespace

std::vector<EntryFault> check(Libraries &libraries, const std::vector<PluginEntry> &entries) {
    std::vector<EntryFault> faults;
    std::set<std::string_view> labels;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const PluginEntry &entry = entries[i];
        if (!base::is_plugin_name(entry.name)) {
            faults.push_back({i, "",
                              "plugin name \"" + base::printable(entry.name, 64) +
                                  "\" is not of the form [a-z][a-z0-9_]*",
                              ""});
            continue;
        }
        if (!base::is_plugin_name(entry.label())) {
            faults.push_back({i, "",
                              "instance \"" + base::printable(entry.label(), 64) +
                                  "\" is not of the form [a-z][a-z0-9_]*",
                              ""});
        }
        if (!labels.insert(entry.label()).second) {
            faults.push_back({i, "", "duplicate instance \"" + entry.label() + "\"",
                              "give each its own `instance:`"});
        }
        if (!entry.enabled) continue;
        try {
            check_entry(libraries.open(entry.name, entry.file).table(), entry, i, faults);
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
