#include "cli/describe.hpp"

#include "cli/report.hpp"
#include "cli/tree.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <CLI/CLI.hpp>

namespace roomd::cli {
namespace {

// CLI11 writes what a validator knows behind the type: "SHELL:{bash,fish,zsh}", "N:INT in [1 - 9]".
void read_type(const std::string &type, OptionInfo &out) {
    const std::size_t colon = type.find(':');
    out.value = type.substr(0, colon);
    const std::size_t open = type.find('{'), close = type.find('}');
    if (open == std::string::npos || close == std::string::npos) return;
    std::string word;
    for (const char c : type.substr(open + 1, close - open - 1) + ",") {
        if (c != ',') {
            word += c;
            continue;
        }
        out.choices.push_back(word);
        word.clear();
    }
}

OptionInfo describe(const CLI::Option &option) {
    OptionInfo out;
    for (const auto &name : option.get_snames())
        out.names.push_back("-" + name);
    for (const auto &name : option.get_lnames())
        out.names.push_back("--" + name);
    if (option.get_positional()) out.names.push_back(option.get_name(true));
    if (option.get_type_size_max() > 0) read_type(option.get_type_name(), out);
    out.what = option.get_description();
    out.initial = option.get_default_str();
    out.required = option.get_required();
    out.many = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll ||
               option.get_items_expected_max() > 1;
    return out;
}

CommandInfo describe(const CLI::App &app, const std::string &above) {
    CommandInfo out;
    out.name = app.get_name();
    out.path = above.empty() ? out.name : above + " " + out.name;
    out.what = app.get_description();
    out.more = app.get_footer();
    for (const CLI::Option *option : app.get_options({}))
        (option->get_positional() ? out.arguments : out.options).push_back(describe(*option));
    for (const CLI::App *command : app.get_subcommands({}))
        out.commands.push_back(describe(*command, out.path));
    return out;
}

std::string json_of(const OptionInfo &option) {
    return "{\"names\":" + json::list(option.names) + ",\"value\":" + json::quoted(option.value) +
           ",\"choices\":" + json::list(option.choices) + ",\"what\":" + json::quoted(option.what) +
           ",\"initial\":" + json::quoted(option.initial) +
           ",\"required\":" + (option.required ? "true" : "false") +
           ",\"many\":" + (option.many ? "true" : "false") + "}";
}

template <class List> std::string list_of(const List &list) {
    std::string out = "[";
    for (const auto &element : list)
        out += (out.size() > 1 ? "," : "") + json_of(element);
    return out + "]";
}

} // namespace

CommandInfo describe(const CLI::App &root) {
    return describe(root, "");
}

std::string json_of(const CommandInfo &command) {
    return "{\"name\":" + json::quoted(command.name) + ",\"path\":" + json::quoted(command.path) +
           ",\"what\":" + json::quoted(command.what) + ",\"more\":" + json::quoted(command.more) +
           ",\"options\":" + list_of(command.options) +
           ",\"arguments\":" + list_of(command.arguments) +
           ",\"commands\":" + list_of(command.commands) + "}";
}

std::string help_text(CLI::App &root, const std::vector<std::string> &path) {
    CLI::App *at = &root;
    std::string above;
    for (const auto &name : path) {
        above += (above.empty() ? "" : " ") + at->get_name();
        at = command_below(*at, name);
        if (at == nullptr) return {};
    }
    // help() of the root would give that of the parsed command.
    if (at == &root)
        return root.get_formatter()->make_help(&root, root.get_name(), CLI::AppFormatMode::Normal);
    return at->help(above);
}

} // namespace roomd::cli
