#pragma once

#include "cli/client.hpp"
#include "cli/report.hpp"
#include "cli/tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace roomd::cli {

inline constexpr const char *default_config = "/etc/roomd/roomd.yaml";
inline constexpr const char *default_socket = "/run/roomd/admin.sock";

// The admin socket that `roomd dev` makes in the user's own runtime folder; empty without one.
std::string dev_socket();

// Which daemon a command talks to, and in which form it answers.
struct Target {
    std::string socket, config;
    bool json = false;

    void add_to(Syntax &); // --socket, --config, --json
    // What --socket says, else the configuration that --config names, else the installed one, else
    // the packaged daemon's place, else that of `roomd dev`.
    std::string path() const;
    Form form() const noexcept { return cli::form(json); }
};

// One request to the daemon.
struct Question {
    std::string target; // path and query
    bool post = false;
    std::string body;
    base::Duration patience{60000};
};

// Shows the data of an answer, and gives the exit code.
using Print = std::function<int(Io &, std::string_view data)>;

// Asks, and prints the answer's data through `print`, or the whole answer as JSON when that was
// asked for; or a refusal, or why there is no answer.  Gives the exit code: that of `print`.
int ask(Io &, const Target &, const Question &, const Print &print);

} // namespace roomd::cli
