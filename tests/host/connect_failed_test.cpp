#include "hook_calls.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

namespace {

// An instance that is asked about connects to `nsp`, and what it is told of them.
struct Asked {
    Asked(puppet &one, std::string_view nsp, roomd_next says) : p(one), next(says) {
        p.host->on_connect(p.self, str(nsp), call_connect, &hook, &handle);
        const roomd_connect_failed_fn failed = [](void *user, const roomd_connect_failed *f) {
            Asked &me = *static_cast<Asked *>(user);
            CHECK(f->client == me.client);
            me.told.push_back(std::string(f->refused != 0 ? "refused " : "left ") +
                              test::text(f->nsp) + " " + test::text(f->reason) + " " +
                              test::text(f->data));
        };
        CHECK(p.host->on_connect_failed(p.self, str("*"), failed, this, &handle) == ROOMD_OK);
        const roomd_connected_fn in = [](void *user, const roomd_connected *) {
            static_cast<Asked *>(user)->told.push_back("in");
        };
        p.host->on_connected(p.self, str("*"), in, this, &handle);
    }
    puppet &p;
    roomd_next next;
    roomd_client client = 0;
    roomd_ticket ticket = 0;
    roomd_handle handle = 0;
    Texts told;
    On<roomd_connect> hook = [this](const roomd_connect *c) {
        client = c->client;
        ticket = c->ticket;
        return next;
    };
};

struct Two : Shard {
    Two() {
        auto second = Shard::entry("puppet");
        second.instance = "second";
        run({Shard::entry("puppet"), second});
        first = std::make_unique<Asked>(strings->all[0], "*", ROOMD_PASS);
        later = std::make_unique<Asked>(strings->all[1], "/x", ROOMD_TAKEN);
    }
    ~Two() { registry->stop(); }
    std::unique_ptr<Asked> first, later;
};

} // namespace

TEST_CASE_FIXTURE(Two, "who was asked about a connect that another refuses is told, once") {
    connect("40/x,");
    CHECK(first->told.empty());
    refuse(later->p, later->ticket);
    registry->drain();
    CHECK(first->told == Texts{R"(refused /x not you {"code":"no"})"});
    CHECK(later->told == first->told); // the one who refused it as well
    sessions.close(peers[0]->session, session::CloseReason::transport_close);
    CHECK(first->told.size() == 1);
}

TEST_CASE_FIXTURE(Two, "a client that leaves before its verdict is told of with its reason") {
    connect("40/x,");
    sessions.close(peers[0]->session, session::CloseReason::transport_close);
    CHECK(first->told == Texts{"left /x transport close "});
    CHECK(later->told == first->told);
    accept(later->p, later->ticket); // comes to nothing
    registry->drain();
    CHECK(later->told.size() == 1);
}

TEST_CASE_FIXTURE(Two, "a client that is sent away before its verdict is told of") {
    connect("40/x,");
    first->p.host->disconnect(first->p.self, first->client, 0, str("no"));
    registry->drain();
    CHECK(first->told == Texts{"left /x server namespace disconnect "});
    CHECK(later->told == first->told);
}

TEST_CASE_FIXTURE(Two, "who was let in is told of as connected alone, also when it leaves") {
    connect("40/x,");
    accept(later->p, later->ticket);
    registry->drain();
    sessions.close(peers[0]->session, session::CloseReason::transport_close);
    CHECK(first->told == Texts{"in"});
    CHECK(later->told == Texts{"in"});
}

TEST_CASE_FIXTURE(Two, "a connect that all pass on is told of, and only to who was asked") {
    connect("40/y,"); // only the first is asked
    CHECK(first->told == Texts{"refused /y Invalid namespace "});
    CHECK(later->told.empty());
}

TEST_CASE_FIXTURE(Two, "a connect whose plugin stops before its verdict is told of to the others") {
    connect("40/x,");
    CHECK(registry->reload({Shard::entry("puppet")}).empty());
    REQUIRE(first->told.size() == 1);
    CHECK(first->told[0].find("refused /x Server is going down ") == 0);
    CHECK(later->told.empty()); // it has stopped
}

TEST_CASE("a connect without a verdict in time is told of") {
    host::Options options = Shard::quick();
    options.answer_timeout = base::Duration(1);
    Shard shard(options);
    Asked asked(shard.play(), "/x", ROOMD_TAKEN);
    shard.connect("40/x,");
    CHECK(shard.turn_until([&] { return !asked.told.empty(); }));
    CHECK(asked.told[0].find("refused /x No verdict in time ") == 0);
    shard.registry->stop();
}
