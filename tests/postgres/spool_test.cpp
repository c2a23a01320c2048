// The spool in a real host, with a real PostgreSQL and the schema roomd.
#include "rig.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

using nlohmann::json;
using roomd::test::Rig;
using roomd::test::server;
using roomd::test::Server;
using roomd::test::str;
using roomd::test::text;
using roomd::test::watchful;

namespace {

struct Said {
    roomd_status status;
    std::uint64_t id;
    std::string text, code, why;
};

// The plugin, and a puppet that asks it.
struct Asking : Rig {
    explicit Asking(const json &section) : Rig(with_puppet({section})) {
        server().query("TRUNCATE roomd.lifecycle, roomd.lifecycle_node");
    }
    Asking(const Asking &) = delete;
    Asking &operator=(const Asking &) = delete;
    ~Asking() { registry->stop(); } // tells those who wait

    void ask(const roomd_spool &what) {
        const auto tell = [](void *user, const roomd_spooled *said) {
            static_cast<std::vector<Said> *>(user)->push_back(
                {said->status, said->id, text(said->text), text(said->code), text(said->why)});
        };
        CHECK(last().host->spool(last().self, &what, tell, &heard) == ROOMD_OK);
        registry->drain();
    }
    // What became of this one; the connection is waited for.
    Said became(const roomd_spool &what) {
        do {
            turn();
            heard.clear();
            ask(what);
            REQUIRE(until([this] { return !heard.empty(); }));
        } while (heard.front().why.find("connecting to") != std::string::npos);
        return heard.front();
    }
    static roomd_spool put(std::string_view what, std::string_view line = "desk") {
        roomd_spool out{};
        out.struct_size = sizeof out;
        out.what = ROOMD_SPOOL_PUT;
        out.line = str(line);
        out.text = str(what);
        return out;
    }
    static roomd_spool next(std::uint64_t done = 0) {
        roomd_spool out{};
        out.struct_size = sizeof out;
        out.what = ROOMD_SPOOL_NEXT;
        out.line = out.reader = str("desk");
        out.id = done;
        return out;
    }
    std::vector<Said> heard;
};

std::string random_text(std::size_t size) {
    std::minstd_rand random{1};
    std::string out;
    while (out.size() < size)
        out += static_cast<char>('0' + random() % 75);
    std::replace(out.begin(), out.end(), '\\', '/');
    return out;
}

} // namespace

TEST_CASE("texts are kept, given back, replaced and removed") {
    Asking rig(watchful(server()));
    const Said first = rig.became(Asking::put("{\"a\": \"\u00e9\"}"));
    REQUIRE(first.status == ROOMD_OK);
    const Said second = rig.became(Asking::put("2"));
    CHECK(second.id > first.id);
    Said oldest = rig.became(Asking::next());
    CHECK(oldest.id == first.id);
    CHECK(oldest.text == "{\"a\": \"\u00e9\"}");
    roomd_spool replace = Asking::put("gap");
    replace.what = ROOMD_SPOOL_REPLACE;
    replace.id = first.id;
    CHECK(rig.became(replace).id == first.id);
    CHECK(rig.became(Asking::next()).text == "gap");
    CHECK(rig.became(Asking::next(first.id)).text == "2");
    CHECK(rig.became(Asking::next(second.id)).id == 0);
    CHECK(rig.became(replace).id == 0);
    CHECK(rig.counted("lifecycle_put_total") == 2);
    CHECK(rig.counted("lifecycle_removed_total") == 2);
    CHECK(server().one("SELECT plugin FROM roomd.lifecycle UNION SELECT plugin FROM "
                       "roomd.lifecycle_node") == "puppet");
}

TEST_CASE("over the bound nothing is put, and the health says so, until there is room") {
    Asking rig(watchful(server(), {{"lifecycle_max", "1MiB"}}));
    const std::string large = random_text(700000);
    std::vector<std::uint64_t> ids;
    Said said{};
    for (int i = 0; i < 10; ++i) {
        rig.became(Asking::next());
        said = rig.became(Asking::put(large));
        if (said.status != ROOMD_OK) break;
        ids.push_back(said.id);
    }
    CHECK(said.status == ROOMD_AGAIN);
    CHECK(said.code == "spool_full");
    CHECK(ids.size() == 2);
    CHECK(rig.why() == "lifecycle: roomd.lifecycle is full: outbox.lifecycle_max is 1MiB");
    for (const auto id : ids)
        rig.became(Asking::next(id));
    rig.became(Asking::next());
    CHECK(rig.became(Asking::put("x")).status == ROOMD_OK);
    CHECK(rig.up());
}

TEST_CASE("a schema without the table stops nothing but this, and the reason says what to do") {
    const Server old(POSTGRES_SQL);
    old.query("DROP TABLE roomd.lifecycle, roomd.lifecycle_node; DROP FUNCTION "
              "roomd.lifecycle_put, roomd.lifecycle_next, roomd.lifecycle_replace; UPDATE "
              "roomd.meta SET schema_version = 10");
    Asking rig(watchful(old));
    rig.join("a");
    const Said said = rig.became(Asking::put("x"));
    CHECK(said.status == ROOMD_AGAIN);
    CHECK(said.why.find("run roomd pg init or roomd pg migrate") != std::string::npos);
    CHECK(rig.why().find("run roomd pg init or roomd pg migrate") != std::string::npos);
    old.query("SELECT roomd.emit('seat:x', '1', ARRAY['library:a'])");
    CHECK(rig.until([&] { return rig.got.size() == 1; }));
}

TEST_CASE("a text that the database cannot take is refused for good, and the next one goes on") {
    Asking rig(watchful(server()));
    CHECK(rig.became(Asking::put("x")).status == ROOMD_OK);
    server().query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
                   "EXCEPTION 'bad' USING ERRCODE = '22P05'; END $$; CREATE TRIGGER refuse BEFORE "
                   "INSERT ON roomd.lifecycle EXECUTE FUNCTION refuse()");
    const Said refused = rig.became(Asking::put("y"));
    server().query("DROP FUNCTION refuse CASCADE");
    CHECK(refused.status == ROOMD_INVALID);
    CHECK(refused.code == "not_storable");
    CHECK(rig.became(Asking::put("z")).status == ROOMD_OK);
}

TEST_CASE("what others put while they stop is in the table when the host has stopped") {
    Asking rig(watchful(server()));
    CHECK(rig.became(Asking::next()).status == ROOMD_OK);
    rig.strings->on_stop = [](puppet *self) {
        const roomd_spool last = Asking::put("last"), more = Asking::put("more");
        CHECK(self->host->spool(self->self, &last, nullptr, nullptr) == ROOMD_OK);
        CHECK(self->host->spool(self->self, &more, nullptr, nullptr) == ROOMD_OK);
    };
    rig.registry->stop();
    rig.strings->on_stop = nullptr;
    CHECK(server().one("SELECT string_agg(body, ' ' ORDER BY id) FROM roomd.lifecycle") ==
          "last more");
}
