#include "fixture.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::Shard;
using test::str;
using test::text;
using Texts = std::vector<std::string>;

namespace {

struct Heard {
    roomd_status status;
    std::uint64_t id;
    std::string text, code;
};
void hear(void *user, const roomd_spooled *said) {
    static_cast<std::vector<Heard> *>(user)->push_back(
        {said->status, said->id, text(said->text), text(said->code)});
}

// What the spool was asked.
struct Wish {
    roomd_ticket ticket;
    std::string what;
};
void note(void *user, roomd_ticket ticket, const roomd_spool *wish) {
    static_cast<std::vector<Wish> *>(user)->push_back(
        {ticket, text(wish->owner) + " " + std::to_string(wish->what) + " " + text(wish->line) +
                     " " + text(wish->reader) + " " + std::to_string(wish->id) + " " +
                     text(wish->text) + " " + std::to_string(wish->flags)});
}

roomd_spool put(std::string_view what) {
    roomd_spool out{};
    out.struct_size = sizeof out;
    out.what = ROOMD_SPOOL_PUT;
    out.line = str("desk");
    out.text = str(what);
    return out;
}
roomd_spool next(std::uint64_t done) {
    roomd_spool out{};
    out.struct_size = sizeof out;
    out.what = ROOMD_SPOOL_NEXT;
    out.line = str("desk");
    out.reader = str("r1");
    out.id = done;
    return out;
}

// One plugin that is the spool, and one that asks it.
struct Spooled : Shard {
    Spooled() {
        run(entries());
        CHECK(host().on_spool(spool().self, note, &asked, &handle) == ROOMD_OK);
    }
    ~Spooled() { registry->stop(); } // tells those who wait
    Spooled(const Spooled &) = delete;
    Spooled &operator=(const Spooled &) = delete;
    static std::vector<host::PluginEntry> entries(std::size_t budget = 8 << 20) {
        auto second = entry("puppet");
        second.instance = "teller";
        second.budget = budget;
        return {entry("puppet"), second};
    }
    puppet &spool() { return strings->all[0]; }
    puppet &teller() { return strings->all[1]; }
    const roomd_host &host() { return *spool().host; }
    roomd_status ask(const roomd_spool &wish, roomd_spooled_fn fn = hear) {
        const roomd_status status = host().spool(teller().self, &wish, fn, &heard);
        registry->drain();
        return status;
    }
    roomd_status answer(roomd_ticket ticket, roomd_status status, std::uint64_t id = 0,
                        std::string_view what = {}) {
        roomd_spooled said{};
        said.struct_size = sizeof said;
        said.status = status;
        said.id = id;
        said.text = str(what);
        const roomd_status out = host().spooled(spool().self, ticket, &said);
        registry->drain();
        return out;
    }
    roomd_handle handle = 0;
    std::vector<Wish> asked;
    std::vector<Heard> heard;
};

} // namespace

TEST_CASE_FIXTURE(Spooled, "the spool is asked in order, by whom the host says, and answers once") {
    CHECK(ask(put("a")) == ROOMD_OK);
    roomd_spool take = next(7);
    take.flags = ROOMD_SPOOL_TAKE;
    take.owner = str("somebody else");
    CHECK(ask(take) == ROOMD_OK);
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].what == "teller 1 desk  0 a 0");
    CHECK(asked[1].what == "teller 2 desk r1 7  1");
    CHECK(heard.empty());
    CHECK(answer(asked[0].ticket, ROOMD_OK, 12) == ROOMD_OK);
    CHECK(answer(asked[1].ticket, ROOMD_OK, 9, "oldest") == ROOMD_OK);
    CHECK(answer(asked[1].ticket, ROOMD_OK, 9, "oldest") == ROOMD_GONE);
    REQUIRE(heard.size() == 2);
    CHECK(heard[0].id == 12);
    CHECK(heard[1].text == "oldest");
}

TEST_CASE_FIXTURE(Spooled, "there is one spool, and without it nothing is kept") {
    roomd_handle other = 0;
    CHECK(host().on_spool(teller().self, note, &asked, &other) == ROOMD_DENIED);
    host().cancel(spool().self, handle);
    ask(put("a"));
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].status == ROOMD_UNSUPPORTED);
    CHECK(heard[0].code == "spool_unavailable");
    CHECK(host().on_spool(teller().self, note, &asked, &other) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Spooled, "what cannot be asked is refused at the call") {
    roomd_spool bad = put("a");
    bad.line = {};
    CHECK(ask(bad) == ROOMD_INVALID);
    bad = put("");
    bad.id = 3; // the spool says the id
    CHECK(ask(bad) == ROOMD_INVALID);
    bad = put("a");
    bad.what = roomd_spool_what(0);
    CHECK(ask(bad) == ROOMD_INVALID);
    bad.what = ROOMD_SPOOL_REPLACE; // of what?
    CHECK(ask(bad) == ROOMD_INVALID);
    bad = put(std::string_view("a\0b", 3));
    CHECK(ask(bad) == ROOMD_INVALID);
    bad = next(0);
    bad.reader = {};
    CHECK(ask(bad) == ROOMD_INVALID);
    bad = put("a");
    bad.flags = ROOMD_SPOOL_TAKE;
    CHECK(ask(bad) == ROOMD_INVALID);
    CHECK(ask(next(0), nullptr) == ROOMD_INVALID); // nobody would hear what the next is
    CHECK(asked.empty());
}

TEST_CASE_FIXTURE(Spooled, "a spool that stops leaves nobody waiting") {
    ask(put("a"));
    auto second = entry("puppet");
    second.instance = "teller";
    registry->reload({second});
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].status == ROOMD_EXPIRED);
    CHECK(heard[0].code == "spool_unsure");
}

TEST_CASE_FIXTURE(Spooled, "who asked and stops is told before, and the answer reaches nobody") {
    ask(put("a"));
    registry->reload({entry("puppet")});
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].status == ROOMD_EXPIRED);
    CHECK(answer(asked[0].ticket, ROOMD_OK, 1) == ROOMD_OK);
    CHECK(heard.size() == 1);
}

TEST_CASE("the spool gets what is put in a stop, wherever it stands in the configuration") {
    for (const bool reload : {false, true}) {
        for (const std::size_t spool : {0, 1}) {
            std::vector<Wish> asked;
            Shard shard;
            shard.run(Spooled::entries());
            roomd_handle handle = 0;
            puppet &keeper = shard.strings->all[spool];
            keeper.host->on_spool(keeper.self, note, &asked, &handle);
            shard.strings->on_stop = [](puppet *self) {
                const roomd_spool last = put("last");
                CHECK(self->host->spool(self->self, &last, hear, nullptr) == ROOMD_STOPPING);
                CHECK(self->host->spool(self->self, &last, nullptr, nullptr) == ROOMD_OK);
            };
            if (reload)
                shard.registry->reload({});
            else
                shard.registry->stop();
            shard.strings->on_stop = nullptr;
            REQUIRE(asked.size() == 1); // and the spool's own has nowhere to go
            CHECK(asked[0].what ==
                  (spool == 0 ? "teller" : "puppet") + std::string(" 1 desk  0 last 0"));
        }
    }
}

TEST_CASE_FIXTURE(Spooled, "what comes to nothing and nobody waits for is in the log") {
    ask(put("a"), nullptr);
    logger.reconfigure({log::Level::warning, {}});
    test::Stderr err;
    answer(asked[0].ticket, ROOMD_AGAIN);
    const auto lines = err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("is not kept") != std::string::npos);
}

TEST_CASE("what waits for the spool counts against the budget of who asks") {
    std::vector<Wish> asked;
    std::vector<Heard> heard;
    Shard shard;
    auto entries = Spooled::entries(64 << 10);
    shard.run(entries);
    puppet &spool = shard.strings->all[0], &teller = shard.strings->all[1];
    roomd_handle handle = 0;
    spool.host->on_spool(spool.self, note, &asked, &handle);
    const std::string large(20000, 'x');
    const roomd_spool one = put(large);
    for (int i = 0; i < 3; ++i) {
        CHECK(spool.host->spool(teller.self, &one, hear, &heard) == ROOMD_OK);
        shard.registry->drain();
    }
    CHECK(spool.host->spool(teller.self, &one, hear, &heard) == ROOMD_AGAIN);
    roomd_spooled done{};
    done.struct_size = sizeof done;
    CHECK(spool.host->spooled(spool.self, asked[0].ticket, &done) == ROOMD_OK);
    shard.registry->drain();
    // What the spool could not give back is not taken.
    entries[0].budget = 10000;
    CHECK(shard.registry->reload(entries).empty());
    heard.clear();
    CHECK(spool.host->spool(teller.self, &one, hear, &heard) == ROOMD_OK);
    shard.registry->drain();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].status == ROOMD_TOO_BIG);
    CHECK(asked.size() == 3);
}
