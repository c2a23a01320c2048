#include "cli/completion.hpp"

#include "app/exit_code.hpp"
#include "cli/commands.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

// Every command, each followed by its subcommands.
void collect(const CommandInfo &command, std::vector<const CommandInfo *> &out) {
    out.push_back(&command);
    for (const CommandInfo &below : command.commands)
        collect(below, out);
}

std::vector<const CommandInfo *> all(const CommandInfo &root) {
    std::vector<const CommandInfo *> out;
    collect(root, out);
    return out;
}

// For a shell, in single quotes.
std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

bool takes_file(const OptionInfo &option) {
    return option.value == "FILE" || option.value == "PATH";
}

// 'roomd run'|'roomd dev'|..: every command below the root, as patterns of a case.
std::string patterns(const CommandInfo &root, const char *between) {
    std::string out;
    for (const CommandInfo *command : all(root))
        if (command != &root) out += (out.empty() ? "" : between) + in_quotes(command->path);
    return out;
}

// Where a value follows: 'roomd run:--config'|.., for files or for all other values.
std::string values(const CommandInfo &root, bool files) {
    std::string out;
    for (const CommandInfo *command : all(root))
        for (const OptionInfo &option : command->options)
            for (const auto &name : option.names)
                if (!option.value.empty() && takes_file(option) == files)
                    out += (out.empty() ? "" : "|") + in_quotes(command->path + ":" + name);
    return out;
}

std::vector<std::string> choices(const CommandInfo &command) {
    std::vector<std::string> out;
    for (const OptionInfo &argument : command.arguments)
        out.insert(out.end(), argument.choices.begin(), argument.choices.end());
    return out;
}

bool files_stand(const CommandInfo &command) {
    return std::any_of(command.arguments.begin(), command.arguments.end(), takes_file);
}

// One of _describe's words: "name:what", with colons escaped.
std::string described(const std::string &name, std::string_view what) {
    std::string out;
    for (const char c : name)
        out += c == ':' ? std::string("\\:") : std::string(1, c);
    return in_quotes(out.append(":").append(what));
}

} // namespace

std::string bash_completion(const CommandInfo &root) {
    std::string out =
        "# Completion of roomd for bash: source it, or put it where bash-completion "
        "looks.\n"
        "_roomd() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local at=roomd i files= words=\n"
        "    for ((i = 1; i < COMP_CWORD; ++i)); do\n"
        "        case \"$at ${COMP_WORDS[i]}\" in\n"
        "        " +
        patterns(root, "|") + ") at+=\" ${COMP_WORDS[i]}\" ;;\n        esac\n    done\n";
    out += "    case \"$at:$before\" in\n    " + values(root, true) + ") files=1 ;;\n    " +
           values(root, false) + ") return ;;\n    *)\n        case \"$at\" in\n";
    for (const CommandInfo *command : all(root)) {
        std::string words;
        for (const CommandInfo &below : command->commands)
            words += below.name + " ";
        for (const auto &choice : choices(*command))
            words += choice + " ";
        for (const OptionInfo &option : command->options)
            words += option.names.back() + " ";
        words.pop_back();
        out += "        " + in_quotes(command->path) + ") words=" + in_quotes(words) +
               (files_stand(*command) ? " files=1" : "") + " ;;\n";
    }
    return out + "        esac ;;\n    esac\n"
                 "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"\n"
                 "        [[ -z $files || $word == -* ]] || compgen -f -- \"$word\")\n"
                 "    [[ -z $files ]] || compopt -o filenames 2>/dev/null\n"
                 "    return 0\n"
                 "}\n"
                 "complete -F _roomd roomd\n";
}

std::string zsh_completion(const CommandInfo &root) {
    std::string out = "#compdef roomd\n"
                      "# Completion of roomd for zsh: put it as _roomd into a folder of $fpath.\n"
                      "_roomd() {\n"
                      "    local at=roomd i files=\n"
                      "    local -a below options\n"
                      "    for ((i = 2; i < CURRENT; ++i)); do\n"
                      "        case \"$at ${words[i]}\" in\n"
                      "        " +
                      patterns(root, "|") + ") at+=\" ${words[i]}\" ;;\n        esac\n    done\n";
    out += "    case \"$at:${words[CURRENT-1]}\" in\n    " + values(root, true) +
           ") _files; return ;;\n    " + values(root, false) +
           ") return ;;\n    esac\n    case \"$at\" in\n";
    for (const CommandInfo *command : all(root)) {
        out += "    " + in_quotes(command->path) + ")\n        below=(";
        for (const CommandInfo &below : command->commands)
            out += described(below.name, below.what) + " ";
        for (const auto &choice : choices(*command))
            out += in_quotes(choice) + " ";
        out += ")\n        options=(";
        for (const OptionInfo &option : command->options)
            out += described(option.names.back(), option.what) + " ";
        out += files_stand(*command) ? ")\n        files=1 ;;\n" : ") ;;\n";
    }
    return out + "    esac\n"
                 "    [[ -z $files ]] || _files\n"
                 "    (( ! $#below )) || _describe -t commands command below\n"
                 "    _describe -o -t options option options\n"
                 "}\n"
                 "_roomd \"$@\"\n";
}

std::string fish_completion(const CommandInfo &root) {
    std::string out = "# Completion of roomd for fish: put it into ~/.config/fish/completions.\n"
                      "function __roomd_at\n"
                      "    set -l at roomd\n"
                      "    for word in (commandline -opc)[2..-1]\n"
                      "        switch \"$at $word\"\n"
                      "            case " +
                      patterns(root, " ") +
                      "\n                set at \"$at $word\"\n        end\n    end\n"
                      "    test \"$at\" = \"$argv[1]\"\nend\n"
                      "complete -c roomd -f\n";
    for (const CommandInfo *command : all(root)) {
        const std::string here =
            "complete -c roomd -n \"__roomd_at " + in_quotes(command->path) + "\"";
        for (const CommandInfo &below : command->commands)
            out += here + " -a " + below.name + " -d " + in_quotes(below.what) + "\n";
        for (const auto &choice : choices(*command))
            out.append(here).append(" -a ").append(choice).append("\n");
        if (files_stand(*command)) out += here + " -F\n";
        for (const OptionInfo &option : command->options) {
            out += here;
            for (const auto &name : option.names)
                out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (!option.value.empty()) out += takes_file(option) ? " -r -F" : " -x";
            out += " -d " + in_quotes(option.what) + "\n";
        }
    }
    return out;
}

void add_completion(Tree &tree) {
    auto shell = std::make_shared<std::string>();
    tree.command("completion", "Print the shell completion of roomd's commands",
                 [&tree, shell](Io &io) {
                     const CommandInfo root = describe(tree.root());
                     io.out << (*shell == "bash"  ? bash_completion(root)
                                : *shell == "zsh" ? zsh_completion(root)
                                                  : fish_completion(root));
                     return app::exit_ok;
                 })
        .text("shell", *shell, "SHELL", "Which one")
        .needed()
        .one_of({"bash", "fish", "zsh"})
        .more("Example: source <(roomd completion bash)");
}

} // namespace roomd::cli
