#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "cli/report.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct HelpArguments {
    std::vector<std::string> path;
    bool json = false;
};

int help(CLI::App &root, const HelpArguments &given, Io &io) {
    if (given.json) {
        print_success(io, json_of(describe(root)));
        return app::exit_ok;
    }
    const std::string text = help_text(root, given.path);
    if (text.empty()) {
        std::string path;
        for (const auto &name : given.path)
            path += (path.empty() ? "" : " ") + name;
        return fail(io, Form::text, app::exit_usage, "usage",
                    "there is no command \"" + path + "\"; `roomd help` lists them");
    }
    io.out << text;
    return app::exit_ok;
}

} // namespace

void add_help(Tree &tree) {
    auto given = std::make_shared<HelpArguments>();
    tree.command("help", "Show the help of a command",
                 [&tree, given](Io &io) { return help(tree.root(), *given, io); })
        .texts("command", given->path, "COMMAND", "Such as: plugin check")
        .flag("--json", given->json, "The whole command line as one JSON document");
}

} // namespace roomd::cli
