// Durable events in a real host, with a real PostgreSQL and the schema roomd.
#include "rig.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using nlohmann::json;
using roomd::test::Rig;
using roomd::test::server;
using roomd::test::Server;
using roomd::test::str;
using roomd::test::text;
using roomd::test::watchful;
using Texts = std::vector<std::string>;
using Sections = std::vector<json>;

namespace {

struct Told {
    roomd_status status;
    std::string code, said;
};

// The instances of postgres, and a puppet that emits.
struct Emitting : Rig {
    explicit Emitting(const Sections &sections) : Rig(with_puppet(sections)) {}
    Emitting(const Emitting &) = delete;
    Emitting &operator=(const Emitting &) = delete;
    ~Emitting() { registry->stop(); } // tells those who wait

    void emit(std::string_view data) {
        const roomd_str room = str("library:a");
        roomd_emit one = roomd::test::emit_to("seat:x", &room, 1, data);
        one.flags |= ROOMD_EMIT_DURABLE | ROOMD_EMIT_ROUTE;
        const auto tell = [](void *user, roomd_status status, const roomd_emitted *what) {
            static_cast<std::vector<Told> *>(user)->push_back(
                {status, text(what->code), text(what->text)});
        };
        CHECK(last().host->emit(last().self, &one, tell, &told) == ROOMD_OK);
        registry->drain();
    }
    // What became of this one.
    Told became(std::string_view data) {
        told.clear();
        emit(data);
        REQUIRE(until([this] { return !told.empty(); }));
        return told.front();
    }
    bool reload_all(const Sections &sections) {
        return registry->reload(with_puppet(sections)).empty();
    }
    bool all_up() {
        return until([this] {
            const auto health = registry->health();
            return std::all_of(health.begin(), health.end(),
                               [](const auto &one) { return one.state == roomd::host::State::up; });
        });
    }
    std::vector<Told> told;
};

std::string file(const std::filesystem::path &path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}
std::string newest_schema() {
    std::vector<std::filesystem::path> paths;
    for (const auto &one : std::filesystem::directory_iterator(POSTGRES_SQL))
        if (one.path().extension() == ".sql") paths.push_back(one.path());
    std::sort(paths.begin(), paths.end());
    std::string out;
    for (const auto &path : paths)
        out += file(path) + '\n';
    return out;
}

} // namespace

TEST_CASE("another instance becomes the store when the one that was it is no more") {
    const json stores = watchful(server()), does_not = watchful(server(), {{"store", false}});
    Emitting rig(Sections(2, stores));
    REQUIRE(rig.all_up());
    CHECK(rig.became("[1]").status == ROOMD_OK);
    CHECK(rig.reload_all({does_not, stores})); // the second is reloaded after the first
    CHECK(rig.became("[2]").status == ROOMD_OK);
    CHECK(rig.reload_all({stores, stores}));
    CHECK(rig.reload_all({stores, does_not})); // .. and here before it gives the store up
    CHECK(rig.became("[3]").status == ROOMD_OK);
    CHECK(rig.reload_all({does_not, does_not}));
    CHECK(rig.became("[4]").code == "durable_unavailable");
}

TEST_CASE("who emits is not told where the database is, and what waits is counted down again") {
    Emitting rig(Sections(1, watchful(server())));
    REQUIRE(rig.all_up());
    CHECK(rig.became("[1]").status == ROOMD_OK);
    server().query(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
        "EXCEPTION 'secret of 127.0.0.1' USING ERRCODE = '53100'; END $$; CREATE TRIGGER "
        "refuse BEFORE INSERT ON roomd.outbox EXECUTE FUNCTION refuse()");
    const Told refused = rig.became("[2]");
    CHECK(rig.counted("store_bytes") == 0);
    const Told away = rig.became("[3]");
    server().query("DROP FUNCTION refuse CASCADE");
    CHECK(refused.code == "store_unavailable");
    CHECK(refused.said == "PostgreSQL refuses");
    CHECK(away.code == "store_unavailable");
    CHECK(away.said == "PostgreSQL cannot be reached");
    CHECK(rig.until([&] { return rig.became("[4]").status == ROOMD_OK; }));
}

TEST_CASE("what an event is at fault for is not counted as waiting any more") {
    Emitting rig(Sections(1, watchful(server())));
    REQUIRE(rig.all_up());
    CHECK(rig.became("[1]").status == ROOMD_OK);
    server().query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
                   "EXCEPTION 'bad' USING ERRCODE = '22000'; END $$; CREATE TRIGGER refuse BEFORE "
                   "INSERT ON roomd.outbox EXECUTE FUNCTION refuse()");
    const Told refused = rig.became("[2]");
    server().query("DROP FUNCTION refuse CASCADE");
    CHECK(refused.code == "not_storable");
    CHECK(rig.counted("store_bytes") == 0);
}

TEST_CASE("what was not yet at the server when the store stops has surely not been stored") {
    Emitting rig(Sections(1, watchful(server())));
    REQUIRE(rig.all_up());
    rig.emit("[1]"); // it waits for the connection
    rig.registry->reload({Rig::entry("puppet")});
    REQUIRE(rig.told.size() == 1);
    CHECK(rig.told[0].status == ROOMD_AGAIN);
    CHECK(rig.told[0].code == "store_unavailable");
    CHECK(rig.told[0].said == "the store is stopping");
}

TEST_CASE("a daemon that runs when the schema becomes newer sends what is new as what it is") {
    const Server old;
    old.query("BEGIN; " + file(std::filesystem::path(POSTGRES_TESTS) / "schema_8.sql") +
              "; COMMIT");
    Rig rig(watchful(old));
    rig.join("a");
    REQUIRE(rig.up());
    old.query("SELECT roomd.emit('seat:x', '1', ARRAY['library:a'])");
    REQUIRE(rig.until([&] { return rig.got.size() == 1; }));
    // The daemon sees the new event before it has looked at the version again.
    old.query("BEGIN; " + newest_schema() +
              "; SELECT roomd.store('{NULL}', '{seat:x}', '{2.0}', '{\"{library:a}\"}', '{NULL}', "
              "'{NULL}', '{f}', '{f}'); SELECT roomd.store('{NULL}', '{seat:y}', '{3}', "
              "'{\"{library:a}\"}', '{NULL}', '{/desk}', '{f}', '{f}'); SELECT "
              "roomd.emit('seat:x', '4', ARRAY['library:a']); COMMIT");
    CHECK(rig.until([&] { return rig.got.size() >= 3; }));
    CHECK(rig.got == Texts{R"(42["seat:x",1])", R"(42["seat:x",2.0])", R"(42["seat:x",4])"});
}
