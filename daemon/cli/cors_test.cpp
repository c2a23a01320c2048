#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/given_token.hpp"
#include "policy/portals.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct Given {
    app::ConfigFile file{default_config, ""};
    std::string origin;
    bool json = false;
};

int test(const Given &given, Io &io) {
    config::Config config;
    if (const int failed = read_config(io, form(given.json), given.file, config)) return failed;
    const policy::Portals portals(config.portals, policy::Missing::allow);
    const policy::Explained said = portals.explain(given.origin);
    if (given.json)
        print_success(io, std::string(R"({"allowed":)") + (said.admitted ? "true" : "false") +
                              R"(,"why":)" + json::quoted(said.text) + "}");
    else
        io.out << said.text << '\n';
    return said.admitted ? app::exit_ok : app::exit_runtime;
}

} // namespace

void add_cors_test(Tree &tree) {
    auto given = std::make_shared<Given>();
    tree.command("cors", "Origins of web pages", "test",
                 "May pages of this origin connect, and by which portal?",
                 [given](Io &io) { return test(*given, io); })
        .text("origin", given->origin, "ORIGIN", "As browsers send it: https://app.example.com")
        .needed()
        .text("-c,--config", given->file.path, "FILE", "The configuration file")
        .json(given->json)
        .more("Exit code 1: they may not.");
}

} // namespace roomd::cli
