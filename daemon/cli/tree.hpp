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

// What carries a command out; gives the exit code.
using Run = std::function<int(Io &)>;

// What one command takes.  What it fills must live as long as the tree.  (A face of CLI11, whose
// header takes seconds to compile: so only three files do.)
class Syntax {
public:
    explicit Syntax(CLI::App &app) : app_(app) {}

    // Options: "--room", or "-c,--config"; arguments: a name without dashes.  `value` is what the
    // help calls what stands there: "FILE" and "PATH" complete as files.
    Syntax &text(const char *names, std::string &to, const char *value, const char *what);
    Syntax &texts(const char *names, std::vector<std::string> &to, const char *value,
                  const char *what); // an option that may stand again, or all arguments that follow
    Syntax &count(const char *names, std::size_t &to, std::size_t least, std::size_t most,
                  const char *value, const char *what);
    Syntax &flag(const char *names, bool &to, const char *what);
    Syntax &json(bool &to); // --json: one JSON document instead of words for people

    // Of the one added last.
    Syntax &needed();
    Syntax &initially(const char *shown); // its default, as the help says it
    Syntax &not_empty(); // an unset variable of a script must not mean what is meant without it
    Syntax &one_of(std::initializer_list<const char *> words);

    Syntax &more(const char *text); // below the options in the help

private:
    CLI::App &app_;
    CLI::Option *last_ = nullptr;
};

// The command line: one CLI11 application, and what its commands do.  Help, shell completion and
// the manual pages are made from it.
class Tree {
public:
    explicit Tree(CLI::App &root) : root_(root) {}
    Tree(const Tree &) = delete;
    Tree &operator=(const Tree &) = delete;

    // `roomd NAME`.
    Syntax command(const char *name, const char *what, Run);
    // `roomd GROUP NAME`; the group is made by its first command.
    Syntax command(const char *group, const char *about, const char *name, const char *what, Run);

    CLI::App &root() const noexcept { return root_; }
    // Of the command that was parsed; null when none was.
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

// The command `name` right below; null: there is none.
CLI::App *command_below(CLI::App &, const std::string &name);

} // namespace roomd::cli
