#include "cli/usage.hpp"

#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::cli {
namespace {

using Words = std::vector<std::string>;

std::string shown(std::string_view text) {
    return '"' + base::visible(text, 80) + '"';
}

std::string perhaps(const std::string &path, std::string_view word, const Words &known) {
    const auto near = base::nearest(word, {known.begin(), known.end()});
    return near.empty() ? "" : "; did you mean " + shown(path + std::string(near)) + '?';
}

Words commands_of(CLI::App &app) {
    Words out;
    for (const CLI::App *command : app.get_subcommands({}))
        out.push_back(command->get_name());
    return out;
}

Words options_of(const CLI::App &app) {
    Words out;
    for (const CLI::Option *option : app.get_options({})) {
        for (const auto &name : option->get_snames())
            out.push_back("-" + name);
        for (const auto &name : option->get_lnames())
            out.push_back("--" + name);
    }
    return out;
}

std::string joined(const Words &words, const char *between) {
    std::string out;
    for (const auto &word : words)
        out += (out.empty() ? "" : between) + word;
    return out;
}

// What is wrong with the words after the command `at`.
std::string what_is_wrong(CLI::App &at, const std::string &path, const Words &behind,
                          std::string_view parser) {
    const Words commands = commands_of(at);
    if (!commands.empty()) {
        if (behind.empty()) return "choose a command: " + joined(commands, ", ");
        if (behind.front().rfind('-', 0) != 0)
            return "there is no command " + shown(path + behind.front()) +
                   perhaps(path, behind.front(), commands);
    }
    const Words known = options_of(at);
    for (const auto &word : behind) {
        const std::string name = word.substr(0, word.find('='));
        const bool option = name.size() > 2 && name.rfind("--", 0) == 0;
        // After an option, "-5" may be its value.
        const bool letter = &word == &behind.front() && name.size() > 1 && name[0] == '-';
        if ((option || letter) && std::find(known.begin(), known.end(), name) == known.end())
            return "there is no option " + shown(name) + perhaps("", name, known);
    }
    return base::visible(parser, 300);
}

} // namespace

int wrong_usage(CLI::App &root, std::string_view parser, int argc, const char *const *argv,
                Io &io) {
    Words behind(argv + 1, argv + argc);
    const bool json = std::find(behind.begin(), behind.end(), "--json") != behind.end();
    CLI::App *at = &root;
    std::string path;
    while (!behind.empty()) {
        CLI::App *below = command_below(*at, behind.front());
        if (below == nullptr) break;
        at = below;
        path += behind.front() + " ";
        behind.erase(behind.begin());
    }
    std::string what = what_is_wrong(*at, path, behind, parser);
    if (path.empty())
        what += what.back() == '?' ? "" : "; `roomd help` lists them";
    else if (what.back() != '?')
        what += "; `roomd help " + path.substr(0, path.size() - 1) + "` has details";
    return fail(io, form(json), app::exit_usage, "usage", what);
}

} // namespace roomd::cli
