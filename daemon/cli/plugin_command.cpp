#include "cli/plugin_command.hpp"

#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "base/text.hpp"
#include "roomd/plugin.h"
#include "json/json.hpp"
#include "json/object.hpp"

#include <exception>
#include <optional>
#include <ostream>

namespace roomd::cli {
namespace {

struct Said {
    roomd_status status = ROOMD_FAILED;
    std::string text;
};

roomd_str str(const std::string &text) noexcept {
    return {text.data(), text.size()};
}

// Called by the plugin, once.
void hear(void *user, roomd_status status, roomd_str text) noexcept {
    auto &said = *static_cast<std::optional<Said> *>(user);
    if (said) return;
    said = Said{status, text.ptr == nullptr ? std::string() : std::string(text.ptr, text.len)};
}

int refuse(Io &io, Form how, const Said &said) {
    const std::string text = said.text.empty()
                                 ? "the plugin does not say why (status " +
                                       std::to_string(static_cast<int>(said.status)) + ")"
                                 : said.text;
    switch (said.status) {
    case ROOMD_INVALID:
        return fail(io, how, app::exit_configuration, "configuration_invalid", text);
    case ROOMD_DENIED: return fail(io, how, app::exit_runtime, "command_denied", text);
    case ROOMD_GONE: return fail(io, how, app::exit_runtime, "command_gone", text);
    case ROOMD_AGAIN: return fail(io, how, app::exit_runtime, "command_unavailable", text);
    case ROOMD_UNSUPPORTED: return fail(io, how, app::exit_runtime, "command_unsupported", text);
    default: return fail(io, how, app::exit_runtime, "command_failed", text);
    }
}

int print(Io &io, Form how, const std::string &answer) {
    const auto kind = json::check(answer);
    const std::string_view data = kind ? json::member(answer, "data") : std::string_view();
    if (data.empty() || json::kind(data) != json::Kind::object)
        return fail(io, how, app::exit_runtime, "command_failed",
                    "the plugin's answer is not JSON with data: report it to its author");
    if (how == Form::json) {
        print_success(io, data);
        return app::exit_ok;
    }
    const std::string text = json::string(json::member(answer, "text"));
    io.out << text << (text.empty() || text.ends_with('\n') ? "" : "\n");
    return app::exit_ok;
}

} // namespace

std::string events_json(const config::Config &config) {
    std::string out = "{";
    for (const auto &event : config.events) {
        if (out.size() > 1) out += ',';
        json::append_quoted(out, event.name);
        out += ":{\"rooms\":" + json::list(event.rooms);
        if (!event.schema.empty()) out += ",\"schema\":" + event.schema;
        if (event.droppable) out += ",\"volatile\":true";
        out += '}';
    }
    return out + '}';
}

std::vector<host::PluginEntry> entries_of(const config::Config &config, std::string_view plugin) {
    auto out = app::plugin_entries(config);
    std::erase_if(out, [&](const host::PluginEntry &one) { return one.name != plugin; });
    return out;
}

int choose_entry(Io &io, Form how, const config::Config &config, std::string_view plugin,
                 const std::string &instance, host::PluginEntry &out) {
    const auto entries = entries_of(config, plugin);
    std::string known;
    for (const auto &entry : entries) {
        known += (known.empty() ? "" : ", ") + entry.label();
        if (instance.empty() ? entries.size() > 1 : entry.label() != instance) continue;
        out = entry;
        return app::exit_ok;
    }
    if (entries.empty())
        return fail(io, how, app::exit_configuration, "plugin_missing",
                    config.path + ": plugins.load has no plugin \"" + std::string(plugin) +
                        "\"\n  add it, or name another file with --config");
    return fail(io, how, app::exit_usage, "usage",
                instance.empty() ? "choose one with --instance: " + known
                                 : "there is no instance \"" + base::visible(instance, 80) +
                                       "\"; " + known + (entries.size() == 1 ? " is one" : " are"));
}

int run_plugin_command(Io &io, Form how, host::Libraries &libraries, const host::PluginEntry &entry,
                       const PluginCommand &command) {
    const roomd_plugin *table = nullptr;
    try {
        table = &libraries.open(entry.name, entry.file).table();
    } catch (const std::exception &e) {
        return fail(io, how, app::exit_runtime, "plugin_invalid", e.what());
    }
    if (table->command == nullptr)
        return fail(io, how, app::exit_runtime, "command_unsupported",
                    "plugin " + entry.file + " (version " + base::visible(table->version, 40) +
                        ") has no commands; a newer one may have");
    roomd_command asked{};
    asked.struct_size = sizeof asked;
    asked.name = str(command.name);
    asked.options = str(command.options);
    asked.config_json = str(entry.config_json);
    asked.events = str(command.events);
    std::optional<Said> said;
    table->command(&asked, hear, &said);
    if (!said)
        return fail(io, how, app::exit_runtime, "command_failed",
                    "the plugin gave no answer: report it to its author");
    return said->status == ROOMD_OK ? print(io, how, said->text) : refuse(io, how, *said);
}

} // namespace roomd::cli
