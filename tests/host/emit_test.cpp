#include "fixture.hpp"
#include "host/sizes.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::emit_all_of;
using test::emit_to;
using test::room_a;
using test::Shard;
using test::str;
using test::tell;
using test::Told;
using Texts = std::vector<std::string>;

TEST_CASE_FIXTURE(Shard, "an emit reaches the room, and fn tells what became of it, later") {
    puppet &p = play();
    test::Peer &peer = connect();
    say(peer, R"(42["join:library","a"])");
    received(peer);
    std::vector<Told> told;
    const roomd_emit emit = emit_to("news", &room_a, 1, R"([{"x":1}])");
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK);
    CHECK(told.empty());
    CHECK(received(peer) == Texts{R"(42["news",{"x":1}])"});
    REQUIRE(told.size() == 1);
    CHECK(told[0].status == ROOMD_OK);
    CHECK(told[0].recipients == 1);
    CHECK(told[0].rooms == 1);
    CHECK_FALSE(told[0].id.empty());
    p.host->emit(p.self, &emit, tell, &told);
    registry->drain();
    CHECK(told[1].id != told[0].id);
}

TEST_CASE_FIXTURE(Shard, "what is wrong with an emit is said at once and nothing is sent") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    const auto status = [&](roomd_emit emit) {
        return p.host->emit(p.self, &emit, nullptr, nullptr);
    };
    CHECK(p.host->emit(p.self, nullptr, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(p.host->emit(nullptr, nullptr, nullptr, nullptr) == ROOMD_INVALID);
    roomd_emit emit = emit_all_of("news");
    emit.struct_size = host::least_emit - 8;
    CHECK(status(emit) == ROOMD_INVALID);
    emit = emit_all_of("news");
    emit.flags |= 1u << 20;
    CHECK(status(emit) == ROOMD_INVALID);
    CHECK(status(emit_to("news", nullptr, 0)) == ROOMD_INVALID); // nobody never means everybody
    emit = emit_all_of("news");
    emit.to = 7;
    CHECK(status(emit) == ROOMD_INVALID);
    for (const char *json : {"{}", "[1", "[1]]", "[\"\xff\"]", "[nan]", "1"}) {
        CHECK(status(emit_all_of("news", json)) == ROOMD_INVALID);
    }
    CHECK(status(emit_all_of("\xff")) == ROOMD_INVALID);
    const std::string deep = std::string(200, '[') + std::string(200, ']');
    CHECK(status(emit_all_of("news", deep)) == ROOMD_INVALID);
    const std::string large = "[\"" + std::string(1000000, 'x') + "\"]";
    CHECK(status(emit_all_of("news", large)) == ROOMD_TOO_BIG);
    emit = emit_all_of("news");
    emit.nsp = str("chat");
    CHECK(status(emit) == ROOMD_INVALID);
    emit = emit_to("news", nullptr, 3);
    CHECK(status(emit) == ROOMD_INVALID);
    const roomd_bytes blob{"abc", 3};
    emit = emit_all_of("news", R"([{"_placeholder":true,"num":1}])");
    emit.args.blobs = &blob;
    emit.args.n_blobs = 1;
    CHECK(status(emit) == ROOMD_INVALID);
    CHECK(received(peer).empty());
}

TEST_CASE_FIXTURE(Shard, "a reserved event name and a bad room come to fn with their code") {
    puppet &p = play();
    std::vector<Told> told;
    roomd_emit emit = emit_all_of("connect");
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK);
    const roomd_str bad = str("library:a b");
    emit = emit_to("news", &bad, 1);
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK);
    registry->drain();
    REQUIRE(told.size() == 2);
    CHECK(told[0].status == ROOMD_INVALID);
    CHECK(told[0].code == "event_invalid");
    CHECK(told[0].id.empty());
    CHECK(told[1].code == "room_invalid");
}

TEST_CASE_FIXTURE(Shard, "a catalogue that refuses unknown events binds emits with ROUTE alone") {
    dispatch::Options strict = kinds();
    strict.unknown_events = false;
    router.reconfigure(strict);
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    std::vector<Told> told;
    roomd_emit emit = emit_all_of("nobody:knows");
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK);
    CHECK(received(peer) == Texts{R"(42["nobody:knows",1])"});
    emit.flags |= ROOMD_EMIT_ROUTE;
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK);
    CHECK(received(peer).empty());
    REQUIRE(told.size() == 2);
    CHECK(told[0].status == ROOMD_OK);
    CHECK(told[1].code == "event_unknown");
}

TEST_CASE_FIXTURE(Shard, "binary arguments go out as attachments") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    const roomd_bytes blob{"\x00\x01", 2};
    roomd_emit emit = emit_all_of("pic", R"([{"_placeholder":true,"num":0}])");
    emit.args.blobs = &blob;
    emit.args.n_blobs = 1;
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_OK);
    const Texts got = received(peer);
    REQUIRE(got.size() == 2);
    CHECK(got[0] == R"(451-["pic",{"_placeholder":true,"num":0}])");
    CHECK(got[1] == std::string("b:\x00\x01", 4));
}

TEST_CASE_FIXTURE(Shard, "an idempotency key sends once and tells the first result") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    std::vector<Told> told;
    roomd_emit emit = emit_all_of("news");
    emit.key = str("k1");
    for (int i = 0; i < 2; ++i)
        p.host->emit(p.self, &emit, tell, &told);
    emit.args.json = str("[2]");
    p.host->emit(p.self, &emit, tell, &told);
    CHECK(received(peer) == Texts{R"(42["news",1])"});
    REQUIRE(told.size() == 3);
    CHECK_FALSE(told[0].duplicate);
    CHECK(told[1].duplicate);
    CHECK(told[1].status == ROOMD_OK);
    CHECK(told[1].id == told[0].id);
    CHECK(told[1].recipients == 1);
    CHECK(told[2].status == ROOMD_INVALID);
    CHECK(told[2].code == "idempotency_conflict");
    CHECK(told[2].pointer == "/key");
}

TEST_CASE_FIXTURE(Shard, "a refused emit does not use up its key") {
    puppet &p = play();
    std::vector<Told> told;
    roomd_emit emit = emit_all_of("connect");
    emit.key = str("k");
    p.host->emit(p.self, &emit, tell, &told);
    emit.event = str("news");
    p.host->emit(p.self, &emit, tell, &told);
    registry->drain();
    REQUIRE(told.size() == 2);
    CHECK(told[1].status == ROOMD_OK);
    CHECK_FALSE(told[1].duplicate);
}

TEST_CASE_FIXTURE(Shard, "a batch with one bad emit sends none, and says why for each") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    std::vector<Told> told;
    roomd_emit batch[3] = {emit_all_of("one"), emit_all_of("connect"), emit_all_of("three")};
    CHECK(p.host->emit_all(p.self, batch, 3, tell, &told) == ROOMD_OK);
    CHECK(received(peer).empty());
    REQUIRE(told.size() == 3);
    CHECK(told[0].status == ROOMD_FAILED);
    CHECK(told[0].code == "not_sent");
    CHECK(told[1].status == ROOMD_INVALID);
    CHECK(told[1].index == 1);
    CHECK(told[2].code == "not_sent");

    told.clear();
    batch[1] = emit_all_of("two");
    CHECK(p.host->emit_all(p.self, batch, 3, tell, &told) == ROOMD_OK);
    CHECK(received(peer) == Texts{R"(42["one",1])", R"(42["two",1])", R"(42["three",1])"});
    CHECK(told[2].status == ROOMD_OK);
}

TEST_CASE_FIXTURE(Shard, "a batch of structs of a later minor is walked by their size") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    struct Later {
        roomd_emit emit;
        std::uint64_t unknown;
    } batch[2] = {{emit_all_of("one"), ~0ull}, {emit_all_of("two"), ~0ull}};
    for (Later &later : batch)
        later.emit.struct_size = sizeof(Later);
    CHECK(p.host->emit_all(p.self, &batch[0].emit, 2, nullptr, nullptr) == ROOMD_OK);
    CHECK(received(peer) == Texts{R"(42["one",1])", R"(42["two",1])"});
    batch[1].emit.struct_size = sizeof(roomd_emit);
    CHECK(p.host->emit_all(p.self, &batch[0].emit, 2, nullptr, nullptr) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Shard,
                  "the position of an event is kept by source, and an invalid one is refused") {
    puppet &p = play();
    const auto emit = [&](std::string_view epoch, std::uint64_t seq) {
        roomd_emit one = emit_all_of("one");
        one.epoch = str(epoch);
        one.seq = seq;
        return p.host->emit(p.self, &one, nullptr, nullptr);
    };
    CHECK(router.positions().empty());
    CHECK(emit("a1", 7) == ROOMD_OK);
    registry->drain();
    CHECK(router.positions() == "puppet=a1.7");
    CHECK(emit("", 0) == ROOMD_OK); // from no log
    roomd_emit refused = emit_to("one", &room_a, 1, "[]");
    refused.nsp = str("/nowhere");
    refused.epoch = str("a1");
    refused.seq = 8;
    CHECK(p.host->emit(p.self, &refused, nullptr, nullptr) == ROOMD_OK);
    registry->drain();
    CHECK(router.positions() == "puppet=a1.7");
    CHECK(emit("b2", 1) == ROOMD_OK);
    registry->drain();
    CHECK(router.positions() == "puppet=b2.1");
    for (const auto &[epoch, seq] : {std::pair<std::string, std::uint64_t>{"", 1},
                                     {"a1", 0},
                                     {"a b", 1},
                                     {"a:b", 1},
                                     {std::string(65, 'a'), 1}})
        CHECK(emit(epoch, seq) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Shard, "what an emit of interface 1.0 has behind its end is not read") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    roomd_emit emit = emit_all_of("one");
    emit.epoch = str("a b");
    emit.struct_size = host::least_emit;
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_OK);
    CHECK(p.host->emit_all(p.self, &emit, 1, nullptr, nullptr) == ROOMD_OK);
    CHECK(received(peer).size() == 2);
    emit.struct_size = host::least_emit - 8;
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Shard, "a key twice in one batch sends once, with other content none") {
    puppet &p = play();
    test::Peer &peer = connect();
    received(peer);
    std::vector<Told> told;
    roomd_emit batch[2] = {emit_all_of("one"), emit_all_of("one")};
    batch[0].key = batch[1].key = str("k");
    p.host->emit_all(p.self, batch, 2, tell, &told);
    CHECK(received(peer) == Texts{R"(42["one",1])"});
    REQUIRE(told.size() == 2);
    CHECK(told[1].duplicate);
    batch[0].key = batch[1].key = str("k2");
    batch[1].event = str("two");
    p.host->emit_all(p.self, batch, 2, tell, &told);
    CHECK(received(peer).empty());
    REQUIRE(told.size() == 4);
    CHECK(told[2].code == "not_sent");
    CHECK(told[3].code == "idempotency_conflict");
}

TEST_CASE_FIXTURE(Shard, "an emit on behalf of a key has the rights that the key has then") {
    std::vector<Told> told;
    roomd_emit emit = emit_all_of("news");
    emit.on_behalf = str("backend");
    puppet &p = play();
    const auto send = [&] {
        p.host->emit(p.self, &emit, tell, &told);
        registry->drain();
        return told.back();
    };
    CHECK(send().status == ROOMD_DENIED);
    CHECK(told.back().code == "key_unknown");

    auth::Key key;
    key.name = "backend";
    key.events = {"news"};
    key.rooms = {"library:*"};
    dispatch::Options options = kinds();
    options.keys = std::make_shared<const auth::Keys>(std::vector{key});
    router.reconfigure(options);
    CHECK(send().status == ROOMD_DENIED);
    CHECK(told.back().code == "broadcast_denied");
    emit.flags = 0;
    emit.rooms = &room_a;
    emit.n_rooms = 1;
    CHECK(send().status == ROOMD_OK);

    router.reconfigure(kinds()); // the key is taken away
    CHECK(send().code == "key_unknown");
}

TEST_CASE_FIXTURE(Shard, "over its budget a plugin is told AGAIN, and on_drain once below half") {
    puppet &p = play(20000);
    test::Peer &peer = connect();
    received(peer);
    const std::string kilo = "[\"" + std::string(1000, 'x') + "\"]";
    const roomd_emit emit = emit_all_of("news", kilo);
    std::size_t accepted = 0;
    while (p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_OK) {
        REQUIRE(++accepted < 100);
    }
    CHECK(accepted >= 10);
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_AGAIN);
    CHECK(p.host->post(
              p.self, [](void *) {}, nullptr) != ROOMD_TOO_BIG);
    CHECK(p.drained == 0);
    CHECK(received(peer).size() == accepted);
    CHECK(p.drained == 1);
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_OK);
    received(peer);
    CHECK(p.drained == 1);
    CHECK(test::metric(*registry, "budget_refusals_total") >= 2);
    CHECK(test::metric(*registry, "budget_used_bytes") == 0);
    const std::string large = "[\"" + std::string(30000, 'x') + "\"]";
    const roomd_emit never = emit_all_of("news", large);
    CHECK(p.host->emit(p.self, &never, nullptr, nullptr) == ROOMD_TOO_BIG);
}

TEST_CASE_FIXTURE(Shard, "open asks count against the budget until they are answered") {
    puppet &p = play(20000);
    static roomd_client client;
    client = 0;
    roomd_handle handle = 0;
    p.host->on_connected(
        p.self, str("/"), [](void *, const roomd_connected *c) { client = c->client; }, nullptr,
        &handle);
    test::Peer &peer = connect();
    received(peer);
    roomd_emit emit = emit_to("q", nullptr, 0, "[]");
    emit.to = client;
    int asked = 0;
    std::vector<roomd_status> answers;
    const roomd_answer_fn fn = [](void *user, roomd_status status, const roomd_args *) {
        static_cast<std::vector<roomd_status> *>(user)->push_back(status);
    };
    while (p.host->ask(p.self, &emit, 60000, fn, &answers) == ROOMD_OK) {
        received(peer);
        REQUIRE(++asked < 200);
    }
    CHECK(asked > 10);
    for (int i = 0; i < asked; ++i)
        say(peer, "43" + std::to_string(i) + "[]");
    received(peer);
    CHECK(answers.size() == std::size_t(asked));
    CHECK(p.drained == 1);
    CHECK(test::metric(*registry, "budget_used_bytes") == 0);
}

TEST_CASE_FIXTURE(Shard, "what a key emits is held to its rate, a batch together or not at all") {
    auth::Key key;
    key.name = "crm";
    key.digest = auth::sha256("secret");
    key.events = key.rooms = {"*"};
    key.rate = 1;
    key.burst = 4;
    key.may_broadcast = true;
    dispatch::Options options = kinds();
    auth::KeyRates rates;
    options.keys = std::make_shared<const auth::Keys>(std::vector{key});
    options.rates = &rates;
    router.reconfigure(options);
    puppet &p = play();
    std::vector<Told> told;
    roomd_emit emit = emit_all_of("news");
    emit.on_behalf = str("crm");
    const roomd_emit batch[] = {emit, emit, emit};
    CHECK(p.host->emit_all(p.self, batch, 3, tell, &told) == ROOMD_OK);
    registry->drain();
    REQUIRE(told.size() == 3);
    CHECK(told[2].status == ROOMD_OK);
    CHECK(p.host->emit_all(p.self, batch, 3, tell, &told) == ROOMD_OK);
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK); // one is left
    CHECK(p.host->emit(p.self, &emit, tell, &told) == ROOMD_OK);
    registry->drain();
    REQUIRE(told.size() == 8);
    for (const std::size_t i : {3, 4, 5, 7}) {
        CHECK(told[i].status == ROOMD_AGAIN);
        CHECK(told[i].code == "key_rate");
    }
    CHECK(told[6].status == ROOMD_OK);
    CHECK(router.emits() == 4);
    emit.on_behalf = {};
    p.host->emit(p.self, &emit, tell, &told); // a plugin's own has no rate
    registry->drain();
    CHECK(told[8].status == ROOMD_OK);
    CHECK(router.counters().keys.of({"crm"}) == 4);
    CHECK(router.counters().sources.of({"puppet"}) == 5);
}
