// `roomd pg init` and `roomd pg migrate`.
#include "postgres/commands.hpp"
#include "postgres/lines.hpp"
#include "postgres/quoting.hpp"
#include "postgres/schema_state.hpp"
#include "postgres/sql_files.hpp"

#include <array>
#include <utility>

namespace roomd::postgres {
namespace {

constexpr std::array groups{"roomd_app", "roomd_daemon"};
constexpr std::array options{"app", "daemon"}; // that name members of them

// All files, also of a version that is there: a new one may come with functions that are changed.
// What waits for a lock holds up those who emit, so it does not wait for long.
std::string script(const std::string &about, const std::string &behind) {
    std::string out = about + "BEGIN;\nSET LOCAL lock_timeout = '10s';\n";
    for (const auto &file : sql_files()) {
        out.append("\n-- ").append(file.name).append("\n").append(file.text);
        if (!file.text.ends_with('\n')) out += '\n';
    }
    return out + behind + "\nCOMMIT;\n";
}

std::string grants(const Asked &asked) {
    std::string out;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        for (const auto &role : asked.texts(options[i]))
            out += std::string("GRANT ") + groups[i] + " TO " + sql_name(role) + ";\n";
    }
    return out.empty() ? out : "\n" + out;
}

// The roles, and who is a member of them; what is to be done about those that are not there, or
// have none.
void tell_roles(Database &database, Answer &answer) {
    std::string next;
    auto &roles = answer.data["roles"] = nlohmann::json::object();
    for (const std::string group : groups) {
        const auto found = database.ask(
            "SELECT r.oid IS NOT NULL, (SELECT string_agg(DISTINCT u.rolname::text, ', ')"
            " FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member"
            " WHERE m.roleid = r.oid AND u.rolname <> current_user)"
            " FROM (VALUES ($1)) v LEFT JOIN pg_roles r ON r.rolname = v.column1",
            {group});
        const bool there = found.text(0, 0) == "t";
        const auto members = shown(found.text(0, 1));
        roles[group] = there;
        if (!there)
            next += "  CREATE ROLE " + group +
                    " NOLOGIN;  -- by an administrator; then roomd pg init again\n";
        else if (!members.empty())
            answer.text.append("  ").append(group).append(": ").append(members).append("\n");
        else
            next += "  GRANT " + group + " TO <the role that " +
                    (group == groups[0] ? "applications connect" : "roomd connects") + " as>;\n";
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
                             grants(asked));
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
                             "");
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
