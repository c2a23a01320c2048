#include "postgres/emitter.hpp"
#include "postgres/quoting.hpp"

namespace roomd::postgres {
namespace {

constexpr auto comment = "roomd emitter: "; // tells them from what else is in the schema
constexpr auto parameters = ", key text DEFAULT NULL, ttl interval DEFAULT NULL)\n";
constexpr auto rights = " VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS ";

// The body as a literal that nothing in it can end.
std::string dollars(const std::string &body) {
    std::string tag = "$emitter$";
    while (body.find(tag) != std::string::npos)
        tag.insert(tag.size() - 1, "_");
    return tag + "\n" + body + tag + ";\n";
}

constexpr std::size_t most_pairs = 40; // of jsonb_build_object(): a call has at most 100 arguments

// "text(one),\n text(two)" over the members that are wanted.
template <class Wanted, class Text>
std::string list(const Emitter &emitter, const char *between, const Wanted &wanted,
                 const Text &text) {
    std::string out;
    for (const auto &one : emitter.members) {
        if (wanted(one)) out += (out.empty() ? "" : between) + text(one);
    }
    return out;
}

constexpr auto all = [](const Emitter::Member &) { return true; };
constexpr auto needed = [](const Emitter::Member &one) { return one.needed; };
constexpr auto as_text = [](const Emitter::Member &one) { return one.as_text; };

// "given -> 'libraryId'", under either name.
std::string found(const Emitter::Member &one) {
    const auto own = "given -> " + sql_text(one.name);
    return one.name == one.column ? own
                                  : "coalesce(" + own + ", given -> " + sql_text(one.column) + ")";
}

// jsonb_build_object() of the members that are wanted, in as many calls as it takes.
template <class Wanted, class Text>
std::string object(const Emitter &emitter, const Wanted &wanted, const Text &value) {
    std::size_t pairs = 0;
    std::string out = "jsonb_build_object(\n";
    for (const auto &one : emitter.members) {
        if (!wanted(one)) continue;
        if (pairs > 0) out += pairs % most_pairs == 0 ? ") || jsonb_build_object(\n" : ",\n";
        out += "        " + sql_text(one.name) + ", " + value(one);
        ++pairs;
    }
    return pairs == 0 ? std::string() : out + ")";
}

// Puts what the schema names into `data`; raises where something that is needed is not there.  An
// expression of its own for each member: one query over them takes four times as long.
std::string picking(const Emitter &emitter) {
    const auto now = [](const Emitter::Member &one) { return "data -> " + sql_text(one.name); };
    std::string out = "    data := " + object(emitter, all, found) + ";\n";
    const auto texts = object(emitter, as_text, [&](const Emitter::Member &one) {
        return "CASE WHEN jsonb_typeof(" + now(one) + ") = 'number' THEN to_jsonb(data ->> " +
               sql_text(one.name) + ") ELSE " + now(one) + " END";
    });
    if (!texts.empty())
        out += "    -- These are text, also where the column is a number.\n"
               "    data := data || " +
               texts + ";\n";
    out += "    -- What is not there, or null where that is no value, is left out.\n"
           "    data := data - ARRAY[\n        " +
           list(emitter, ",\n        ", all,
                [&](const Emitter::Member &one) {
                    return "CASE WHEN " +
                           (one.nullable ? found(one) + " IS NULL" : now(one) + " = 'null'") +
                           " THEN " + sql_text(one.name) + " END";
                }) +
           "];\n";
    const auto text = [](const Emitter::Member &one) { return sql_text(one.name); };
    const auto names = list(emitter, ", ", needed, text);
    if (names.empty()) return out;
    return out + "    IF NOT data ?& ARRAY[" + names + R"(] THEN
        RAISE EXCEPTION 'roomd.%: %', ')" +
           emitter.function + R"(', (
            SELECT string_agg(CASE
                WHEN given ? n.name THEN format('the column "%s" is null', n.name)
                WHEN given ? n.other THEN format('the column "%s" is null', n.other)
                WHEN n.name = n.other THEN format('there is no column "%s"', n.name)
                ELSE format('there is no column "%s" and no "%s"', n.name, n.other)
            END, '; ')
            FROM (VALUES
                )" +
           list(emitter, ",\n                ", needed,
                [&](const Emitter::Member &one) {
                    return "(" + text(one) + ", " + sql_text(one.column) + ")";
                }) +
           R"(
            ) AS n(name, other) WHERE NOT data ? n.name)
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'member_missing';
    END IF;
)";
}

std::string body_of(const Emitter &emitter) {
    const bool named = !emitter.members.empty();
    std::string out = R"(DECLARE
    given jsonb := to_jsonb(source);
)";
    if (named) out += "    data  jsonb;\n";
    out += R"(BEGIN
    IF jsonb_typeof(given) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'roomd.%: give it a row, or a JSON object', ')" +
           emitter.function + R"('
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'wrong_type';
    END IF;
)";
    if (named) out += picking(emitter);
    const char *const data = !emitter.whole_row ? "data" : named ? "given || data" : "given";
    return out + "    RETURN roomd.emit(event => " + sql_text(emitter.event) + ", data => " +
           (named || emitter.whole_row ? data : "'{}'") + ", key => key, ttl => ttl);\nEND\n";
}

std::string signature(const Emitter &emitter, const char *source) {
    return "roomd." + emitter.function + "(" + source + ", text, interval)";
}

std::string functions_of(const Emitter &emitter) {
    const auto head = "CREATE OR REPLACE FUNCTION roomd." + emitter.function + "(source ";
    std::string out = "\n" + head + "anyelement" + parameters + "RETURNS bigint LANGUAGE plpgsql" +
                      rights + dollars(body_of(emitter));
    // A literal has no type: the one that takes text is chosen, and reads it as JSON.
    out += head + "text" + parameters + "RETURNS bigint LANGUAGE sql" + rights +
           dollars("    SELECT roomd." + emitter.function + "(source::jsonb, key, ttl)\n");
    for (const char *source : {"anyelement", "text"})
        out += "COMMENT ON FUNCTION " + signature(emitter, source) + " IS " +
               sql_text(comment + emitter.event) + ";\n";
    return out;
}

std::string list_of(std::span<const Emitter> emitters) {
    std::string out;
    for (const auto &emitter : emitters) {
        for (const char *source : {"anyelement", "text"})
            out += (out.empty() ? "    " : ",\n    ") + signature(emitter, source);
    }
    return out;
}

std::string drops(std::span<const Emitter> emitters) {
    std::string events;
    for (const auto &emitter : emitters)
        events += (events.empty() ? "" : ", ") + sql_text(emitter.event);
    return "DO " + dollars(R"(DECLARE
    old regprocedure;
BEGIN
    IF to_regproc('roomd.emit') IS NULL THEN
        RAISE EXCEPTION 'the schema "roomd" is not there'
            USING ERRCODE = 'invalid_schema_name', HINT = 'Run roomd pg init with this database.';
    END IF;
    FOR old IN
        SELECT p.oid FROM pg_catalog.pg_proc p, pg_catalog.obj_description(p.oid, 'pg_proc') AS said
        WHERE p.pronamespace = 'roomd'::regnamespace AND said LIKE ')" +
                           std::string(comment) + R"(%'
          AND substr(said, )" +
                           std::to_string(std::string_view(comment).size() + 1) +
                           ") <> ALL (ARRAY[" + events + R"(]::text[])
    LOOP
        RAISE NOTICE 'the function % goes, as its event did', old;
        EXECUTE format('DROP FUNCTION %s', old);
    END LOOP;
END
)");
}

} // namespace

std::string emitters_sql(std::span<const Emitter> emitters) {
    std::string out = "-- One function for each event of roomd's catalogue, made by `roomd pg"
                      " emitters`.\nBEGIN;\n" +
                      drops(emitters);
    for (const auto &emitter : emitters)
        out += functions_of(emitter);
    if (!emitters.empty()) {
        const auto functions = list_of(emitters);
        out += "\nREVOKE ALL ON FUNCTION\n" + functions + "\nFROM PUBLIC;\nDO " + dollars(R"(DECLARE
    member name;
BEGIN
    -- Who may emit may use these.
    FOR member IN
        SELECT u.rolname FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
        JOIN pg_catalog.pg_roles u ON u.oid = a.grantee
        WHERE p.oid = to_regproc('roomd.emit') AND u.oid <> p.proowner
    LOOP
        EXECUTE 'GRANT EXECUTE ON FUNCTION
)" + functions + R"(
        TO ' || quote_ident(member);
    END LOOP;
END
)");
    }
    return out + "COMMIT;\n";
}

} // namespace roomd::postgres
