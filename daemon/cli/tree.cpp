#include "cli/tree.hpp"

#include <CLI/CLI.hpp>

#include <set>
#include <string_view>
#include <utility>

namespace roomd::cli {
namespace {

// An unset variable in a script must not mean the built-in development configuration.
std::string refuse_empty(std::string &text) {
    return text.empty() ? "it is empty: name a file" : "";
}

} // namespace

Syntax &Syntax::text(const char *names, std::string &to, const char *value, const char *what) {
    last_ = app_.add_option(names, to, what)->type_name(value);
    if (!to.empty()) last_->capture_default_str();
    if (std::string_view(value) == "FILE") last_->check(CLI::Validator(refuse_empty, "", "file"));
    return *this;
}

Syntax &Syntax::texts(const char *names, std::vector<std::string> &to, const char *value,
                      const char *what) {
    last_ = app_.add_option(names, to, what)->type_name(value);
    if (names[0] == '-') last_->allow_extra_args(false);
    return *this;
}

Syntax &Syntax::count(const char *names, std::size_t &to, std::size_t least, std::size_t most,
                      const char *value, const char *what) {
    last_ = app_.add_option(names, to, what)->type_name(value);
    last_->check(CLI::Range(least, most).description(""))->capture_default_str();
    return *this;
}

Syntax &Syntax::flag(const char *names, bool &to, const char *what) {
    last_ = app_.add_flag(names, to, what);
    return *this;
}

Syntax &Syntax::json(bool &to) {
    return flag("--json", to, "Print one JSON document, for programs");
}

Syntax &Syntax::needed() {
    last_->required();
    return *this;
}

Syntax &Syntax::initially(const char *shown) {
    last_->default_str(shown);
    return *this;
}

Syntax &Syntax::not_empty() {
    const auto refuse = [](std::string &text) {
        return std::string(text.empty() ? "it is empty" : "");
    };
    last_->check(CLI::Validator(refuse, "", "not empty"));
    return *this;
}

Syntax &Syntax::one_of(std::initializer_list<const char *> words) {
    last_->check(CLI::IsMember(std::set<std::string>(words.begin(), words.end())));
    return *this;
}

Syntax &Syntax::more(const char *text) {
    app_.footer(text);
    return *this;
}

Syntax Tree::command(const char *name, const char *what, Run run) {
    return add(root_, name, what, std::move(run));
}

Syntax Tree::command(const char *group, const char *about, const char *name, const char *what,
                     Run run) {
    CLI::App *above = command_below(root_, group);
    if (above == nullptr) {
        above = root_.add_subcommand(group, about);
        above->require_subcommand(1);
    }
    return add(*above, name, what, std::move(run));
}

Syntax Tree::add(CLI::App &above, const char *name, const char *what, Run run) {
    CLI::App *app = above.add_subcommand(name, what);
    known_.push_back({app, std::move(run)});
    return Syntax(*app);
}

CLI::App *command_below(CLI::App &app, const std::string &name) {
    const auto found = app.get_subcommands([&](CLI::App *one) { return one->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

const Run *Tree::chosen() const {
    for (const Known &known : known_)
        if (known.app->parsed()) return &known.run;
    return nullptr;
}

} // namespace roomd::cli
