#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace roomd::cli {

// The command line as plain data, read from the CLI11 tree: for help in JSON, completion and the
// manual pages.

struct OptionInfo {
    std::vector<std::string> names;   // "-c", "--config"; one name for an argument
    std::string value;                // what it takes: "FILE"; empty: a flag
    std::vector<std::string> choices; // all values, if they are limited
    std::string what, initial;
    bool required = false;
    bool many = false;
};

struct CommandInfo {
    std::string name; // "check"
    std::string path; // "roomd plugin check"
    std::string what, more;
    std::vector<OptionInfo> options, arguments;
    std::vector<CommandInfo> commands;
};

CommandInfo describe(const CLI::App &root);
// {"name":..,"path":..,"what":..,"more":..,"options":[..],"arguments":[..],"commands":[..]}
std::string json_of(const CommandInfo &);

// The help of a command for people; of the root when `path` is empty.  Empty: no such command.
std::string help_text(CLI::App &root, const std::vector<std::string> &path);

} // namespace roomd::cli
