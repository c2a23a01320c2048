#include "base/plugin_name.hpp"
#include "config/key_table.hpp"
#include "config/plugin_json.hpp"
#include "config/readers.hpp"
#include "config/shipped.hpp"
#include "config/trust.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

void check_name(const Section &entry, std::string_view key, const std::string &name) {
    if (name.empty() || base::is_plugin_name(name)) return;
    entry.fault(key, entry.shown(key) + ": invalid name \"" + name + '"',
                "begin with a lower-case letter; then lower-case letters, digits and \"_\"");
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
    in.read(plugins_keys, config.plugins);
    if (config.plugins.directory.empty())
        config.plugins.directory = plugin_folder();
    else
        trust(in.source(), in.mark("directory"), config.plugins.directory);
    const auto core_names = names_below("plugins.load[]");
    Unique instances("plugin");
    for (const Section &entry : in.list("load", Section::Others::taken)) {
        Plugin plugin;
        entry.read(plugin_keys, plugin);
        if (!entry.has("name")) continue;
        check_name(entry, "name", plugin.name);
        check_name(entry, "instance", plugin.instance);
        if (plugin.instance.empty()) plugin.instance = plugin.name;
        if (!plugin.instance.empty())
            instances.add(entry, entry.has("instance") ? "instance" : "name", plugin.instance);
        read_file(entry, config.plugins.directory, plugin);
        // A plugin that is off may name secrets that are not there yet.
        if (!plugin.enabled) continue;
        trust(entry.source(), entry.mark(entry.has("file") ? "file" : "name"), plugin.file);
        plugin.node = plugin_node(entry.source(), *entry.node(), core_names);
        config.plugins.load.push_back(std::move(plugin));
    }
}

} // namespace roomd::config
