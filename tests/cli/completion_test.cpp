#include "cli/completion.hpp"

#include "calling.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::call;

namespace {

// Calls fn(command) for each command of the JSON help, the groups too.
template <class Fn> void each_command(std::string_view command, const Fn &fn) {
    fn(command);
    std::vector<std::string_view> below;
    json::split_array(json::member(command, "commands"), below);
    for (const auto one : below)
        each_command(one, fn);
}

std::vector<std::string> texts(std::string_view array) {
    std::vector<std::string_view> parts;
    json::split_array(array, parts);
    std::vector<std::string> out;
    for (const auto part : parts)
        out.push_back(json::string(part));
    return out;
}

} // namespace

TEST_CASE("the whole command line is described as JSON") {
    const auto called = call({"help", "--json"});
    CHECK(called.code == 0);
    REQUIRE(json::check(called.out));
    std::size_t commands = 0;
    each_command(json::member(called.out, "data"), [&](std::string_view command) {
        ++commands;
        CHECK_FALSE(json::string(json::member(command, "what")).empty());
        std::vector<std::string_view> options;
        for (const char *kind : {"options", "arguments"}) {
            json::split_array(json::member(command, kind), options);
            for (const auto option : options) {
                CHECK_FALSE(texts(json::member(option, "names")).empty());
                CHECK_FALSE(json::string(json::member(option, "what")).empty());
            }
        }
    });
    CHECK(commands >= 19);
}

TEST_CASE("every command and every option is completed in every shell") {
    const std::string told = call({"help", "--json"}).out;
    for (const char *shell : {"bash", "zsh", "fish"}) {
        const auto called = call({"completion", shell});
        CHECK(called.code == 0);
        const bool fish = shell == std::string("fish");
        each_command(json::member(told, "data"), [&](std::string_view command) {
            const std::string path = json::string(json::member(command, "path"));
            CHECK_MESSAGE(called.out.find("'" + path + "'") != std::string::npos, shell, path);
            std::vector<std::string_view> options;
            json::split_array(json::member(command, "options"), options);
            for (const auto option : options) {
                const std::string name = texts(json::member(option, "names")).back();
                const std::string wanted = fish ? "-l " + name.substr(2) : name;
                CHECK_MESSAGE(called.out.find(wanted) != std::string::npos, shell, path, name);
            }
        });
    }
}

TEST_CASE("a quote in a description does not end the shell's word") {
    cli::CommandInfo root;
    root.name = root.path = "roomd";
    cli::CommandInfo &below = root.commands.emplace_back();
    below.name = "x";
    below.path = "roomd x";
    below.what = "it's: here";
    cli::OptionInfo option;
    option.names = {"--y"};
    option.what = "that's it";
    root.options = below.options = {option};
    CHECK(cli::fish_completion(root).find("-d 'it'\\''s: here'\n") != std::string::npos);
    CHECK(cli::zsh_completion(root).find("'x:it'\\''s: here'") != std::string::npos);
}
