#include "app/admin_pages.hpp"
#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct Given {
    app::ConfigFile file{default_config, ""};
    bool json = false;
};

int check(const Given &given, Io &io) {
    config::Faults faults;
    host::Libraries libraries("");
    static_cast<void>(given.file.read(libraries, faults));
    if (faults.empty() && given.json) {
        print_success(io, R"({"config":)" + json::quoted(given.file.path) + "}");
    } else if (faults.empty()) {
        io.out << given.file.path << ": good\n";
    } else if (given.json) {
        io.out << R"({"success":false,"error":{"code":"configuration_invalid","message":)"
               << json::quoted(faults.text()) << R"(,"faults":)" << app::faults_json(faults.list())
               << "}}\n";
    } else {
        io.err << faults.text() << '\n';
    }
    return faults.empty() ? app::exit_ok : app::exit_configuration;
}

} // namespace

void add_check(Tree &tree) {
    auto given = std::make_shared<Given>();
    tree.command("check", "Check a configuration, and each plugin's part of it",
                 [given](Io &io) { return check(*given, io); })
        .text("-c,--config", given->file.path, "FILE", "The configuration file")
        .json(given->json)
        .more("Tells every fault with its place and what to do.  Loads the plugins' files, starts "
              "nothing.");
}

} // namespace roomd::cli
