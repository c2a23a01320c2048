// `roomd pg replay`: lists dead events, and puts them back into the outbox.
#include "postgres/commands.hpp"
#include "postgres/lines.hpp"
#include "postgres/schema_state.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace roomd::postgres {
namespace {

using nlohmann::json;

Answer list(Database &database, std::int64_t limit) {
    const auto total = database.ask("SELECT count(*) FROM roomd.dead").whole(0, 0);
    const auto found = database.ask(
        "SELECT id, to_char(died_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), event,"
        " reason FROM roomd.dead ORDER BY id DESC LIMIT $1::bigint",
        {std::to_string(limit)});
    Answer out;
    auto &dead = out.data["dead"] = json::array();
    out.data["total"] = total;
    std::size_t longest = 0; // name
    for (int row = 0; row < found.rows(); ++row)
        longest = std::max(longest, shown(found.text(row, 2), 80).size());
    for (int row = 0; row < found.rows(); ++row) {
        const std::string id(found.text(row, 0)), at(found.text(row, 1));
        auto event = shown(found.text(row, 2), 80);
        event.resize(longest, ' ');
        out.text.append(id.size() < 8 ? 8 - id.size() : 0, ' ').append(id).append("  ").append(at);
        out.text.append("  ").append(event).append("  ");
        out.text.append(shown(found.text(row, 3), 300)).append("\n");
        dead.push_back(
            {{"id", found.whole(row, 0)},
             {"died_at", at},
             {"event", found.null(row, 2) ? json() : json(std::string(found.text(row, 2)))},
             {"reason", std::string(found.text(row, 3))}});
    }
    if (total == 0)
        out.text = "nothing is dead\n";
    else if (total > found.rows())
        out.text += "the newest " + std::to_string(found.rows()) + " of " + std::to_string(total) +
                    "; --limit shows more\n";
    return out;
}

std::string put_back(std::int64_t rows) {
    return counted(rows, "event was", "events were") + " put back into the outbox";
}

Answer replay_ids(Database &database, const std::vector<std::string> &ids) {
    std::int64_t rows = 0;
    std::string others;
    for (const auto &id : ids) {
        const auto answer = database.ask("SELECT roomd.replay($1::bigint)", {id});
        if (!answer.null(0, 0))
            ++rows;
        else
            others += (others.empty() ? "" : ", ") + id;
    }
    if (!others.empty()) throw Failure(ROOMD_GONE, put_back(rows) + "; not dead: " + others);
    return {put_back(rows) + '\n', {{"replayed", rows}}};
}

// All of them, or those of one event.
Answer replay_many(Database &database, const std::string &event) {
    const auto answer =
        database.ask("SELECT count(roomd.replay(d.id)) FROM (SELECT id FROM roomd.dead"
                     " WHERE $1 = '' OR event = $1 ORDER BY id) d",
                     {event});
    const auto rows = answer.whole(0, 0);
    return {rows == 0 && !event.empty() ? "nothing of \"" + shown(event) + "\" is dead\n"
                                        : put_back(rows) + '\n',
            {{"replayed", rows}}};
}

} // namespace

Answer replay_dead(Asked &asked) {
    auto database = asked.connect();
    if (!look_at_schema(database).there()) refuse_missing(database);
    const auto ids = asked.texts("ids");
    const auto event = asked.text("event");
    if (!ids.empty()) return replay_ids(database, ids);
    if (asked.flag("all") || !event.empty()) return replay_many(database, event);
    return list(database, asked.whole("limit", 20));
}

} // namespace roomd::postgres
