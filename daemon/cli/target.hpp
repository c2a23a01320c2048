#pragma once

#include "cli/client.hpp"
#include "cli/report.hpp"
#include "cli/tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace roomd::cli {

inline constexpr const char *default_socket = "/run/roomd/admin.sock";

// The admin socket that `roomd dev` creates in the user's runtime folder; empty without one.
std::string dev_socket();

// Which daemon a command talks to, and in which form it answers.
struct Target {
    std::string socket, config;
    bool json = false;

    void add_to(Syntax &); // --socket, --config, --json
    // That of --socket, else of the configuration of --config, else that of the environment, else
    // of the configuration that is read by default, else the packaged daemon's, else that of `roomd
    // dev`.
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

// Prints the data of an answer, and gives the exit code.
using Print = std::function<int(Io &, std::string_view data)>;

// Sends the request, and prints the answer's data with `print`, or the whole answer with --json; or
// a refusal, or why there is no answer.  Returns the exit code, that of `print` on success.
int ask(Io &, const Target &, const Question &, const Print &print);

} // namespace roomd::cli
