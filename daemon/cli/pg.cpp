// `roomd pg ..`: the plugin postgres, which has the SQL and libpq, runs these commands.
#include "app/exit_code.hpp"
#include "base/ascii.hpp"
#include "cli/commands.hpp"
#include "cli/given_database.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace roomd::cli {
namespace {

constexpr const char *group = "pg";
constexpr const char *about = "The schema roomd of a PostgreSQL database";

struct PgArguments {
    GivenDatabase database;
    bool dry_run = false, all = false, apply = false;
    std::vector<std::string> app, daemon, ids;
    std::string event;
    std::size_t limit = 20;
};

std::string word(bool yes) {
    return yes ? "true" : "false";
}

int init(const PgArguments &given, Io &io) {
    constexpr std::size_t longest = 63; // bytes; a server ignores the rest
    for (const auto *roles : {&given.app, &given.daemon})
        for (const auto &role : *roles)
            if (role.size() > longest)
                return fail(io, given.database.form(), app::exit_usage, "usage",
                            "a role's name may have at most 63 bytes");
    return given.database.run(io,
                              {"init", "{\"dry_run\":" + word(given.dry_run) +
                                           ",\"app\":" + json::list(given.app) +
                                           ",\"daemon\":" + json::list(given.daemon) + "}"},
                              {!given.dry_run, false});
}

int replay(const PgArguments &given, Io &io) {
    const auto refuse = [&](const std::string &what) {
        return fail(io, given.database.form(), app::exit_usage, "usage", what);
    };
    if (int(!given.ids.empty()) + int(given.all) + int(!given.event.empty()) > 1)
        return refuse("choose what to replay by one of: ids, --event, --all");
    for (const auto &id : given.ids) {
        if (id.empty() || id.size() > 18 || !std::all_of(id.begin(), id.end(), base::is_digit))
            return refuse("an id must be a whole number, as `roomd pg replay` lists them");
    }
    return given.database.run(io,
                              {"replay", "{\"ids\":" + json::list(given.ids) +
                                             ",\"all\":" + word(given.all) +
                                             ",\"event\":" + json::quoted(given.event) +
                                             ",\"limit\":" + std::to_string(given.limit) + "}"},
                              {});
}

} // namespace

void add_pg_init(Tree &tree) {
    auto given = std::make_shared<PgArguments>();
    Syntax syntax = tree.command(group, about, "init", "Create the schema, its functions and roles",
                                 [given](Io &io) { return init(*given, io); });
    syntax.flag("--dry-run", given->dry_run, "Print the SQL, and connect to nothing")
        .texts("--app", given->app, "ROLE", "Applications emit as this role; may be repeated")
        .not_empty()
        .texts("--daemon", given->daemon, "ROLE", "roomd connects as this role; may be repeated")
        .not_empty();
    given->database.add_to(syntax);
    syntax.more(
        "Run it once as the owner of the database; it is one transaction.  Running it again "
        "changes no data and restores functions, roles and rights; an older schema is left to "
        "`roomd pg migrate`.\n"
        "Example:\n"
        "  roomd pg init --dsn-file owner.dsn --app shop --daemon roomd");
}

void add_pg_status(Tree &tree) {
    auto given = std::make_shared<PgArguments>();
    Syntax syntax = tree.command(
        group, about, "status", "Show the schema, the backlog, dead events and the readers",
        [given](Io &io) { return given->database.run(io, {"status"}, {}); });
    given->database.add_to(syntax);
    syntax.more(
        "What the role may not see is left out.  Exit code 1: the schema does not exist, or "
        "has a version that this roomd cannot use.");
}

void add_pg_migrate(Tree &tree) {
    auto given = std::make_shared<PgArguments>();
    Syntax syntax = tree.command(
        group, about, "migrate", "Bring an older schema to this roomd's version", [given](Io &io) {
            return given->database.run(
                io, {"migrate", "{\"dry_run\":" + word(given->dry_run) + "}"}, {});
        });
    syntax.flag("--dry-run", given->dry_run, "Print the SQL, and change nothing");
    given->database.add_to(syntax);
    syntax.more(
        "Run it as the schema's owner; it is one transaction, which gives up after waiting 10 s "
        "for a lock.  A daemon that is older than the schema sends nothing until it "
        "is updated: update daemons first.");
}

void add_pg_replay(Tree &tree) {
    auto given = std::make_shared<PgArguments>();
    Syntax syntax =
        tree.command(group, about, "replay", "List dead events, or put them back into the outbox",
                     [given](Io &io) { return replay(*given, io); });
    syntax.texts("id", given->ids, "ID", "The events to put back; without any they are listed")
        .text("--event", given->event, "EVENT", "Put back the events of this name")
        .flag("--all", given->all, "Put all back")
        .count("--limit", given->limit, 1, 10000, "N", "List at most this many, the newest");
    given->database.add_to(syntax);
    syntax.more("An event that is put back is sent as a new one, and becomes dead again if its "
                "fault remains.  Exit code 1: an id is not dead.");
}

void add_pg_emitters(Tree &tree) {
    auto given = std::make_shared<PgArguments>();
    Syntax syntax = tree.command(
        group, about, "emitters", "Print an SQL function for each event of the catalogue",
        [given](Io &io) {
            return given->database.run(io, {"emitters", "{\"apply\":" + word(given->apply) + "}"},
                                       {given->apply, true});
        });
    syntax.flag("--apply", given->apply, "Create them in the database, as the schema's owner");
    given->database.add_to(syntax);
    syntax.more("Each takes a row, or JSON, and picks the members that the event's schema names; "
                "libraryId may be the column library_id.  Functions of removed events are "
                "dropped.  Example, in SQL:\n"
                "  SELECT roomd.emit_booking_created(b) FROM bookings b WHERE id = 7;");
}

} // namespace roomd::cli
