#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

int print_plugins(Io &io, std::string_view data) {
    std::vector<std::string_view> plugins;
    json::split_array(json::member(data, "plugins"), plugins);
    std::vector<std::vector<std::string>> rows{{"INSTANCE", "PLUGIN", "VERSION", "STATE", "WHY"}};
    for (const auto plugin : plugins) {
        std::vector<std::string> &row = rows.emplace_back();
        for (const char *name : {"instance", "plugin", "version", "state", "why"})
            row.push_back(json::string(json::member(plugin, name)));
    }
    if (plugins.empty())
        io.err << "roomd: the daemon has no plugins\n";
    else
        print_table(io.out, rows);
    return app::exit_ok;
}

} // namespace

void add_plugin_list(Tree &tree) {
    auto target = std::make_shared<Target>();
    Syntax syntax = tree.command(
        "plugin", "Plugins", "list", "List the daemon's plugins and their state", [target](Io &io) {
            return ask(io, *target, {"/admin/plugins", false, ""}, print_plugins);
        });
    target->add_to(syntax);
}

} // namespace roomd::cli
