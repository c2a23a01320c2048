#include "config/key_table.hpp"
#include "config/plugin_json.hpp"
#include "config/readers.hpp"
#include "config/shipped.hpp"
#include "config/trust.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

// A plugin's name becomes a file's: nothing in it may lead out of the folder.
bool is_plugin_name(std::string_view name) noexcept {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 64 && lower(name[0]) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

void read_name(const Section &entry, std::string_view key, std::string &out) {
    entry.text(key, out);
    if (out.empty() || is_plugin_name(out)) return;
    entry.fault(key, entry.shown(key) + ": \"" + out + "\" is no name",
                "begin with a small letter; then small letters, digits and \"_\"");
}

void read_file(const Section &entry, const std::string &directory, Plugin &plugin) {
    std::string file = plugin.name + ".so";
    entry.text("file", file);
    const bool in_directory = file.find('/') == std::string::npos;
    plugin.file =
        in_directory ? directory + '/' + file : entry.source().absolute(file, entry.mark("file"));
}

} // namespace

void read_plugins(const Section &top, Config &config) {
    const Section in = top.map("plugins");
    in.path("directory", config.plugins.directory);
    if (config.plugins.directory.empty())
        config.plugins.directory = plugin_folder();
    else
        trust(in.source(), in.mark("directory"), config.plugins.directory);
    in.duration("slow_call", config.plugins.slow_call, base::Duration(1), base::Duration(60000));
    in.duration("answer_timeout", config.plugins.answer_timeout, base::Duration(10),
                base::Duration(3600000));
    const auto core_names = names_below("plugins.load[]");
    Unique instances("plugin");
    for (const Section &entry : in.list("load", Section::Others::taken)) {
        Plugin plugin;
        if (!entry.require("name", "write { name: http_emit }")) continue;
        read_name(entry, "name", plugin.name);
        plugin.instance = plugin.name;
        if (entry.has("instance")) read_name(entry, "instance", plugin.instance);
        if (!plugin.instance.empty())
            instances.add(entry, entry.has("instance") ? "instance" : "name", plugin.instance);
        read_file(entry, config.plugins.directory, plugin);
        bool enabled = true;
        entry.flag("enabled", enabled);
        entry.flag("required", plugin.required);
        entry.size("budget", plugin.budget, 64 * 1024, std::size_t{1} << 30);
        // A plugin that is off may name secrets that are not there yet.
        if (!enabled) continue;
        trust(entry.source(), entry.mark(entry.has("file") ? "file" : "name"), plugin.file);
        plugin.node = plugin_node(entry.source(), *entry.node(), core_names);
        config.plugins.load.push_back(std::move(plugin));
    }
}

} // namespace roomd::config
