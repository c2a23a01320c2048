#include "hook_calls.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

namespace {

// What a describe() said, copied.
struct Said {
    int calls = 0;
    roomd_status status = ROOMD_FAILED;
    roomd_described raw{};
    std::string id, nsp, identity, transport, query;
    Texts headers, rooms;
    std::vector<roomd_client> others;
};
void keep(void *user, roomd_status status, const roomd_described *what) {
    Said &said = *static_cast<Said *>(user);
    ++said.calls;
    said.status = status;
    said.raw = *what;
    said.id = test::text(what->id);
    said.nsp = test::text(what->nsp);
    said.identity = test::text(what->identity);
    said.transport = test::text(what->transport);
    said.query = test::text(what->query);
    for (std::size_t i = 0; i < what->n_headers; ++i)
        said.headers.push_back(test::text(what->headers[i].key) + "=" +
                               test::text(what->headers[i].value));
    for (std::size_t i = 0; i < what->n_rooms; ++i)
        said.rooms.push_back(test::text(what->rooms[i]));
    said.others.assign(what->others, what->others + what->n_others);
}

struct Asking : Shard {
    Said describe(roomd_client client) {
        Said said;
        REQUIRE(p->host->describe(p->self, client, keep, &said) == ROOMD_OK);
        registry->drain();
        REQUIRE(said.calls == 1);
        return said;
    }
    std::vector<roomd_client> page(std::string_view nsp, roomd_client after, std::uint32_t limit) {
        std::vector<roomd_client> ids;
        const roomd_clients_fn fn = [](void *user, roomd_status, const roomd_client *all,
                                       std::size_t n) {
            static_cast<std::vector<roomd_client> *>(user)->assign(all, all + n);
        };
        REQUIRE(p->host->clients(p->self, str(nsp), after, limit, fn, &ids) == ROOMD_OK);
        registry->drain();
        return ids;
    }
    puppet *p = nullptr;
};

} // namespace

TEST_CASE_FIXTURE(Asking, "the clients of a namespace are listed page by page, each once") {
    p = &play();
    CHECK(page("/", 0, 10).empty());
    for (int i = 0; i < 5; ++i)
        connect();
    const auto all = page("", 0, 10000);
    CHECK(all.size() == 5);
    CHECK(std::is_sorted(all.begin(), all.end()));
    std::vector<roomd_client> paged;
    for (auto next = page("/", 0, 2); !next.empty(); next = page("/", next.back(), 2)) {
        CHECK(next.size() <= 2);
        paged.insert(paged.end(), next.begin(), next.end());
    }
    CHECK(paged == all);
    CHECK(page("/nowhere", 0, 10).empty());

    const roomd_clients_fn fn = [](void *, roomd_status, const roomd_client *, std::size_t) {};
    CHECK(p->host->clients(p->self, str("/"), 0, 0, fn, nullptr) == ROOMD_INVALID);
    CHECK(p->host->clients(p->self, str("/"), 0, 10001, fn, nullptr) == ROOMD_INVALID);
    CHECK(p->host->clients(p->self, str("/*"), 0, 1, fn, nullptr) == ROOMD_INVALID);
    CHECK(p->host->clients(p->self, str("/"), 0, 1, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(p->host->describe(p->self, 0, keep, nullptr) == ROOMD_INVALID);
    CHECK(p->host->describe(p->self, 1, nullptr, nullptr) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Asking, "a client is described with its rooms, headers and other namespaces") {
    strings->on_start = [](puppet *one, roomd_error *) {
        return one->host->keep_header(one->self, str("x-portal"));
    };
    p = &play();
    std::vector<roomd_ticket> tickets;
    std::vector<roomd_client> seen;
    On<roomd_connect> hook = [&](const roomd_connect *c) {
        seen.push_back(c->client);
        tickets.push_back(c->ticket);
        CHECK(p->host->join(p->self, c->client, str("library:a")) == ROOMD_OK);
        return ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p->host->on_connect(p->self, str("*"), call_connect, &hook, &handle);
    test::Peer &peer = connect("40");
    REQUIRE(seen.size() == 1);
    Said said = describe(seen[0]);
    CHECK(said.status == ROOMD_OK);
    CHECK(said.raw.connected == 0); // it waits
    CHECK(said.rooms == Texts{"library:a"});

    roomd_verdict yes{};
    yes.struct_size = sizeof yes;
    yes.accept = 1;
    yes.identity = str(R"({"user":"ann"})");
    CHECK(p->host->verdict(p->self, tickets[0], &yes) == ROOMD_OK);
    say(peer, "40/x,");
    REQUIRE(seen.size() == 2);
    said = describe(seen[0]);
    CHECK(said.raw.client == seen[0]);
    CHECK(said.raw.connected == 1);
    CHECK(said.raw.secure == 0);
    CHECK(said.id.size() == 20);
    CHECK(said.nsp == "/");
    CHECK(said.identity == R"({"user":"ann"})");
    CHECK(said.transport == "websocket");
    CHECK(said.query == "{}");
    CHECK(said.headers == Texts{"x-portal=owner"}); // not those that nobody asked for
    CHECK(said.rooms == Texts{"library:a"});
    CHECK(said.others == std::vector<roomd_client>{seen[1]});
    CHECK(describe(seen[1]).others == std::vector<roomd_client>{seen[0]});

    sessions.close(peer.session, session::CloseReason::transport_close);
    said = describe(seen[0]);
    CHECK(said.status == ROOMD_GONE);
    CHECK(said.raw.client == seen[0]);
    CHECK(said.id.empty());
}

TEST_CASE_FIXTURE(Asking, "who is told to be leaving is neither listed nor described any more") {
    p = &play();
    connect();
    static Asking *now;
    static std::vector<roomd_client> listed;
    static Said said;
    now = this;
    const roomd_gone_fn left = [](void *, const roomd_gone *gone) {
        const roomd_clients_fn list = [](void *, roomd_status, const roomd_client *all,
                                         std::size_t n) { listed.assign(all, all + n); };
        puppet &me = *now->p;
        listed.assign(1, 1);
        CHECK(me.host->clients(me.self, str("/"), 0, 10, list, nullptr) == ROOMD_OK);
        CHECK(me.host->describe(me.self, gone->client, keep, &said) == ROOMD_OK);
    };
    roomd_handle handle = 0;
    p->host->on_disconnect(p->self, str("/"), left, nullptr, &handle);
    sessions.close(peers[0]->session, session::CloseReason::transport_close);
    CHECK(listed.empty());
    CHECK(said.status == ROOMD_GONE);
}

TEST_CASE_FIXTURE(Shard, "a plugin that a reload has restarted catches up with who is there") {
    run({Shard::entry("regulars")});
    const auto ask = [&] {
        host::HttpRequest request;
        request.id = base::ExchangeId{5};
        http.routes.begin()->second.serve(request);
        registry->drain();
        return http.answers.back().second.body;
    };
    connect();
    test::Peer &second = connect();
    CHECK(ask() == "2");
    CHECK(registry->reload({Shard::entry("regulars", R"({"other":1})")}).empty());
    registry->drain();
    CHECK(ask() == "2");
    sessions.close(second.session, session::CloseReason::transport_close);
    CHECK(ask() == "1");
}
