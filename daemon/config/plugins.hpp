#pragma once

#include "config/key.hpp"
#include "config/plugin_node.hpp"
#include "host/settings.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace roomd::config {

struct Plugin {
    Plugin();
    std::string name;     // of the plugin: its file and what it calls itself
    std::string file;     // absolute
    std::string instance; // names it in logs and metrics; by default the plugin's name
    bool enabled{};
    bool required{};
    std::size_t budget{}; // bytes it may have in flight
    PluginNode node;      // its own keys
};

struct Plugins : host::Patience {
    Plugins();
    std::string directory;    // absolute, once it was read
    std::vector<Plugin> load; // the enabled ones, in the order of the file
};

// clang-format off
inline constexpr std::array plugins_keys{
    file("plugins.directory", &Plugins::directory, "\"\"", Reload::yes,
        "Folder of the plugins' `.so` files. Empty: where this roomd was built or installed, such as `/usr/lib/roomd/plugins`."),
    duration<Plugins>("plugins.slow_call", &Plugins::slow_call, "50ms", {"1ms", "60s"}, Reload::no,
        "A call into a plugin that takes longer is counted and logged."),
    duration<Plugins>("plugins.answer_timeout", &Plugins::answer_timeout, "5s", {"10ms", "1h"}, Reload::no,
        "How long a plugin may take for its verdict on a connect or a join."),
    structured<Plugins>("plugins.load", "list", "[]", Reload::yes,
        "Which plugins to load: `http_emit`, `http_clients`, `test_event`, `webhook`, `postgres`, or your own. Keys not named here are the plugin's own."),
};
inline constexpr std::array plugin_keys{
    text("plugins.load[].name", &Plugin::name, "", Reload::yes,
        "The plugin's name, which is that of its file: `<directory>/<name>.so`.")
        .required("write { name: http_emit }").sample("http_emit"),
    structured<Plugin>("plugins.load[].file", "path", "", Reload::yes,
        "Another file. Without a `/` it is in `plugins.directory`.")
        .sample("http_emit.so"),
    text("plugins.load[].instance", &Plugin::instance, "", Reload::yes,
        "Names it in logs and metrics when one plugin is loaded twice. Default: its name.")
        .sample("http_emit"),
    flag("plugins.load[].enabled", &Plugin::enabled, "true", Reload::yes,
        "`false`: not loaded, and its own keys are not looked at."),
    flag("plugins.load[].required", &Plugin::required, "false", Reload::yes,
        "Whether `/ready` waits for it."),
    size("plugins.load[].budget", &Plugin::budget, "8MiB", {"64KiB", "1GiB"}, Reload::yes,
        "Bytes it may have in flight."),
};
// clang-format on

inline Plugin::Plugin() {
    set_initial(*this, plugin_keys);
}

inline Plugins::Plugins() {
    set_initial(*this, plugins_keys);
}

} // namespace roomd::config
