#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>
#include <utility>
#include <vector>

namespace roomd::cli {
namespace {

constexpr base::Duration patience{300000}; // plugins may take their time

int print_answer(Io &io, std::string_view data) {
    io.out << "reloaded " << base::visible(json::string(json::member(data, "config")), 4096)
           << '\n';
    std::vector<std::string_view> list;
    json::split_array(json::member(data, "restart"), list);
    for (const auto key : list)
        io.out << "  " << base::visible(json::string(key)) << " has changed: it needs a restart\n";
    json::split_array(json::member(data, "credentials"), list);
    std::string names;
    for (const auto name : list)
        names += (names.empty() ? "" : ", ") + base::visible(json::string(name));
    if (!names.empty())
        io.out << "  not read again: the credentials " << names
               << ", which systemd copied when the service started: restart it to change one\n";
    bool all = true;
    for (const auto &[member, what] :
         {std::pair("kept", "kept its old configuration"), std::pair("stopped", "did not start")}) {
        json::split_array(json::member(data, member), list);
        for (const auto plugin : list)
            io.out << "  plugin " << base::visible(json::string(json::member(plugin, "plugin")))
                   << ' ' << what << ": "
                   << base::visible(json::string(json::member(plugin, "why")), 1000) << '\n';
        all = all && list.empty();
    }
    return all ? app::exit_ok : app::exit_runtime;
}

} // namespace

void add_reload(Tree &tree) {
    auto target = std::make_shared<Target>();
    Syntax syntax =
        tree.command("reload", "Make the daemon read its configuration again", [target](Io &io) {
            return ask(io, *target, {"/admin/reload", true, "", patience}, print_answer);
        });
    target->add_to(syntax);
    syntax.more("Waits for the outcome.  If there are faults nothing changes, each is printed with "
                "its place, and the exit code is 3.  Exit code 1: a plugin kept its old "
                "configuration, or did not start.");
}

} // namespace roomd::cli
