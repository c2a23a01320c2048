#include "cli/plugin_command.hpp"

#include "config/load.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <stdexcept>
#include <string>

using namespace roomd;

namespace {

struct Outcome {
    int code;
    std::string out, err;
};

Outcome run(const std::string &plugin, cli::PluginCommand command,
            cli::Form how = cli::Form::text) {
    std::istringstream in;
    std::ostringstream out, err;
    cli::Io io{in, out, err};
    host::Libraries libraries("");
    host::PluginEntry entry;
    entry.name = plugin;
    entry.file = std::string(BAD_PLUGIN_DIR) + "/" + plugin + ".so";
    entry.config_json = R"({"at":1})";
    const int code = cli::run_plugin_command(io, how, libraries, entry, command);
    return {code, out.str(), err.str()};
}

config::Config read(const std::string &yaml) {
    config::Faults faults;
    auto config = config::load_text("auth: { mode: none }\n" + yaml, "some/roomd.yaml", faults);
    if (!faults.empty()) throw std::runtime_error(faults.text());
    return config;
}

Outcome choose(const config::Config &config, const std::string &instance,
               host::PluginEntry &entry) {
    std::istringstream in;
    std::ostringstream out, err;
    cli::Io io{in, out, err};
    const int code = cli::choose_entry(io, cli::Form::text, config, "desk", instance, entry);
    return {code, out.str(), err.str()};
}

} // namespace

TEST_CASE("a plugin's command gets its command line, and its result is printed") {
    const cli::PluginCommand command{"go", R"({"fast":true})", R"({"a":{}})"};
    CHECK(run("obeys", command).out == "done\n");
    const auto called = run("obeys", command, cli::Form::json);
    CHECK(called.code == 0);
    CHECK(called.err.empty());
    CHECK(called.out == "{\"success\":true,\"data\":{\"options\":{\"fast\":true},\"config\":"
                        "{\"at\":1},\"events\":{\"a\":{}}}}\n");
}

TEST_CASE("a command that fails has the exit code and the code of its status") {
    struct Row {
        const char *name;
        int exit;
        const char *code;
    };
    for (const auto &row :
         {Row{"invalid", 3, "configuration_invalid"}, Row{"denied", 1, "command_denied"},
          Row{"gone", 1, "command_gone"}, Row{"again", 1, "command_unavailable"},
          Row{"unsupported", 1, "command_unsupported"}, Row{"expired", 1, "command_failed"}}) {
        const auto people = run("obeys", {row.name});
        CHECK(people.code == row.exit);
        CHECK(people.err == "roomd: no: " + std::string(row.name) + "\n");
        CHECK(people.out.empty());
        const auto programs = run("obeys", {row.name}, cli::Form::json);
        CHECK(programs.code == row.exit);
        CHECK(json::string(json::member(json::member(programs.out, "error"), "code")) == row.code);
    }
    CHECK(run("obeys", {"throws"}).err == "roomd: it broke\n");
}

TEST_CASE("a plugin that breaks the interface is reported, not printed") {
    for (const char *name : {"nonsense", "bare"}) {
        const auto called = run("obeys", {name});
        CHECK(called.code == 1);
        CHECK(called.out.empty());
        CHECK(called.err.find("report it to its author") != std::string::npos);
    }
    CHECK(run("mute", {"go"}).err.find("gave no answer") != std::string::npos);
    CHECK(run("mute", {"go"}).code == 1);
}

TEST_CASE("a plugin without commands, or that is not there, is named") {
    const auto old = run("built_old", {"go"});
    CHECK(old.code == 1);
    CHECK(old.err.find("built_old.so (version 1.0) has no commands") != std::string::npos);
    CHECK(run("nowhere", {"go"}, cli::Form::json).out.find("\"plugin_invalid\"") !=
          std::string::npos);
}

TEST_CASE("the entry is the one there is, or the one that is named") {
    host::PluginEntry entry;
    const auto none = read("plugins: { load: [ { name: http_emit } ] }\n");
    CHECK(choose(none, "", entry).code == 3);
    CHECK(choose(none, "", entry)
              .err.find("some/roomd.yaml: plugins.load has no plugin "
                        "\"desk\"") != std::string::npos);
    const auto one = read("plugins: { load: [ { name: desk, instance: a, key: 5 },"
                          " { name: desk, instance: b, enabled: false } ] }\n");
    CHECK(choose(one, "", entry).code == 0);
    CHECK(entry.label() == "a");
    CHECK(entry.config_json == R"({"key":5})");
    CHECK(choose(one, "b", entry).err == "roomd: there is no instance \"b\"; a is one\n");
    const auto two =
        read("plugins: { load: [ { name: desk, instance: a }, { name: desk, instance: b } ] }\n");
    CHECK(choose(two, "", entry).code == 2);
    CHECK(choose(two, "", entry).err == "roomd: choose one with --instance: a, b\n");
    CHECK(choose(two, "b", entry).code == 0);
    CHECK(entry.label() == "b");
    CHECK(choose(two, "c", entry).err == "roomd: there is no instance \"c\"; a, b are\n");
}

TEST_CASE("events are given with their schemas, in the order of the file") {
    const auto config = read("rooms: { library: { allow: all } }\n"
                             "events:\n"
                             "  z: { rooms: ['library:{id}'], volatile: true }\n"
                             "  a: { schema: { type: object } }\n");
    CHECK(
        cli::events_json(config) ==
        R"({"z":{"rooms":["library:{id}"],"volatile":true},"a":{"rooms":[],"schema":{"type":"object"}}})");
    CHECK(cli::events_json(read("")) == "{}");
}
