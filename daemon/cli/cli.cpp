#include "cli/cli.hpp"

#include "app/exit_code.hpp"
#include "app/version.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"

#include <CLI/CLI.hpp>

namespace roomd::cli {
namespace {

int unknown_command(CLI::App &root, const std::string &name, Io &io) {
    std::vector<std::string> known;
    for (const CLI::App *command : root.get_subcommands({}))
        known.push_back(command->get_name());
    const auto near = base::nearest(name, {known.begin(), known.end()});
    const std::string hint =
        near.empty() ? "`roomd help` lists them" : "did you mean \"" + std::string(near) + "\"?";
    return fail(io, Form::text, app::exit_usage, "usage",
                "there is no command \"" + base::printable(name) + "\"; " + hint);
}

} // namespace

void add_commands(Tree &tree) {
    for (const auto add :
         {add_run,     add_dev,       add_check,       add_config_show,  add_config_schema,
          add_explain, add_cors_test, add_token_mint,  add_token_verify, add_reload,
          add_stats,   add_rooms,     add_clients,     add_kick,         add_emit,
          add_tail,    add_key_new,   add_plugin_list, add_plugin_check, add_completion,
          add_version, add_help})
        add(tree);
}

int run(int argc, const char *const *argv, Io &io) {
    CLI::App app{"Rooms for Socket.IO clients, fed by plugins", "roomd"};
    app.set_version_flag("--version", std::string("roomd ") + app::version);
    app.require_subcommand(1);
    Tree tree(app);
    add_commands(tree);
    // Behind them: each would take it over.
    app.footer("Exit codes: 0 good, 1 failed while running, 2 wrong usage, 3 wrong configuration.");
    if (argc > 1 && argv[1][0] != '-' && command_below(app, argv[1]) == nullptr)
        return unknown_command(app, argv[1], io);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &e) {
        return app.exit(e, io.out, io.err) == 0 ? app::exit_ok : app::exit_usage;
    }
    const Run *chosen = tree.chosen();
    return chosen != nullptr ? (*chosen)(io) : app::exit_usage;
}

} // namespace roomd::cli
