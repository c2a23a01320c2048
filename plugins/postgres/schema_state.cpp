#include "postgres/schema_state.hpp"

#include "postgres/lines.hpp"
#include "postgres/sql_files.hpp"

#include <roomd/plugin.hpp>

namespace roomd::postgres {

SchemaState look_at_schema(Database &database) {
    // Names in the schema are not for everyone to use, the catalog is.
    const auto found = database.ask(
        "SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),"
        " pg_get_userbyid(n.nspowner)"
        " FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'meta'"
        " WHERE n.nspname = 'roomd'");
    SchemaState out;
    if (found.rows() == 0) return out;
    if (found.text(0, 0) != "t")
        throw Failure(ROOMD_DENIED, database.where() + ": the role \"" + shown(database.user()) +
                                        "\" may not read the schema roomd\n  GRANT roomd_daemon"
                                        " to it, or connect as the schema's owner, \"" +
                                        shown(found.text(0, 1)) + '"');
    const auto meta =
        database.ask("SELECT schema_version, epoch, to_char(epoch_since AT TIME ZONE 'UTC',"
                     " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), last_seq, trimmed_seq FROM roomd.meta");
    if (meta.rows() == 0) return out;
    out.version = meta.whole(0, 0);
    out.epoch = meta.text(0, 1);
    out.epoch_since = meta.text(0, 2);
    out.last_seq = meta.whole(0, 3);
    out.trimmed_seq = meta.whole(0, 4);
    return out;
}

void refuse_missing(const Database &database) {
    throw Failure(ROOMD_GONE, database.where() +
                                  ": the schema roomd is not there\n  run roomd pg init with this"
                                  " database");
}

void refuse_newer(const Database &database, const SchemaState &state) {
    throw Failure(ROOMD_UNSUPPORTED, database.where() + ": the schema roomd has version " +
                                         std::to_string(state.version) + ", and this roomd knows " +
                                         std::to_string(newest_schema()) +
                                         "\n  use the roomd that made it, or a newer one");
}

void refuse_older(const Database &database, const SchemaState &state) {
    throw Failure(ROOMD_UNSUPPORTED, database.where() + ": the schema roomd has version " +
                                         std::to_string(state.version) +
                                         ", and this roomd brings " +
                                         std::to_string(newest_schema()) +
                                         "\n  run roomd pg migrate with this database");
}

} // namespace roomd::postgres
