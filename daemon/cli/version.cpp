#include "app/version.hpp"

#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "roomd/plugin.h"
#include "json/json.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {

void add_version(Tree &tree) {
    auto json = std::make_shared<bool>(false);
    tree.command("version", "Print the version",
                 [json](Io &io) {
                     const std::string interface =
                         std::to_string(ROOMD_ABI_MAJOR) + "." + std::to_string(ROOMD_ABI_MINOR);
                     if (*json)
                         print_success(io, "{\"version\":" + json::quoted(app::version) +
                                               ",\"plugin_interface\":" + json::quoted(interface) +
                                               "}");
                     else
                         io.out << "roomd " << app::version << "\nplugin interface "
                                << interface << '\n';
                     return app::exit_ok;
                 })
        .json(*json);
}

} // namespace roomd::cli
