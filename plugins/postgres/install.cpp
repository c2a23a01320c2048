// `roomd pg init` and `roomd pg migrate`.
#include "postgres/commands.hpp"
#include "postgres/lines.hpp"
#include "postgres/quoting.hpp"
#include "postgres/roles.hpp"
#include "postgres/schema_state.hpp"
#include "postgres/sql_files.hpp"

#include <array>
#include <utility>

namespace roomd::postgres {
namespace {

using Option = std::pair<const char *, const char *>;
constexpr std::array<Option, 2> options{{{"app", "roomd_app"}, {"daemon", "roomd_daemon"}}};

// All files, also those of the installed version: a new roomd may bring changed functions.
// Waiting for a lock holds up everyone who emits, so it does not wait for long.
std::string script(const std::string &about, const std::string &ahead, const std::string &behind) {
    std::string out = about + "BEGIN;\nSET LOCAL lock_timeout = '10s';\n" + ahead;
    for (const auto &file : sql_files()) {
        out.append("\n-- ").append(file.name).append("\n").append(file.text);
        if (!file.text.ends_with('\n')) out += '\n';
    }
    return out + behind + "\nCOMMIT;\n";
}

// Roles that are not there are not warned of where members are named: these get the rights
// themselves.
std::string named(const Asked &asked) {
    std::string out;
    for (const auto &[option, role] : options)
        if (!asked.texts(option).empty()) out.append(out.empty() ? "" : " ").append(role);
    return out.empty() ? out : "SET LOCAL roomd.named = '" + out + "';\n";
}

std::string admissions(const Asked &asked) {
    std::string out;
    for (const auto &[option, role] : options) {
        for (const auto &member : asked.texts(option))
            out += std::string("SELECT roomd.admit('") + role + "', " + sql_text(member) + ");\n";
    }
    return out.empty() ? out : "\n" + out;
}

// The roles, and who has their rights; what is to be done about those that nobody has.
void tell_roles(Database &database, Answer &answer) {
    std::string next;
    auto &roles = answer.data["roles"] = nlohmann::json::object();
    auto &members = answer.data["members"] = nlohmann::json::object();
    for (const auto &role : look_at_roles(database)) {
        const auto all = role.all();
        roles[role.name] = role.there;
        members[role.name] = all;
        std::string list;
        for (const auto &one : all)
            list += (list.empty() ? "" : ", ") + one;
        if (!all.empty())
            answer.text.append("  ")
                .append(role.name)
                .append(": ")
                .append(shown(list))
                .append(role.there ? "\n" : " (with its rights; the role itself is not there)\n");
        else if (!role.there)
            next += "  CREATE ROLE " + role.name +
                    " NOLOGIN;  -- by an administrator; then roomd pg init again\n";
        else
            next += "  GRANT " + role.name + " TO <the role that " +
                    (role.name == "roomd_app" ? "applications connect" : "roomd connects") +
                    " as>;\n";
    }
    if (!next.empty()) answer.text += "to do:\n" + next;
}

void tell_superuser(Database &database, Answer &answer) {
    const auto found =
        database.ask("SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper");
    const bool super = found.rows() > 0;
    answer.data["superuser"] = super;
    if (super)
        answer.text += "note: \"" + shown(database.user()) +
                       "\" is a superuser, and what applications call works with its rights;"
                       " better is the database's owner\n";
}

std::string new_files(std::int64_t from) {
    std::string out;
    for (const auto &file : sql_files()) {
        if (file.number <= from) continue;
        if (!out.empty()) out += ", ";
        out += file.name;
    }
    return out;
}

} // namespace

Answer init_schema(Asked &asked) {
    const auto text = script("-- roomd's schema, version " + std::to_string(newest_schema()) +
                                 ", as `roomd pg init` makes it.\n",
                             named(asked), admissions(asked));
    Answer out;
    if (asked.flag("dry_run")) {
        out.text = text;
        out.data = {{"sql", text}, {"to", newest_schema()}};
        return out;
    }
    auto database = asked.connect();
    const auto before = look_at_schema(database);
    if (before.version > newest_schema()) refuse_newer(database, before);
    if (before.there() && before.version < newest_schema()) refuse_older(database, before);
    // Again, too: roles that came later get their rights.
    database.run(text);
    const auto after = look_at_schema(database);
    out.text = database.where() + ": the schema roomd " +
               (before.there() ? "was there already, at version " : "is there now, at version ") +
               std::to_string(after.version) + "; epoch " + after.epoch + '\n';
    out.data = {{"database", database.where()},
                {"created", !before.there()},
                {"version", after.version},
                {"epoch", after.epoch}};
    tell_roles(database, out);
    tell_superuser(database, out);
    return out;
}

Answer migrate_schema(Asked &asked) {
    auto database = asked.connect();
    const auto before = look_at_schema(database);
    if (!before.there()) refuse_missing(database);
    if (before.version > newest_schema()) refuse_newer(database, before);
    const auto from = std::to_string(before.version), to = std::to_string(newest_schema());
    Answer out;
    out.data = {{"database", database.where()}, {"from", before.version}, {"to", newest_schema()}};
    const bool newest = before.version == newest_schema();
    const bool dry = asked.flag("dry_run");
    if (newest) {
        const auto why = "the schema roomd has version " + to + ", the newest: nothing to do\n";
        out.text = (dry ? "-- " : database.where() + ": ") + why;
        if (dry) out.data["sql"] = "";
        return out;
    }
    const auto files = new_files(before.version);
    const auto text = script("-- roomd's schema from version " + from + " to " + to +
                                 ".\n-- New: " + files + "; the others are run again.\n",
                             "", "");
    if (dry) {
        out.text = text;
        out.data["sql"] = text;
        return out;
    }
    database.run(text);
    out.text = database.where() + ": the schema roomd went from version " + from + " to " + to +
               " (" + files + ")\n";
    return out;
}

} // namespace roomd::postgres
