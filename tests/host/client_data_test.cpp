#include "hook_calls.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

namespace {

// One client, in whose callbacks `seen` notes the data that comes with them.
struct Kept : Shard {
    explicit Kept(std::string_view plugin = "puppet") {
        auto second = Shard::entry("puppet");
        second.instance = "second";
        run({Shard::entry(std::string(plugin)), second});
        wire(strings->all[0]);
    }
    ~Kept() { registry->stop(); }
    void wire(puppet &one) {
        p = &one;
        p->host->on_event(p->self, str("/"), str("*"), call_event, &event, &handle);
        p->host->on_connect(p->self, str("/"), call_connect, &connecting, &handle);
        p->host->on_join(p->self, str("/"), str("*"), call_join, &joining, &handle);
        const roomd_gone_fn left = [](void *user, const roomd_gone *g) {
            static_cast<Kept *>(user)->seen = "gone " + test::text(g->data);
        };
        p->host->on_disconnect(p->self, str("/"), left, this, &handle);
    }
    std::string described(puppet &by) {
        std::string data;
        const roomd_described_fn fn = [](void *user, roomd_status, const roomd_described *what) {
            *static_cast<std::string *>(user) = test::text(what->data);
        };
        CHECK(by.host->describe(by.self, client, fn, &data) == ROOMD_OK);
        registry->drain();
        return data;
    }
    roomd_status set(std::string_view json) {
        const roomd_status status = p->host->set_data(p->self, client, str(json));
        registry->drain();
        return status;
    }
    puppet *p = nullptr;
    roomd_handle handle = 0;
    roomd_client client = 0;
    std::string seen;
    On<roomd_event> event = [this](const roomd_event *e) {
        seen = test::text(e->data);
        return ROOMD_TAKEN;
    };
    On<roomd_connect> connecting = [this](const roomd_connect *c) {
        client = c->client;
        CHECK(p->host->set_data(p->self, client, str(R"({"came":"first"})")) == ROOMD_OK);
        return ROOMD_PASS;
    };
    On<roomd_join> joining = [this](const roomd_join *j) {
        seen = test::text(j->data);
        return ROOMD_PASS;
    };
};

} // namespace

TEST_CASE_FIXTURE(Kept, "data set in the connect hook comes with events, joins, and the end") {
    test::Peer &peer = connect();
    say(peer, R"(42["x"])");
    CHECK(seen == R"({"came":"first"})");
    CHECK(set(" [2] ") == ROOMD_OK);
    say(peer, R"(421["join:library","a"])");
    CHECK(seen == "[2]");
    sessions.close(peer.session, session::CloseReason::transport_close);
    CHECK(seen == "gone [2]");
    CHECK(set("3") == ROOMD_OK); // for nobody
    CHECK(described(*p).empty());
}

TEST_CASE_FIXTURE(Kept, "each instance has data of its own, and empty data counts as none") {
    connect();
    puppet &second = strings->all[1];
    CHECK(described(*p) == R"({"came":"first"})");
    CHECK(described(second).empty());
    second.host->set_data(second.self, client, str("2"));
    CHECK(described(second) == "2");
    CHECK(described(*p) == R"({"came":"first"})");
    CHECK(set("") == ROOMD_OK);
    CHECK(described(*p).empty());
    CHECK(described(second) == "2");
}

TEST_CASE_FIXTURE(Kept, "data is JSON of at most 4096 bytes") {
    connect();
    CHECK(set("{") == ROOMD_INVALID);
    CHECK(p->host->set_data(p->self, client, {nullptr, 3}) == ROOMD_INVALID);
    CHECK(p->host->set_data(p->self, 0, str("1")) == ROOMD_INVALID);
    CHECK(set('"' + std::string(4094, 'x') + '"') == ROOMD_OK);
    CHECK(described(*p).size() == 4096);
    CHECK(set('"' + std::string(4095, 'x') + '"') == ROOMD_TOO_BIG);
}

TEST_CASE_FIXTURE(Kept, "data does not outlive a client that was refused") {
    connecting = [this](const roomd_connect *c) {
        client = c->client;
        p->host->set_data(p->self, client, str("1"));
        refuse(*p, c->ticket);
        return ROOMD_TAKEN;
    };
    connect();
    CHECK(set("2") == ROOMD_OK);
    CHECK(described(*p).empty());
}

TEST_CASE("a restarted instance finds the data that it left, one that comes anew does not") {
    Shard shard;
    shard.run({Shard::entry("keeper")});
    test::Peer &peer = shard.connect();
    const auto ask = [&](std::string_view packet) {
        shard.received(peer);
        shard.say(peer, packet);
        const auto got = shard.received(peer);
        return got.empty() ? "" : got.back();
    };
    CHECK(ask(R"(421["set",{"seat":3}])") == "431[]");
    CHECK(ask(R"(422["get"])") == R"(432[{"seat":3}])");
    CHECK(shard.registry->reload({Shard::entry("keeper", R"({"x":1})")}).empty());
    CHECK(ask(R"(423["get"])") == R"(433[{"seat":3}])");
    CHECK(shard.registry->reload({}).empty());
    CHECK(shard.registry->reload({Shard::entry("keeper")}).empty());
    CHECK(ask(R"(424["get"])") == "434[]");
}
