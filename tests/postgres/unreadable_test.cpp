// Rows and notifications that the server cannot put into UTF-8: each is told and holds up nothing.
#include "rig.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;
using roomd::test::got;
using roomd::test::Rig;
using roomd::test::server;
using Texts = std::vector<std::string>;

namespace {

// A database in which `broken` is text that UTF-8 has not.
struct Encoding {
    const char *name, *broken, *reason;
};
const Encoding encodings[] = {
    {"SQL_ASCII", "left(convert_from('\\x4772c3bc', 'SQL_ASCII'), 3)",
     "row_unreadable: the data is not UTF-8"},
    {"WIN1252", "chr(129)",
     "row_unreadable: ERROR:  character with byte sequence 0x81 in encoding \"WIN1252\" has no "
     "equivalent in encoding \"UTF8\""},
};

// The files of the schema, in a database of this encoding.
std::string database(const Encoding &of) {
    static std::set<std::string> made;
    const std::string name = "in_" + std::string(of.name);
    if (!made.insert(name).second) return name;
    server().query("CREATE DATABASE \"" + name +
                   "\" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'" + " ENCODING '" + of.name +
                   "'");
    std::set<std::filesystem::path> files;
    for (const auto &file : std::filesystem::directory_iterator(POSTGRES_SQL))
        files.insert(file.path());
    std::string all = "BEGIN;";
    for (const auto &file : files) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        all += text.str();
    }
    server().query(all + "COMMIT;", name);
    return name;
}
json section(const std::string &name, json more) {
    json out = {{"dsn", server().dsn("postgres", {}, name)}, {"retry_max", "300ms"}};
    out.update(more);
    return out;
}
std::string emit(const std::string &data) {
    return "SELECT roomd.emit('seat:x', " + data + ", ARRAY['library:a'])";
}
json listening(const std::string &name) {
    return section(name, {{"listen", {{"channels", {{"news", json::object()}}}}}});
}
std::string notify(const std::string &payload) {
    return "SELECT pg_notify('news', " + payload + ")";
}
std::string good(int n) {
    return R"('{"event":"seat:x","room":"library:a","data":)" + std::to_string(n) + "}'";
}

} // namespace

TEST_CASE("rows that cannot be put into UTF-8 go to roomd.dead, and the next ones are sent") {
    for (const auto &encoding : encodings) {
        CAPTURE(encoding.name);
        const auto name = database(encoding);
        Rig rig(section(name, {{"outbox", {{"batch", 10}}}}));
        rig.join("a");
        REQUIRE(rig.up());
        const auto broken = emit("to_jsonb(" + std::string(encoding.broken) + ")");
        server().query(emit("'1'") + ";" + broken + ";" + broken + ";" + emit("'2'"), name);
        CHECK(rig.until([&] { return rig.got.size() == 2; }));
        std::string many;
        for (int n = 3; n <= 150; ++n)
            many += emit("'" + std::to_string(n) + "'") + ";";
        server().query(many + broken + ";" + emit("'151'"), name);
        CHECK(rig.until([&] { return rig.got.size() == 151; }));
        for (int n = 1; n <= 151; ++n)
            CHECK(rig.got.at(std::size_t(n) - 1) == got(n));
        const auto dead = [&] { return server().one("SELECT count(*) FROM roomd.dead", name); };
        CHECK(rig.until([&] { return dead() == "3"; }));
        CHECK(server().one("SELECT min(reason) FROM roomd.dead", name) == encoding.reason);
        CHECK(rig.counted("dead_total") == 3);
        CHECK(rig.counted("connects_total") == 1);
        CHECK(rig.counted("connection_failures_total") == 0);
    }
}

TEST_CASE("a daemon that comes back behind a row that it gave up begins no new epoch") {
    const auto name = database(encodings[0]);
    Rig rig(section(name, {{"outbox", json::object()}}));
    rig.join("a");
    REQUIRE(rig.up());
    // With a key, whose digest is not of UTF-8 either.
    server().query("SELECT roomd.emit('seat:x', to_jsonb(" + std::string(encodings[0].broken) +
                       "), ARRAY['library:a'], key => 'k')",
                   name);
    CHECK(rig.until([&] { return rig.counted("dead_total") == 1; }));
    server().query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        "'roomd'");
    CHECK(rig.until([&] { return rig.counted("connects_total") == 2; }));
    server().query(emit("'1'"), name);
    CHECK(rig.until([&] { return rig.got.size() == 1; }));
    CHECK(rig.counted("epochs_total") == 0);
}

TEST_CASE(
    "what roomd.dead does not take for its content is logged, and the next one is put there") {
    const auto name = database(encodings[1]);
    Rig rig(section(name, {{"outbox", json::object()}}));
    rig.join("a");
    REQUIRE(rig.up());
    const auto next = server().one("SELECT last_seq + 1 FROM roomd.meta", name);
    server().query("TRUNCATE roomd.dead; ALTER TABLE roomd.dead ADD CONSTRAINT fine CHECK "
                   "(1 / (seq - " +
                       next + ") IS NOT NULL)",
                   name);
    server().query("SELECT roomd.emit('seat:odd', '1')", name); // no room, and no catalogue
    server().query("SELECT roomd.emit('seat:x', '2')", name);
    CHECK(rig.until([&] { return server().one("SELECT count(*) FROM roomd.dead", name) == "1"; }));
    CHECK(rig.counted("connection_failures_total") == 0);
}

TEST_CASE("a notification that is not UTF-8 is counted, and those behind it come") {
    const auto name = database(encodings[0]);
    Rig rig(listening(name));
    rig.join("a");
    REQUIRE(rig.up());
    const std::string broken = encodings[0].broken;
    // All in one commit: a server that stumbles would stop there.
    server().query("BEGIN;" + notify(good(1)) + ";" + notify(broken) + ";" + notify(good(2)) + ";" +
                       notify(broken + " || 'x'") + ";" + notify(good(3)) + "; COMMIT",
                   name);
    CHECK(rig.until([&] { return rig.got.size() == 3; }, 5));
    CHECK(rig.got == Texts{got(1), got(2), got(3)});
    CHECK(rig.counted("notifications_refused_total") == 2);
    CHECK(rig.counted("connection_failures_total") == 0);
}

TEST_CASE("a notification that the server cannot convert is a gap, and the next ones come") {
    const auto name = database(encodings[1]);
    Rig rig(listening(name));
    rig.join("a");
    REQUIRE(rig.up());
    server().query(notify(encodings[1].broken), name);
    CHECK(rig.until([&] { return rig.why().find("has no equivalent in") != std::string::npos; }));
    CHECK(rig.up());
    server().query(notify(good(1)), name);
    CHECK(rig.until([&] { return rig.got.size() == 1; }));
    CHECK(rig.counted("gaps_total") == 1);
}

TEST_CASE(
    "a notification that cannot be read does not cost a daemon of the outbox its connection") {
    const auto name = database(encodings[0]);
    Rig rig(section(name, {{"outbox", {{"idle", "200ms"}}}}));
    rig.join("a");
    REQUIRE(rig.up());
    for (int n = 1; n <= 10; ++n) {
        server().query("SELECT pg_notify('roomd_log', " + std::string(encodings[0].broken) +
                           " || " + std::to_string(n) + ");" + emit("'" + std::to_string(n) + "'"),
                       name);
        CHECK(rig.until([&] { return rig.got.size() == std::size_t(n); }));
    }
    CHECK(rig.counted("connection_failures_total") == 0);
}

TEST_CASE("a damaged row in the outbox goes to roomd.dead, and those behind it are sent") {
    if (server().one("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_surgery'") ==
        "0")
        return; // PostgreSQL 13 has none
    const auto name = database(encodings[0]);
    // The daemon is not there yet, so nothing is sequenced.
    server().query(emit("'1'") + ";" +
                       emit("to_jsonb((SELECT string_agg(md5(i::text), '') FROM generate_series(1, "
                            "2000) i))") +
                       ";" + emit("'2'"),
                   name);
    const auto toast = server().one(
        "SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'roomd.outbox'::regclass", name);
    server().query("CREATE EXTENSION IF NOT EXISTS pg_surgery", name);
    server().query("TRUNCATE roomd.dead; SELECT heap_force_kill('" + toast +
                       "'::regclass, (SELECT array_agg(ctid) FROM " + toast + "))",
                   name);
    Rig rig(section(name, {{"outbox", json::object()}}));
    rig.join("a");
    CHECK(rig.until([&] { return rig.got.size() == 2; }));
    CHECK(rig.got == Texts{got(1), got(2)});
    CHECK(server().one("SELECT reason LIKE 'row_damaged: %; without its data' FROM roomd.dead",
                       name) == "t");
    CHECK(rig.counted("dead_total") == 1);
    CHECK(rig.counted("connection_failures_total") == 3);
    server().query(emit("'3'"), name);
    CHECK(rig.until([&] { return rig.got.size() == 3; }));
}
