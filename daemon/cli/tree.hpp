#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace roomd::cli {

// Where a command reads and writes.
struct Io {
    std::istream &in;
    std::ostream &out;
    std::ostream &err;
};

// Runs a command; gives the exit code.
using Run = std::function<int(Io &)>;

// The arguments and options of one command.  Their variables must live as long as the tree.  (Hides
// CLI11, whose header takes seconds to compile: only three files include it.)
class Syntax {
public:
    explicit Syntax(CLI::App &app) : app_(app) {}

    // Options: "--room", or "-c,--config"; arguments: a name without dashes.  `value` is what the
    // help calls the value: "FILE" and "PATH" complete as files.
    Syntax &text(const char *names, std::string &to, const char *value, const char *what);
    Syntax &texts(const char *names, std::vector<std::string> &to, const char *value,
                  const char *what); // an option that may be repeated, or all further arguments
    Syntax &count(const char *names, std::size_t &to, std::size_t least, std::size_t most,
                  const char *value, const char *what);
    Syntax &flag(const char *names, bool &to, const char *what);
    Syntax &json(bool &to); // --json: one JSON document instead of text for people

    // For the one added last.
    Syntax &needed();
    Syntax &initially(const char *shown); // its default, as the help shows it
    Syntax &not_empty(); // a script's unset variable must not act as if it were left out
    Syntax &one_of(std::initializer_list<const char *> words);

    Syntax &more(const char *text); // below the options in the help

private:
    CLI::App &app_;
    CLI::Option *last_ = nullptr;
};

// The command line: one CLI11 application and its commands.  Help, shell completion and the manual
// pages are generated from it.
class Tree {
public:
    explicit Tree(CLI::App &root) : root_(root) {}
    Tree(const Tree &) = delete;
    Tree &operator=(const Tree &) = delete;

    // `roomd NAME`.
    Syntax command(const char *name, const char *what, Run);
    // `roomd GROUP NAME`; the first command creates the group.
    Syntax command(const char *group, const char *about, const char *name, const char *what, Run);

    CLI::App &root() const noexcept { return root_; }
    // The parsed command's; null if there is none.
    const Run *chosen() const;

private:
    struct Known {
        CLI::App *app;
        Run run;
    };
    Syntax add(CLI::App &above, const char *name, const char *what, Run);

    CLI::App &root_;
    std::vector<Known> known_;
};

// The subcommand `name`; null if there is none.
CLI::App *command_below(CLI::App &, const std::string &name);

} // namespace roomd::cli
