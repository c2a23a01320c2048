#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "host/check.hpp"
#include "host/library.hpp"
#include "roomd/plugin.h"
#include "json/json.hpp"

#include <exception>
#include <filesystem>
#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct PluginArguments {
    std::string file, name, config;
    bool json = false;
};

std::string interface_of(const roomd_plugin &table) {
    return std::to_string(table.abi_major) + "." + std::to_string(table.abi_minor);
}

std::vector<std::string> keys_of(const roomd_plugin &table) {
    std::vector<std::string> keys;
    std::vector<json::Member> members;
    json::split_object(json::member(table.config_schema, "properties"), members);
    keys.reserve(members.size());
    for (const auto &[name, schema] : members)
        keys.push_back(json::string(name));
    return keys;
}

void print(Io &io, const PluginArguments &given, const roomd_plugin &table) {
    const bool guarded = (table.flags & ROOMD_PLUGIN_GUARDED) != 0;
    const bool schema = table.config_schema != nullptr;
    const std::vector<std::string> keys = schema ? keys_of(table) : std::vector<std::string>{};
    if (given.json) {
        std::string list;
        for (const auto &key : keys)
            list += (list.empty() ? "" : ",") + json::quoted(key);
        print_success(io, "{\"file\":" + json::quoted(given.file) +
                              ",\"name\":" + json::quoted(table.name) +
                              ",\"version\":" + json::quoted(table.version) +
                              ",\"interface\":" + json::quoted(interface_of(table)) +
                              ",\"guarded\":" + (guarded ? "true" : "false") +
                              ",\"keys\":" + (schema ? "[" + list + "]" : "null") + "}");
        return;
    }
    std::string list;
    for (const auto &key : keys)
        list += (list.empty() ? "" : ", ") + key;
    io.out << given.file << ": good\n";
    print_table(io.out, {{"  name", table.name},
                         {"  version", table.version},
                         {"  interface", interface_of(table) +
                                             " (this roomd: " + std::to_string(ROOMD_ABI_MAJOR) +
                                             "." + std::to_string(ROOMD_ABI_MINOR) + ")"},
                         {"  guarded", guarded ? "yes: its routes need keys" : "no"},
                         {"  keys", schema ? list : "any: it has no schema"}});
}

// Every fault of its configuration: "/path: what"; empty when it is valid.
std::string faults(const PluginArguments &given, host::Libraries &libraries) {
    host::PluginEntry entry;
    entry.name = given.name;
    entry.file = given.file;
    entry.config_json = given.config;
    std::string out;
    for (const auto &fault : host::check(libraries, {entry})) {
        if (!out.empty()) out += '\n';
        out += (fault.pointer.empty() ? "" : fault.pointer + ": ") + fault.text;
        if (!fault.hint.empty()) out += "\n  " + fault.hint;
    }
    return out;
}

int check(PluginArguments given, Io &io) {
    given.file = std::filesystem::absolute(given.file).lexically_normal().string();
    if (given.name.empty()) given.name = std::filesystem::path(given.file).stem().string();
    const Form how = form(given.json);
    try {
        host::Libraries libraries("");
        const roomd_plugin &table = libraries.open(given.name, given.file).table();
        if (table.config_schema != nullptr) {
            const auto kind = json::check(table.config_schema);
            if (!kind || *kind != json::Kind::object)
                return fail(io, how, app::exit_runtime, "plugin_invalid",
                            "plugin " + given.file + ": its config_schema is not a JSON object");
        }
        if (!given.config.empty()) {
            const std::string text = faults(given, libraries);
            if (!text.empty())
                return fail(io, how, app::exit_configuration, "configuration_invalid", text);
        }
        print(io, given, table);
        return app::exit_ok;
    } catch (const std::exception &e) {
        return fail(io, how, app::exit_runtime, "plugin_invalid", e.what());
    }
}

} // namespace

void add_plugin_check(Tree &tree) {
    auto given = std::make_shared<PluginArguments>();
    tree.command("plugin", "Plugins", "check", "Check that a plugin's file would be loaded",
                 [given](Io &io) { return check(*given, io); })
        .text("file", given->file, "FILE", "The plugin, such as desk.so")
        .needed()
        .text("--name", given->name, "NAME", "The name it must have; default: that of the file")
        .text("--with", given->config, "JSON", "Its configuration, for it to check")
        .json(given->json)
        .more("Loads the file, so its code runs, but starts nothing.  Exit code 3: it "
              "refuses the configuration.");
}

} // namespace roomd::cli
