#include "cli/cli.hpp"

#include "app/exit_code.hpp"
#include "app/version.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/screen.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>

#include <ostream>

namespace roomd::cli {
namespace {

// `code`, unless the output could not be written: a full disk, a closed standard output.
int written(int code, Io &io) {
    io.out.flush();
    if (io.out || code != app::exit_ok) return code;
    return fail(io, Form::text, app::exit_runtime, "output",
                "the output cannot be written: is standard output closed, or the disk full?");
}

} // namespace

void add_commands(Tree &tree) {
    for (const auto add : {add_run,
                           add_dev,
                           add_check,
                           add_config_show,
                           add_config_schema,
                           add_explain,
                           add_cors_test,
                           add_catalogue_emitter,
                           add_catalogue_types,
                           add_catalogue_asyncapi,
                           add_token_mint,
                           add_token_verify,
                           add_reload,
                           add_health,
                           add_stats,
                           add_rooms,
                           add_clients,
                           add_kick,
                           add_emit,
                           add_tail,
                           add_trace,
                           add_top,
                           add_key_new,
                           add_plugin_list,
                           add_plugin_check,
                           add_pg_init,
                           add_pg_status,
                           add_pg_migrate,
                           add_pg_replay,
                           add_pg_emitters,
                           add_completion,
                           add_version,
                           add_help})
        add(tree);
}

int run(int argc, const char *const *argv, Io &given) {
    Screen out(given.out), err(given.err);
    Io io{given.in, out.out(), err.out()};
    CLI::App app{"Rooms for Socket.IO clients, fed by plugins", "roomd"};
    app.set_version_flag("--version", std::string("roomd ") + app::version);
    app.require_subcommand(1);
    Tree tree(app);
    add_commands(tree);
    // After the subcommands, each of which would inherit it.
    app.footer(
        "Exit codes: 0 success, 1 failed while running, 2 wrong usage, 3 wrong configuration.");
    // CLI11 would show help even for a command that does not exist.
    if (argc > 1 && argv[1][0] != '-' && command_below(app, argv[1]) == nullptr)
        return wrong_usage(app, "", argc, argv, io);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &e) {
        if (e.get_exit_code() != 0) return wrong_usage(app, e.what(), argc, argv, io);
        app.exit(e, io.out, io.err);
        return written(app::exit_ok, io);
    }
    const Run *chosen = tree.chosen();
    return chosen != nullptr ? written((*chosen)(io), io) : app::exit_usage;
}

} // namespace roomd::cli
