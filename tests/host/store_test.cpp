#include "auth/keys.hpp"
#include "fixture.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::room_a;
using test::Shard;
using test::str;
using test::tell;
using test::text;
using test::Told;
using Texts = std::vector<std::string>;

namespace {

// What the store was given.
struct Given {
    roomd_ticket ticket;
    Texts events, rooms, data, keys;
    std::uint32_t flags;
};
void keep(void *user, roomd_ticket ticket, const roomd_emit *emits, std::size_t n) {
    Given given{ticket, {}, {}, {}, {}, emits->flags};
    for (std::size_t i = 0; i < n; ++i) {
        given.events.push_back(text(emits[i].event));
        given.data.push_back(text(emits[i].args.json));
        given.keys.push_back(text(emits[i].on_behalf) + "/" + text(emits[i].key));
        for (std::size_t r = 0; r < emits[i].n_rooms; ++r)
            given.rooms.push_back(text(emits[i].rooms[r]));
    }
    static_cast<std::vector<Given> *>(user)->push_back(std::move(given));
}

roomd_emit durable(std::string_view event, std::uint32_t more = 0,
                   std::string_view json = "[{\"x\": 1.0}]") {
    roomd_emit out = test::emit_to(event, &room_a, 1, json);
    out.flags |= ROOMD_EMIT_DURABLE | ROOMD_EMIT_ROUTE | more;
    return out;
}
roomd_stored kept(std::string_view id, bool duplicate = false) {
    return {sizeof(roomd_stored), ROOMD_OK, duplicate ? 1u : 0u, 0, str(id), {}, {}};
}

// One plugin that stores, and one that emits.
struct Stored : Shard {
    Stored() {
        auto second = entry("puppet");
        second.instance = "sender";
        run({entry("puppet"), second});
        CHECK(host().on_store(store().self, keep, &given, &handle) == ROOMD_OK);
    }
    ~Stored() { registry->stop(); } // tells those who wait
    Stored(const Stored &) = delete;
    Stored &operator=(const Stored &) = delete;
    puppet &store() { return strings->all[0]; }
    puppet &sender() { return strings->all[1]; }
    const roomd_host &host() { return *store().host; }
    roomd_status emit(const roomd_emit &one) {
        const roomd_status status = host().emit(sender().self, &one, tell, &told);
        registry->drain();
        return status;
    }
    roomd_status emit_all(const std::vector<roomd_emit> &all) {
        const roomd_status status =
            host().emit_all(sender().self, all.data(), all.size(), tell, &told);
        registry->drain();
        return status;
    }
    roomd_status answer(roomd_ticket ticket, std::vector<roomd_stored> results) {
        const roomd_status status =
            host().stored(store().self, ticket, results.data(), results.size());
        registry->drain();
        return status;
    }
    void use_key(bool stores) {
        auth::Key key;
        key.name = "backend";
        key.events = {"news"};
        key.rooms = {"*"};
        key.durable = stores;
        dispatch::Options options = kinds();
        options.keys = std::make_shared<const auth::Keys>(std::vector{key});
        router.reconfigure(options);
    }
    roomd_handle handle = 0;
    std::vector<Given> given;
    std::vector<Told> told;
};

} // namespace

TEST_CASE_FIXTURE(Stored,
                  "a durable emit goes to the store with its exact text, and to no client") {
    test::Peer &peer = connect();
    say(peer, R"(42["join:library","a"])");
    received(peer);
    CHECK(emit(durable("news")) == ROOMD_OK);
    REQUIRE(given.size() == 1);
    CHECK(given[0].events == Texts{"news"});
    CHECK(given[0].rooms == Texts{"library:a"});
    CHECK(given[0].data == Texts{"[{\"x\": 1.0}]"});
    CHECK(told.empty());
    CHECK(received(peer).empty());
    CHECK(answer(given[0].ticket, {kept("17")}) == ROOMD_OK);
    REQUIRE(told.size() == 1);
    CHECK(told[0].status == ROOMD_OK);
    CHECK(told[0].id == "17");
    CHECK(told[0].stored);
    CHECK(told[0].rooms == 1);
    CHECK(received(peer).empty());
    CHECK(answer(given[0].ticket, {kept("17")}) == ROOMD_GONE);
}

TEST_CASE_FIXTURE(Stored, "there is one store, and without it a durable emit is refused") {
    roomd_handle other = 0;
    CHECK(host().on_store(sender().self, keep, &given, &other) == ROOMD_DENIED);
    host().cancel(store().self, handle);
    emit(durable("news"));
    REQUIRE(told.size() == 1);
    CHECK(told[0].status == ROOMD_UNSUPPORTED);
    CHECK(told[0].code == "durable_unavailable");
    CHECK(host().on_store(sender().self, keep, &given, &other) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Stored, "the host judges before the store hears of it") {
    use_key(false);
    roomd_emit denied = durable("other");
    denied.on_behalf = str("backend");
    emit(denied);
    roomd_emit unknown = durable("news");
    unknown.on_behalf = str("nobody");
    emit(unknown);
    const roomd_str bad = str("no room");
    roomd_emit room = durable("news");
    room.rooms = &bad;
    emit(room);
    CHECK(given.empty());
    REQUIRE(told.size() == 3);
    CHECK(told[0].status == ROOMD_DENIED);
    CHECK(told[1].code == "key_unknown");
    CHECK(told[2].code == "room_invalid");
}

TEST_CASE_FIXTURE(Stored, "a key with durable has its events stored, unless one is to go out now") {
    use_key(true);
    roomd_emit one = durable("news");
    one.flags = ROOMD_EMIT_ROUTE;
    one.on_behalf = str("backend");
    emit(one);
    CHECK(given.size() == 1);
    CHECK(told.empty());
    one.flags |= ROOMD_EMIT_LIVE;
    emit(one);
    CHECK(given.size() == 1);
    REQUIRE(told.size() == 1);
    CHECK_FALSE(told[0].stored);
    one.flags |= ROOMD_EMIT_DURABLE;
    CHECK(emit(one) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Stored, "what a store does not keep is refused at once") {
    CHECK(emit(durable("news", ROOMD_EMIT_LOCAL)) == ROOMD_INVALID);
    CHECK(emit(durable("news", 0, "[]")) == ROOMD_INVALID);
    CHECK(emit(durable("news", 0, "[1,2]")) == ROOMD_INVALID);
    roomd_emit one = durable("news");
    one.without = 7;
    CHECK(emit(one) == ROOMD_INVALID);
    one = durable("news");
    one.flags &= ~ROOMD_EMIT_ROUTE;
    CHECK(emit(one) == ROOMD_INVALID);
    one = durable("news");
    one.epoch = str("e");
    one.seq = 1;
    CHECK(emit(one) == ROOMD_INVALID);
    CHECK(given.empty());
}

TEST_CASE_FIXTURE(Stored,
                  "a batch that goes together is kept together, and not with what goes out now") {
    emit_all({durable("news"), durable("seats")});
    REQUIRE(given.size() == 1);
    CHECK(given[0].events == Texts{"news", "seats"});
    roomd_stored no = kept("");
    no.status = ROOMD_INVALID;
    no.code = str("idempotency_conflict");
    answer(given[0].ticket, {kept("1"), no});
    REQUIRE(told.size() == 2);
    CHECK(told[1].index == 1);
    CHECK(told[1].code == "idempotency_conflict");
    told.clear();
    roomd_emit live = durable("news");
    live.flags = ROOMD_EMIT_ROUTE;
    emit_all({durable("news"), live});
    CHECK(given.size() == 1);
    REQUIRE(told.size() == 2);
    CHECK(told[0].code == "durable_mixed");
    CHECK(told[1].code == "durable_mixed");
    told.clear();
    const roomd_str bad = str("no room");
    roomd_emit wrong = durable("news");
    wrong.rooms = &bad;
    emit_all({durable("news"), wrong});
    CHECK(given.size() == 1);
    REQUIRE(told.size() == 2);
    CHECK(told[0].code == "not_sent");
    CHECK(told[1].code == "room_invalid");
}

TEST_CASE_FIXTURE(Stored, "what the store leaves out may have been kept") {
    emit_all({durable("news"), durable("seats")});
    answer(given[0].ticket, {kept("1")});
    REQUIRE(told.size() == 2);
    CHECK(told[0].stored);
    CHECK(told[1].status == ROOMD_EXPIRED);
    CHECK(told[1].code == "store_unsure");
}

TEST_CASE_FIXTURE(Stored, "a store that stops leaves nobody waiting") {
    emit(durable("news"));
    auto second = entry("puppet");
    second.instance = "sender";
    registry->reload({second});
    REQUIRE(told.size() == 1);
    CHECK(told[0].status == ROOMD_EXPIRED);
}

TEST_CASE_FIXTURE(Stored, "who emitted and stops is told before, and the answer reaches nobody") {
    emit(durable("news"));
    registry->reload({entry("puppet")});
    REQUIRE(told.size() == 1);
    CHECK(told[0].status == ROOMD_EXPIRED);
    CHECK(answer(given[0].ticket, {kept("1")}) == ROOMD_OK);
    CHECK(told.size() == 1);
}

TEST_CASE_FIXTURE(Stored, "nobody waits for what a plugin emits in its stop") {
    strings->on_stop = [](puppet *self) {
        const roomd_emit bye = durable("bye");
        CHECK(self->host->emit(self->self, &bye, nullptr, nullptr) == ROOMD_OK);
    };
    logger.reconfigure({log::Level::warning, {}});
    test::Stderr err;
    registry->reload({entry("puppet")});
    const auto lines = err.lines();
    strings->on_stop = nullptr;
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("store_unsure") != std::string::npos);
    REQUIRE(given.size() == 1);
    CHECK(answer(given[0].ticket, {kept("1")}) == ROOMD_OK);
}

TEST_CASE("whoever asked over HTTP can still answer when the store does not") {
    host::Options options = Shard::quick();
    options.request_timeout = base::Duration(900);
    std::vector<Given> given;
    std::vector<Told> told;
    Shard shard(options);
    auto second = Shard::entry("puppet");
    second.instance = "sender";
    shard.run({Shard::entry("puppet"), second});
    puppet &store = shard.strings->all[0], &sender = shard.strings->all[1];
    roomd_handle handle = 0, route = 0;
    store.host->on_store(store.self, keep, &given, &handle);
    const roomd_route where{sizeof where, 0, str("POST"), str("/x"), {}, nullptr, 0, 0};
    const auto serve = [](void *, const roomd_request *) {};
    REQUIRE(sender.host->route(sender.self, &where, serve, nullptr, &route) == ROOMD_OK);
    shard.http.routes.begin()->second.serve({});
    const roomd_emit one = durable("news");
    CHECK(store.host->emit(sender.self, &one, tell, &told) == ROOMD_OK);
    shard.registry->drain();
    REQUIRE(shard.turn_until([&] { return !told.empty() || !shard.http.answers.empty(); }));
    CHECK(shard.http.answers.empty());
    REQUIRE(told.size() == 1);
    CHECK(told[0].code == "store_unsure");
}

TEST_CASE("what waits to be stored counts against the budget of who emitted") {
    std::vector<Given> given;
    std::vector<Told> told;
    Shard shard;
    auto first = Shard::entry("puppet"), second = Shard::entry("puppet");
    second.instance = "sender";
    second.budget = 64 << 10;
    shard.run({first, second});
    puppet &store = shard.strings->all[0], &sender = shard.strings->all[1];
    roomd_handle handle = 0;
    store.host->on_store(store.self, keep, &given, &handle);
    const std::string json = "[\"" + std::string(10000, 'x') + "\"]";
    const roomd_emit one = durable("news", 0, json);
    roomd_status status = ROOMD_OK;
    int taken = 0;
    for (; status == ROOMD_OK && taken < 100; ++taken) {
        status = store.host->emit(sender.self, &one, tell, &told);
        shard.registry->drain();
    }
    CHECK(status == ROOMD_AGAIN);
    CHECK(taken < 8);
    for (const Given &each : given) {
        const roomd_stored ok = kept("1");
        store.host->stored(store.self, each.ticket, &ok, 1);
    }
    shard.registry->drain();
    CHECK(store.host->emit(sender.self, &one, tell, &told) == ROOMD_OK);
}
