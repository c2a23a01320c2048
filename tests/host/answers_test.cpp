#include "hook_calls.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

TEST_CASE_FIXTURE(Shard, "an ack ticket is answered once, later, with JSON and binary") {
    puppet &p = play();
    roomd_ticket ticket = 0;
    std::string args;
    On<roomd_event> hook = [&](const roomd_event *e) {
        ticket = e->ack;
        args = text(e->args.json);
        return ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_event(p.self, str(""), str("ask"), call_event, &hook, &handle);
    test::Peer &peer = connect();
    say(peer, R"(42["ask",{"x":1}])");
    CHECK(ticket == 0);
    say(peer, R"(4217["ask",{"x":1},2])");
    CHECK(args == R"([{"x":1},2])");
    REQUIRE(ticket != 0);
    received(peer);
    roomd_args answer{};
    answer.json = str("{}");
    CHECK(p.host->ack(p.self, ticket, &answer) == ROOMD_INVALID); // and it stays open
    answer.json = str("[true]");
    CHECK(accept(p, ticket) == ROOMD_INVALID); // not that kind
    CHECK(p.host->ack(p.self, ticket + 1, &answer) == ROOMD_GONE);
    CHECK(p.host->ack(p.self, ticket, &answer) == ROOMD_OK);
    CHECK(p.host->ack(p.self, ticket, &answer) == ROOMD_GONE);
    CHECK(received(peer) == Texts{"4317[true]"});
}

TEST_CASE_FIXTURE(Shard, "a hook that answers and then passes has answered") {
    puppet &p = play();
    On<roomd_event> hook = [&](const roomd_event *e) {
        roomd_args answer{};
        p.host->ack(p.self, e->ack, &answer);
        return ROOMD_PASS;
    };
    int asked = 0;
    On<roomd_event> never = [&](const roomd_event *) { return ++asked, ROOMD_PASS; };
    roomd_handle handle = 0;
    p.host->on_event(p.self, str("/"), str("x"), call_event, &hook, &handle);
    p.host->on_event(p.self, str("/"), str("x"), call_event, &never, &handle);
    test::Peer &peer = connect();
    received(peer);
    say(peer, R"(421["x"])");
    CHECK(received(peer) == Texts{"431[]"});
    CHECK(asked == 0);
}

TEST_CASE("unanswered tickets are refused when their time is over") {
    host::Options options = Shard::quick();
    options.answer_timeout = options.request_timeout = options.ack_timeout = base::Duration(60);
    Shard shard(options);
    puppet &p = shard.play();
    roomd_ticket connect = 0, ack = 0, request = 0;
    On<roomd_connect> hook = [&](const roomd_connect *c) {
        connect = c->ticket;
        return ROOMD_TAKEN;
    };
    On<roomd_event> event = [&](const roomd_event *e) {
        ack = e->ack;
        return ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("/slow"), call_connect, &hook, &handle);
    p.host->on_event(p.self, str("/"), str("x"), call_event, &event, &handle);
    roomd_route route{};
    route.struct_size = sizeof route;
    route.method = str("GET");
    route.path = str("/x");
    CHECK(p.host->route(
              p.self, &route,
              [](void *user, const roomd_request *r) {
                  *static_cast<roomd_ticket *>(user) = r->ticket;
              },
              &request, &handle) == ROOMD_OK);
    host::HttpRequest http;
    http.id = base::ExchangeId{5};
    shard.http.routes.begin()->second.serve(http);
    REQUIRE(request != 0);
    test::Peer &peer = shard.connect();
    shard.say(peer, R"(421["x"])");
    shard.received(peer);
    shard.say(peer, "40/slow,");
    CHECK(shard.turn_until([&] { return !shard.http.answers.empty() && !peer.link.got.empty(); }));
    REQUIRE(peer.link.got.size() == 1);
    CHECK(peer.link.got[0].find("44/slow,{\"message\":\"No verdict in time\"") == 0);
    CHECK(shard.http.answers[0].first == 5);
    CHECK(shard.http.answers[0].second.status == 503);
    roomd_args none{};
    CHECK(p.host->ack(p.self, ack, &none) == ROOMD_GONE);
    CHECK(accept(p, connect) == ROOMD_GONE);
    CHECK(test::metric(*shard.registry, "expired_tickets_total") == 3);
}

TEST_CASE_FIXTURE(Shard, "an ask gives the client's answer, its silence, or that it is gone") {
    puppet &p = play();
    static roomd_client client;
    roomd_handle handle = 0;
    p.host->on_connected(
        p.self, str("/"), [](void *, const roomd_connected *c) { client = c->client; }, nullptr,
        &handle);
    test::Peer &peer = connect();
    received(peer);
    using Answers = std::vector<std::pair<roomd_status, std::string>>;
    Answers answers;
    const roomd_answer_fn fn = [](void *user, roomd_status status, const roomd_args *args) {
        static_cast<Answers *>(user)->emplace_back(status, text(args->json));
    };
    roomd_emit emit = emit_to("q", nullptr, 0);
    CHECK(p.host->ask(p.self, &emit, 1000, fn, &answers) == ROOMD_INVALID); // whom?
    emit.to = client;
    CHECK(p.host->ask(p.self, &emit, 0, fn, &answers) == ROOMD_INVALID);
    CHECK(p.host->ask(p.self, &emit, 1000, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(p.host->ask(p.self, &emit, 60000, fn, &answers) == ROOMD_OK);
    CHECK(received(peer) == Texts{R"(420["q",1])"});
    say(peer, R"(430["yes"])");
    CHECK(answers == Answers{{ROOMD_OK, R"(["yes"])"}});
    p.host->ask(p.self, &emit, 60000, fn, &answers);
    p.host->ask(p.self, &emit, 60000, fn, &answers);
    received(peer);
    say(peer, "41");
    emit.to = client;
    p.host->ask(p.self, &emit, 60000, fn, &answers);
    registry->drain();
    REQUIRE(answers.size() == 4);
    for (std::size_t i = 1; i < 4; ++i)
        CHECK(answers[i].first == ROOMD_GONE);
}

TEST_CASE_FIXTURE(Shard, "a route serves and is answered once, with no way to forge headers") {
    puppet &p = play();
    static std::string seen;
    static roomd_ticket ticket;
    roomd_handle handle = 0, again = 0;
    const roomd_str wanted[] = {str("x-a")};
    roomd_route route{};
    route.struct_size = sizeof route;
    route.method = str("POST");
    route.path = str("/api/x");
    route.scope = str("emit");
    route.headers = wanted;
    route.n_headers = 1;
    const roomd_request_fn fn = [](void *, const roomd_request *r) {
        ticket = r->ticket;
        seen = text(r->method) + text(r->path) + text(r->key) + text(r->headers[0].value) +
               std::string(static_cast<const char *>(r->body.ptr), r->body.len);
    };
    CHECK(p.host->route(p.self, &route, fn, nullptr, &handle) == ROOMD_OK);
    CHECK(p.host->route(p.self, &route, fn, nullptr, &again) == ROOMD_INVALID);
    REQUIRE(http.routes.size() == 1);
    CHECK(http.routes.begin()->second.scope == "emit");
    host::HttpRequest request;
    request.id = base::ExchangeId{9};
    request.method = "POST";
    request.path = "/api/x";
    request.key = "k";
    request.headers = {{"x-a", "1"}};
    request.body = "{}";
    http.routes.begin()->second.serve(request);
    CHECK(seen == "POST/api/xk1{}");
    roomd_response response{};
    response.struct_size = sizeof response;
    CHECK(p.host->respond(p.self, ticket, &response) == ROOMD_INVALID); // no status
    response.status = 200;
    response.body = {"hi", 2};
    for (const auto &[key, value] : std::initializer_list<std::pair<const char *, const char *>>{
             {"x", "a\r\nset-cookie: b"}, {"x y", "a"}, {"Content-Length", "3"}, {"", "a"}}) {
        const roomd_field field{str(key), str(value)};
        response.headers = &field;
        response.n_headers = 1;
        CHECK(p.host->respond(p.self, ticket, &response) == ROOMD_INVALID);
    }
    response.n_headers = 0;
    CHECK(p.host->respond(p.self, ticket, &response) == ROOMD_OK);
    CHECK(p.host->respond(p.self, ticket, &response) == ROOMD_GONE);
    registry->drain();
    REQUIRE(http.answers.size() == 1);
    CHECK(http.answers[0].second.body == "hi");
    CHECK(http.answers[0].second.content_type == "application/json");
    p.host->cancel(p.self, handle);
    CHECK(http.routes.empty());
}

TEST_CASE("over the bound of open tickets the oldest ack is given up") {
    host::Options options = Shard::quick();
    options.tickets = 2;
    Shard shard(options);
    puppet &p = shard.play();
    std::vector<roomd_ticket> tickets;
    On<roomd_event> hook = [&](const roomd_event *e) {
        tickets.push_back(e->ack);
        return ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_event(p.self, str("/"), str("x"), call_event, &hook, &handle);
    test::Peer &peer = shard.connect();
    for (int i = 0; i < 3; ++i)
        shard.say(peer, "42" + std::to_string(i) + R"(["x"])");
    shard.received(peer);
    roomd_args none{};
    REQUIRE(tickets.size() == 3);
    CHECK(p.host->ack(p.self, tickets[0], &none) == ROOMD_GONE);
    CHECK(p.host->ack(p.self, tickets[1], &none) == ROOMD_OK);
    CHECK(p.host->ack(p.self, tickets[2], &none) == ROOMD_OK);
    CHECK(shard.received(peer) == Texts{"431[]", "432[]"});
}
