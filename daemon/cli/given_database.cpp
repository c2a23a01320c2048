#include "cli/given_database.hpp"

#include "app/exit_code.hpp"
#include "auth/strength.hpp"
#include "base/file.hpp"
#include "cli/standard_input.hpp"
#include "config/load.hpp"
#include "config/shipped.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace roomd::cli {
namespace {

constexpr const char *plugin = "postgres";
constexpr std::size_t most_dsn = 16384;

// The dsn of --dsn or --dsn-file, if one is given.
int read_dsn(const GivenDatabase &given, Io &io, std::optional<std::string> &out) {
    const auto refuse = [&](const std::string &what) {
        return fail(io, given.form(), app::exit_usage, "usage", what);
    };
    const bool named = !given.dsn.empty(), file_named = !given.dsn_file.empty();
    if (named && file_named) return refuse("give either --dsn or --dsn-file");
    if (file_named) {
        std::string why;
        const auto text = base::read_file(given.dsn_file, most_dsn, base::Wanted::any, why);
        if (!text)
            return fail(io, given.form(), app::exit_runtime, "dsn_unreadable",
                        given.dsn_file + " cannot be read: " + why);
        out = std::string(json::trim(*text));
        if (const char *misread = auth::misread(*out))
            return fail(io, given.form(), app::exit_runtime, "dsn_unreadable",
                        given.dsn_file + " cannot be read: " + misread);
    } else if (named) {
        out = given.dsn == "-" ? first_line(io.in, most_dsn) : given.dsn;
    }
    if (out && out->empty())
        return refuse("the dsn is empty: write postgresql://user@host/database");
    return app::exit_ok;
}

std::string with_dsn(const std::string &section, const std::string &dsn) {
    std::string out = "{\"dsn\":" + json::quoted(dsn);
    for (json::Members members(section); members.next();) {
        if (members.is("dsn")) continue;
        out.append(",").append(members.name()).append(":").append(members.value());
    }
    return out + '}';
}

bool loads(host::Libraries &libraries, const host::PluginEntry &entry) {
    try {
        libraries.open(entry.name, entry.file);
        return true;
    } catch (const std::exception &) {
        return false; // its user reports why
    }
}

// Lets the plugin check its section with the dsn from the command line.
int check_section(Io &io, Form how, host::Libraries &libraries, const host::PluginEntry &entry) {
    if (!loads(libraries, entry)) return app::exit_ok;
    std::string typed, others;
    for (const auto &fault : host::check(libraries, {entry})) {
        std::string &out = fault.pointer == "/dsn" ? typed : others;
        out += (out.empty() ? "" : "\n") + fault.text +
               (fault.hint.empty() ? "" : "\n  " + fault.hint);
    }
    if (!typed.empty()) return fail(io, how, app::exit_usage, "usage", typed);
    if (!others.empty())
        return fail(io, how, app::exit_configuration, "configuration_invalid", others);
    return app::exit_ok;
}

bool lacks_secrets(const config::Config &config) {
    const auto &all = config.plugins.load;
    return std::any_of(all.begin(), all.end(), [](const config::Plugin &one) {
        return one.name == plugin && !one.node.absent.empty();
    });
}

} // namespace

void GivenDatabase::add_to(Syntax &syntax) {
    syntax.text("-c,--config", file.path, "FILE", "The configuration file")
        .text("--instance", instance, "NAME", "Which instance, if there are several of the plugin")
        .text("--dsn", dsn, "DSN",
              "Another database, or as another role; - reads it from standard input")
        .not_empty()
        .text("--dsn-file", dsn_file, "FILE", "The same, read from a file")
        .json(json);
}

int GivenDatabase::run(Io &io, PluginCommand command, Needs needs) const {
    std::optional<std::string> typed;
    if (const int failed = read_dsn(*this, io, typed)) return failed;
    host::Libraries libraries("");
    config::Config config;
    config::Faults faults;
    const bool alone = typed || !needs.database; // the plugin's section is not used
    if (needs.events || !alone) {
        config = file.read(libraries, faults, config::Credentials::may_be_absent);
        if (!alone && lacks_secrets(config)) config = file.read(libraries, faults); // says which
    } else if (file.path != config::default_file() || base::exists(file.path)) {
        // Only for its plugin folder: other files that it names may be readable only by the daemon.
        config = config::load_file(file.path, faults);
        if (base::exists(file.path)) faults = config::Faults();
    } else {
        config.plugins.directory = config::plugin_folder();
    }
    if (!faults.empty()) {
        const char *const hint =
            alone || needs.events ? "" : "\n--dsn or --dsn-file names a database without it";
        return fail(io, form(), app::exit_configuration, "configuration_invalid",
                    faults.text() + hint);
    }
    host::PluginEntry entry;
    if (alone && instance.empty() && entries_of(config, plugin).empty()) {
        entry.name = plugin;
        entry.file = config.plugins.directory + '/' + plugin + ".so";
    } else if (const int failed = choose_entry(io, form(), config, plugin, instance, entry)) {
        return failed;
    }
    if (typed) {
        entry.config_json = with_dsn(entry.config_json, *typed);
        if (const int failed = check_section(io, form(), libraries, entry)) return failed;
    }
    if (needs.events) command.events = events_json(config);
    return run_plugin_command(io, form(), libraries, entry, command);
}

} // namespace roomd::cli
