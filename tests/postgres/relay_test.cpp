// The mode `outbox` in a real host, with a real PostgreSQL and the schema roomd.
#include "rig.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

using nlohmann::json;
using roomd::test::got;
using roomd::test::Rig;
using roomd::test::server;
using Texts = std::vector<std::string>;

namespace {

json outbox_section(json outbox = json::object()) {
    return {{"dsn", server().dsn()},
            {"probe", "500ms"},
            {"answer_timeout", "2s"},
            {"retry_max", "300ms"},
            {"outbox", std::move(outbox)}};
}
std::string emit(int n, const std::string &room = "library:a") {
    return "SELECT roomd.emit('seat:x', '" + std::to_string(n) + "', ARRAY['" + room + "'])";
}
Texts got(int from, int to) {
    Texts all;
    for (int n = from; n <= to; ++n)
        all.push_back(roomd::test::got(n));
    return all;
}
bool empty_outbox() {
    return server().one("SELECT count(*) FROM roomd.outbox") == "0";
}
// Nothing more comes for a while.
void settle(Rig &rig, int seconds = 1) {
    rig.until([] { return false; }, seconds);
}

} // namespace

TEST_CASE("what a transaction emits is sent when it commits, and never when it does not") {
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    server().query("BEGIN; " + emit(1) + "; " + emit(2) + "; COMMIT");
    server().query("BEGIN; " + emit(3) + "; ROLLBACK");
    server().query(emit(4, "library:b"));
    server().query(emit(5));
    CHECK(rig.until([&] { return rig.got.size() >= 3; }));
    CHECK(rig.got == Texts{got(1), got(2), got(5)});
    CHECK(empty_outbox());
    CHECK(rig.counted("dispatched_total") == 4);
    CHECK(rig.counted("sequenced_total") == 4);
}

TEST_CASE("the first event after a rest does not wait for the next look") {
    Rig rig(outbox_section({{"idle", "5s"}, {"busy", "500ms"}}));
    rig.join("a");
    REQUIRE(rig.up());
    for (int n = 1; n <= 3; ++n) {
        // Looks at 0.5, 1, 2 and 4 s; from the first that finds nothing on it is woken.
        settle(rig, 2);
        const auto at = std::chrono::steady_clock::now();
        server().query(emit(n));
        CHECK(rig.until([&] { return rig.got.size() == std::size_t(n); }, 10));
        CHECK(std::chrono::steady_clock::now() - at < std::chrono::milliseconds(400));
    }
}

TEST_CASE("a transaction that commits late loses nothing to those that overtake it") {
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    std::thread slow(
        [] { server().query("BEGIN; " + emit(1) + "; SELECT pg_sleep(0.7); COMMIT"); });
    // It has emitted, and holds its commit back.
    CHECK(rig.until([] {
        return server().one("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") ==
               "1";
    }));
    server().query(emit(2));
    CHECK(rig.until([&] { return rig.got.size() == 2; }));
    slow.join();
    CHECK(rig.got == Texts{got(2), got(1)});
}

TEST_CASE("what every daemon reads from the log is not handed to the cluster bus") {
    auto entries = Rig::entries({outbox_section({{"node", "here"}})});
    entries.front().instance = "here";
    entries.push_back(Rig::entry("puppet"));
    Rig rig(entries);
    rig.join("a");
    REQUIRE(rig.up());
    puppet &bus = rig.last();
    int published = 0;
    roomd_handle handle = 0;
    const roomd_publish_fn count = [](void *user, const roomd_emit *) {
        ++*static_cast<int *>(user);
    };
    REQUIRE(bus.host->on_publish(bus.self, count, &published, &handle) == ROOMD_OK);
    server().query(emit(1));
    CHECK(rig.until([&] { return rig.got.size() == 1; }));
    CHECK(published == 0);
    CHECK(rig.router.positions().starts_with("here=")); // its place goes through dispatch
    CHECK(rig.router.positions().ends_with("." + server().one("SELECT last_seq FROM roomd.meta")));
}

TEST_CASE("a daemon that starts begins at the end of the log") {
    {
        Rig before(outbox_section());
        REQUIRE(before.up());
        server().query(emit(1));
        CHECK(before.until([] { return empty_outbox(); }));
    }
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    server().query(emit(2));
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{got(2)});
}

TEST_CASE("a server that is restarted at once loses nothing and sends nothing twice") {
    Rig rig(outbox_section({{"batch", 50}}));
    rig.join("a");
    REQUIRE(rig.up());
    int last = 0;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 20; ++i) {
            std::string many = "SELECT 1";
            for (int k = 0; k < 10; ++k)
                many += "; " + emit(++last);
            server().query(many);
            rig.turn();
        }
        server().tell("restart immediate");
    }
    server().query(emit(++last));
    CHECK(rig.until([&] { return rig.got.size() >= 401; }));
    settle(rig);
    CHECK(rig.got == got(1, last));
    CHECK(rig.longest < std::chrono::milliseconds(300));
}

TEST_CASE("two daemons at once each send each event once, in the same order") {
    Rig one(outbox_section({{"node", "one"}})),
        two(outbox_section({{"node", "two"}, {"wake", "poll"}}));
    one.join("a");
    two.join("a");
    REQUIRE(one.up());
    REQUIRE(two.up());
    int last = 0;
    for (int i = 0; i < 100; ++i) {
        std::string many = "SELECT 1";
        for (int k = 0; k < 10; ++k)
            many += "; " + emit(++last);
        server().query(many);
        one.turn();
        two.turn();
    }
    CHECK(one.until([&] {
        two.turn();
        return one.got.size() >= 1000 && two.got.size() >= 1000;
    }));
    CHECK(one.got == got(1, last));
    CHECK(two.got == one.got);
    CHECK(one.counted("sequenced_total") + two.counted("sequenced_total") == 1000);
}

TEST_CASE("an event that cannot be sent goes to roomd.dead with the reason, and holds up nothing") {
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    server().query("TRUNCATE roomd.dead");
    server().query("SELECT roomd.emit('seat:x', '1')"); // no room, and no catalogue to choose one
    server().query(emit(2));
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{got(2)});
    CHECK(rig.until([] { return server().one("SELECT count(*) FROM roomd.dead") == "1"; }));
    const auto dead = server().query("SELECT reason, event, seq IS NOT NULL FROM roomd.dead");
    CHECK(dead.at(0).at(0).find(": ") != std::string::npos);
    CHECK(dead.at(0).at(1) == "seat:x");
    CHECK(dead.at(0).at(2) == "t");
    CHECK(rig.counted("dead_total") == 1);
}

TEST_CASE("an event that cannot be sent is not forgotten when the connection is lost over it") {
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    server().query("TRUNCATE roomd.dead");
    server().query("CREATE FUNCTION dig() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN PERFORM pg_sleep(20); RETURN NEW; END'; CREATE TRIGGER dig BEFORE "
                   "INSERT ON roomd.dead FOR EACH ROW EXECUTE FUNCTION dig()");
    server().query("SELECT roomd.emit('seat:x', '1')");
    CHECK(rig.until([] {
        return server().one("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") ==
               "1";
    }));
    server().query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = "
                   "'PgSleep'");
    CHECK(rig.until([&] { return rig.counted("connected") == 0; }));
    server().query("DROP FUNCTION dig CASCADE");
    CHECK(rig.until([] { return server().one("SELECT count(*) FROM roomd.dead") == "1"; }, 5));
    CHECK(rig.counted("dead_total") == 1);
}

TEST_CASE("an event whose time is over is not sent") {
    Rig rig(outbox_section({{"sequence", false}}));
    rig.join("a");
    REQUIRE(rig.up());
    server().query("SELECT roomd.emit('seat:x', '1', ARRAY['library:a'], ttl => '1 ms')");
    server().query("SELECT roomd.emit('seat:x', '2', ARRAY['library:a'], ttl => '1 h')");
    server().query("SELECT pg_sleep(0.05); SELECT roomd.sequence_batch()");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{got(2)});
    CHECK(rig.counted("expired_total") == 1);
}

TEST_CASE(
    "a database that was put back to an older state begins a new epoch, and loses nothing new") {
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    for (int n = 1; n <= 5; ++n)
        server().query(emit(n));
    CHECK(rig.until([&] { return rig.got.size() == 5; }));
    const auto epoch = server().one("SELECT epoch FROM roomd.meta");
    // As after a restore: the last two are gone, and others have their positions.
    server().query("DELETE FROM roomd.log WHERE seq > (SELECT last_seq - 2 FROM roomd.meta); "
                   "UPDATE roomd.meta SET last_seq = last_seq - 2; " +
                   emit(6) + "; " + emit(7) + "; " + emit(8) +
                   "; SELECT roomd.sequence_batch(); SELECT pg_terminate_backend(pid) FROM "
                   "pg_stat_activity WHERE application_name = 'roomd'");
    CHECK(rig.until([&] { return rig.got.size() >= 8; }));
    server().query(emit(9));
    CHECK(rig.until([&] { return rig.got.size() >= 9; }));
    CHECK(rig.got == got(1, 9));
    CHECK(server().one("SELECT epoch FROM roomd.meta") != epoch);
    CHECK(rig.counted("epochs_total") == 1);
}

TEST_CASE("what waits is sent in order within the budget, and within the rate") {
    auto entries = Rig::entries({outbox_section({{"batch", 1000}, {"rate", 10000}})});
    entries.front().budget = 20000;
    Rig rig(entries);
    rig.join("a");
    REQUIRE(rig.up());
    server().query("SELECT roomd.emit('seat:x', to_jsonb(n), ARRAY['library:a']) FROM "
                   "generate_series(1, 20000) n");
    const auto begun = std::chrono::steady_clock::now();
    CHECK(rig.until([&] { return rig.got.size() == 20000; }));
    CHECK(std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(1800));
    CHECK(rig.got == got(1, 20000));
    CHECK(rig.longest < std::chrono::milliseconds(300));
    CHECK(rig.up());
}

TEST_CASE("a reload keeps the place in the log, also with other credentials") {
    server().query("DROP ROLE IF EXISTS daemon; CREATE ROLE daemon LOGIN; GRANT roomd_daemon TO "
                   "daemon");
    Rig rig(outbox_section());
    rig.join("a");
    REQUIRE(rig.up());
    server().query(emit(1));
    CHECK(rig.until([&] { return rig.got.size() == 1; }));
    auto other = outbox_section({{"batch", 10}});
    other["dsn"] = server().dsn("daemon");
    CHECK(rig.reload(other));
    server().query("SELECT roomd.sequence_batch() FROM roomd.emit('seat:x', '2', "
                   "ARRAY['library:a'])");
    CHECK(rig.until([&] { return rig.got.size() == 2; }));
    CHECK(rig.got == got(1, 2));
    CHECK(rig.counted("connects_total") == 2);
}

TEST_CASE("a schema that is newer than the daemon is refused with a sentence") {
    server().query("UPDATE roomd.meta SET schema_version = schema_version + 90");
    {
        Rig rig(outbox_section());
        CHECK(rig.until([&] { return rig.why().find("knows") != std::string::npos; }));
        CHECK(rig.registry->health().front().state == roomd::host::State::down);
        server().query("UPDATE roomd.meta SET schema_version = schema_version - 90");
        CHECK(rig.up());
    }
}

TEST_CASE("a user without the role is told what to grant") {
    server().query("DROP ROLE IF EXISTS bare; CREATE ROLE bare LOGIN");
    auto conf = outbox_section();
    conf["dsn"] = server().dsn("bare");
    Rig rig(conf);
    CHECK(rig.until([&] { return rig.why().find("permission denied") != std::string::npos; }));
}

TEST_CASE("while nothing happens the database is asked at most five times a second") {
    for (const auto *wake : {"notify", "poll"}) {
        Rig rig(outbox_section({{"wake", wake}}));
        REQUIRE(rig.up());
        settle(rig, 2);
        const auto asked = [] {
            return std::stoi(server().one(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'"));
        };
        const auto before = asked();
        settle(rig, 6);
        const auto queries = asked() - before;
        MESSAGE(std::string(wake) << ": " << queries << " in 6 s");
        CHECK(queries <= 32); // two of them are ours
        CHECK(queries >= 10);
    }
}

TEST_CASE("a reload gives a daemon another name in roomd.node") {
    Rig rig(outbox_section({{"node", "before"}}));
    REQUIRE(rig.up());
    json renamed = outbox_section({{"node", "after"}});
    renamed["probe"] = "600ms"; // a new connection, on which it reports at once
    CHECK(rig.reload(renamed));
    CHECK(rig.until([] {
        return server().one("SELECT count(*) FROM roomd.node WHERE node = 'after'") == "1";
    }));
}
