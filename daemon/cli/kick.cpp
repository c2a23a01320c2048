#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct KickArguments {
    Target target;
    std::string user;
};

int print(Io &io, const std::string &user, std::string_view data) {
    const std::string kicked(json::member(data, "kicked"));
    if (kicked == "0") {
        io.err << "roomd: no client of user " << base::visible(user) << " is connected\n";
        return app::exit_runtime;
    }
    io.out << "disconnected " << kicked << (kicked == "1" ? " client" : " clients") << " of user "
           << base::visible(user) << '\n';
    return app::exit_ok;
}

} // namespace

void add_kick(Tree &tree) {
    auto given = std::make_shared<KickArguments>();
    Syntax syntax = tree.command("kick", "Disconnect every client of a user", [given](Io &io) {
        return ask(io, given->target,
                   {"/admin/kick", true, R"({"user":)" + json::quoted(given->user) + "}"},
                   [&](Io &to, std::string_view data) { return print(to, given->user, data); });
    });
    syntax.text("user", given->user, "USER", "The user's id, as in its token").needed();
    given->target.add_to(syntax);
    syntax.more("They are disconnected and do not reconnect by themselves.  Exit code 1: "
                "there was none.");
}

} // namespace roomd::cli
