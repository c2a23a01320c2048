#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/given_token.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"
#include "policy/portals.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace roomd::cli {
namespace {

struct CorsArguments {
    app::ConfigFile file{config::default_file(), ""};
    std::string origin;
    bool json = false;
};

// "library_owner or staff"
std::string any_of(const std::vector<std::string> &roles) {
    std::string out;
    for (const auto &role : roles)
        out += (out.empty() ? "" : " or ") + base::visible(role);
    return out;
}

int test(const CorsArguments &given, Io &io) {
    config::Config config;
    if (const int failed = read_config(io, form(given.json), given.file, config,
                                       config::Credentials::may_be_absent))
        return failed;
    const policy::Portals portals(config.portals, policy::Missing::allow);
    policy::Explained said = portals.explain(given.origin);
    if (!said.admitted && app::own_origin(config).may_admit(given.origin))
        said = {true, base::in_quotes(given.origin) +
                          " is admitted from clients that connect to this address "
                          "(cors.own_origin); it is in no portal"};
    const auto found = portals.find(given.origin);
    const policy::Portal *portal = found ? &portals.list()[*found] : nullptr;
    if (given.json) {
        std::string data = std::string(R"({"allowed":)") + (said.admitted ? "true" : "false");
        if (portal != nullptr)
            data += R"(,"portal":)" + json::quoted(portal->name) + R"(,"roles":)" +
                    json::list(portal->roles);
        print_success(io, data + R"(,"why":)" + json::quoted(said.text) + "}");
    } else {
        io.out << said.text << '\n';
        if (!said.admitted)
            io.out << "  to admit its pages, add it to the \"origins\" of one of \"portals\"\n";
        else if (portal != nullptr && !portal->roles.empty())
            io.out << "  only for the role " << any_of(portal->roles) << '\n';
    }
    return said.admitted ? app::exit_ok : app::exit_runtime;
}

} // namespace

void add_cors_test(Tree &tree) {
    auto given = std::make_shared<CorsArguments>();
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
