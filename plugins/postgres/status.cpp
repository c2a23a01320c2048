// `roomd pg status`: each part is left out where this role may not see it.
#include "postgres/commands.hpp"
#include "postgres/lines.hpp"
#include "postgres/roles.hpp"
#include "postgres/schema_state.hpp"
#include "postgres/sql_files.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

namespace roomd::postgres {
namespace {

using nlohmann::json;

constexpr std::int64_t most_waiting = 100000; // rows that are counted
constexpr std::int64_t has_lifecycle = 11;    // the version of the schema that brought it

double number(std::string_view text) {
    return std::strtod(std::string(text).c_str(), nullptr);
}
json text_or_null(const Result &result, int row, int column) {
    return result.null(row, column) ? json() : json(std::string(result.text(row, column)));
}

void tell_schema(const SchemaState &state, Lines &lines, json &data) {
    const auto known = newest_schema();
    std::string text = "version " + std::to_string(state.version);
    if (state.version < known)
        text += "; this roomd brings " + std::to_string(known) + ": run roomd pg migrate";
    lines.add("schema", text);
    lines.add("epoch", state.epoch + ", since " + state.epoch_since);
    data["schema"] = {{"version", state.version}, {"known", known}};
    data["epoch"] = state.epoch;
    data["epoch_since"] = state.epoch_since;
    data["last_seq"] = state.last_seq;
    data["trimmed_seq"] = state.trimmed_seq;
}

void tell_outbox(Database &database, Lines &lines, json &data) {
    const auto found = database.ask_if_allowed("SELECT rows, seconds FROM roomd.waiting($1::int)",
                                               {std::to_string(most_waiting)});
    if (!found) return;
    const auto rows = found->whole(0, 0);
    const auto seconds = number(found->text(0, 1));
    lines.add("outbox", rows == 0 ? "nothing waits"
                                  : counted(rows, "row waits", "rows wait") +
                                        (rows >= most_waiting ? " or more" : "") +
                                        ", the first for " + time_of(seconds));
    data["outbox"] = {{"rows", rows}, {"seconds", seconds}};
}

void tell_log(Database &database, const SchemaState &state, Lines &lines, json &data) {
    const auto found = database.ask_if_allowed(
        "SELECT to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD'),"
        " pg_total_relation_size(c.oid) FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class l ON l.oid = i.inhparent"
        " JOIN pg_namespace n ON n.oid = l.relnamespace"
        " WHERE n.nspname = 'roomd' AND l.relname = 'log' AND c.relname ~ '^log_[0-9]{8}$'"
        " ORDER BY c.relname");
    lines.add("log", state.last_seq == 0
                         ? "nothing yet"
                         : "up to " + std::to_string(state.last_seq) +
                               (state.trimmed_seq > 0
                                    ? ", without those up to " + std::to_string(state.trimmed_seq)
                                    : std::string()));
    if (!found) return;
    auto &days = data["log"] = json::array();
    for (int row = 0; row < found->rows(); ++row) {
        const std::string day(found->text(row, 0));
        lines.below(day + "  " + size_of(found->whole(row, 1)));
        days.push_back({{"day", day}, {"bytes", found->whole(row, 1)}});
    }
}

void tell_dead(Database &database, Lines &lines, json &data) {
    const auto count = database.ask_if_allowed("SELECT count(*) FROM roomd.dead");
    if (!count) return;
    const auto rows = count->whole(0, 0);
    lines.add("dead", rows == 0
                          ? "none"
                          : counted(rows, "event", "events") + "; roomd pg replay lists them");
    auto &newest = data["dead"]["newest"] = json::array();
    data["dead"]["rows"] = rows;
    const auto found =
        database.ask("SELECT id, event, reason FROM roomd.dead ORDER BY id DESC LIMIT 5");
    for (int row = 0; row < found.rows(); ++row) {
        lines.below(std::string(found.text(row, 0)) + "  " + shown(found.text(row, 1), 80) + "  " +
                    shown(found.text(row, 2)));
        newest.push_back({{"id", found.whole(row, 0)},
                          {"event", text_or_null(found, row, 1)},
                          {"reason", std::string(found.text(row, 2))}});
    }
}

void tell_lifecycle(Database &database, const SchemaState &state, Lines &lines, json &data) {
    if (state.version < has_lifecycle) return;
    const auto found = database.ask_if_allowed(
        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0),"
        " count(DISTINCT (plugin, node)) FROM (SELECT created_at, plugin, node FROM roomd.lifecycle"
        " ORDER BY id LIMIT $1::int) r",
        {std::to_string(most_waiting)});
    if (!found) return;
    const auto rows = found->whole(0, 0);
    const auto seconds = number(found->text(0, 1));
    lines.add("lifecycle", rows == 0 ? "nothing waits"
                                     : counted(rows, "batch waits", "batches wait") +
                                           (rows >= most_waiting ? " or more" : "") +
                                           ", the first for " + time_of(seconds) + ", from " +
                                           counted(found->whole(0, 2), "daemon", "daemons"));
    data["lifecycle"] = {{"rows", rows}, {"seconds", seconds}, {"daemons", found->whole(0, 2)}};
}

void tell_nodes(Database &database, Lines &lines, json &data) {
    const auto found = database.ask_if_allowed(
        "SELECT n.node, n.version, CASE WHEN n.epoch = m.epoch THEN greatest(0, m.last_seq - n.seq)"
        " END, extract(epoch FROM clock_timestamp() - n.seen_at) FROM roomd.node n, roomd.meta m"
        " ORDER BY n.seen_at DESC, n.node LIMIT 100");
    if (!found) return;
    lines.add("nodes", found->rows() == 0 ? "no daemon was seen"
                                          : counted(found->rows(), "daemon", "daemons"));
    auto &nodes = data["nodes"] = json::array();
    for (int row = 0; row < found->rows(); ++row) {
        const auto seconds = number(found->text(row, 3));
        lines.below(shown(found->text(row, 0), 80) + "  " +
                    (found->null(row, 2)
                         ? "in an older epoch"
                         : counted(found->whole(row, 2), "row", "rows") + " behind") +
                    ", seen " + time_of(seconds) + " ago");
        nodes.push_back({{"node", std::string(found->text(row, 0))},
                         {"version", text_or_null(*found, row, 1)},
                         {"behind", found->null(row, 2) ? json() : json(found->whole(row, 2))},
                         {"seconds", seconds}});
    }
}

void tell_roles(Database &database, Lines &lines, json &data) {
    auto &roles = data["roles"] = json::object();
    bool first = true;
    for (const auto &role : look_at_roles(database)) {
        const auto members = role.all();
        std::string text = role.name;
        if (!role.there) text += " is not there";
        if (members.empty() && role.there) text += " has no members";
        for (const char *between = role.there ? ": " : "; its rights have ";
             const auto &one : members) {
            text += between + shown(one, 64);
            between = ", ";
        }
        lines.add(first ? "roles" : "", text);
        first = false;
        roles[role.name] = {{"there", role.there}, {"members", members}};
    }
}

// What a daemon needs and this role has not.
void tell_rights(Database &database, Lines &lines, json &data) {
    const auto found = database.ask(
        "SELECT 'EXECUTE on roomd.' || f FROM unnest('{sequence_batch,read,seen,waiting,bury,trim}'"
        "::text[]) f WHERE NOT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n"
        " ON n.oid = p.pronamespace WHERE n.nspname = 'roomd' AND p.proname = f"
        " AND has_function_privilege(p.oid, 'EXECUTE'))"
        " UNION ALL SELECT 'SELECT on roomd.' || t FROM unnest('{meta,log}'::text[]) t"
        " WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'roomd' AND c.relname = t AND has_table_privilege(c.oid, 'SELECT'))");
    auto &missing = data["missing"] = json::array();
    for (int row = 0; row < found.rows(); ++row)
        missing.push_back(std::string(found.text(row, 0)));
    lines.add("rights", missing.empty() ? "all that a daemon needs"
                                        : "not all that a daemon needs; GRANT roomd_daemon gives:");
    for (const auto &one : missing)
        lines.below(one.get<std::string>());
}

} // namespace

Answer show_status(Asked &asked) {
    auto database = asked.connect();
    const auto state = look_at_schema(database);
    if (!state.there()) refuse_missing(database);
    if (state.version > newest_schema()) refuse_newer(database, state);
    if (state.version < oldest_schema) refuse_older(database, state);
    Answer out;
    Lines lines;
    lines.add("database", database.where() + ", as \"" + shown(database.user()) + '"');
    lines.add("server", "PostgreSQL " + database.server());
    out.data = {
        {"database", database.where()}, {"role", database.user()}, {"server", database.server()}};
    tell_schema(state, lines, out.data);
    tell_outbox(database, lines, out.data);
    tell_log(database, state, lines, out.data);
    tell_dead(database, lines, out.data);
    tell_lifecycle(database, state, lines, out.data);
    tell_nodes(database, lines, out.data);
    tell_roles(database, lines, out.data);
    tell_rights(database, lines, out.data);
    out.text = lines.text();
    return out;
}

} // namespace roomd::postgres
