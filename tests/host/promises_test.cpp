#include "hook_calls.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <thread>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

// One promise of plugin.h each.

namespace {

bool any_has(const Texts &lines, std::string_view a, std::string_view b) {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string &line) {
        return line.find(a) != line.npos && line.find(b) != line.npos;
    });
}

roomd_client last_client;
void note_client(void *, const roomd_connected *c) {
    last_client = c->client;
}

} // namespace

TEST_CASE_FIXTURE(Shard, "what a plugin passes in is copied before the function returns") {
    puppet &p = play();
    roomd_ticket ticket = 0;
    On<roomd_event> hook = [&](const roomd_event *e) { return ticket = e->ack, ROOMD_TAKEN; };
    roomd_handle handle = 0;
    p.host->on_event(p.self, str("/"), str("x"), call_event, &hook, &handle);
    test::Peer &peer = connect();
    say(peer, R"(42["join:library","a"])");
    say(peer, R"(421["x"])");
    received(peer);
    std::string event = "news", room = "library:a", json = R"([{"_placeholder":true,"num":0}])",
                blob = "blob";
    const roomd_str rooms[] = {str(room)};
    const roomd_bytes blobs[] = {{blob.data(), blob.size()}};
    roomd_emit emit = emit_to(event, rooms, 1, json);
    emit.args.blobs = blobs;
    emit.args.n_blobs = 1;
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_OK);
    std::string answer = "[7]";
    const roomd_args args{str(answer), nullptr, 0};
    CHECK(p.host->ack(p.self, ticket, &args) == ROOMD_OK);
    for (std::string *text : {&event, &room, &json, &blob, &answer})
        std::fill(text->begin(), text->end(), '!');
    CHECK(received(peer) ==
          Texts{R"(451-["news",{"_placeholder":true,"num":0}])", "b:blob", "431[7]"});
}

TEST_CASE_FIXTURE(Shard, "an emit passes on whom to leave out, and that it may be dropped") {
    puppet &p = play();
    roomd_handle handle = 0;
    p.host->on_connected(p.self, str("/"), note_client, nullptr, &handle);
    test::Peer &ann = connect();
    const roomd_client first = last_client;
    test::Peer &bob = connect();
    for (test::Peer *peer : {&ann, &bob})
        say(*peer, R"(42["join:library","a"])");
    say(bob, R"(42["join:library","b"])");
    received(ann);
    received(bob);
    const roomd_str a = str("library:a"), b = str("library:b");
    roomd_emit emit = emit_to("n", &a, 1);
    emit.except = &b;
    emit.n_except = 1;
    p.host->emit(p.self, &emit, nullptr, nullptr);
    CHECK(received(ann) == Texts{R"(42["n",1])"});
    CHECK(received(bob).empty());
    emit = emit_to("n", &a, 1);
    emit.without = first;
    p.host->emit(p.self, &emit, nullptr, nullptr);
    CHECK(received(ann).empty());
    CHECK(received(bob) == Texts{R"(42["n",1])"});

    // Ann's transport is behind: what is volatile passes her by.
    ann.link.takes = 0;
    ann.link.blocks = true;
    emit = emit_to("n", &a, 1, "[2]");
    p.host->emit(p.self, &emit, nullptr, nullptr);
    received(ann);
    emit.flags = ROOMD_EMIT_VOLATILE;
    emit.args.json = str("[3]");
    p.host->emit(p.self, &emit, nullptr, nullptr);
    received(ann);
    ann.link.takes = SIZE_MAX;
    ann.link.blocks = false;
    sessions.writable(ann.session, ann.link);
    CHECK(received(ann) == Texts{R"(42["n",2])"});
    CHECK(received(bob).back() == R"(42["n",3])");
}

TEST_CASE_FIXTURE(Shard, "over the budget emits wait, and answers go out all the same") {
    puppet &p = play(20000);
    roomd_ticket connects = 0, ack = 0, request = 0;
    On<roomd_connect> on_connect = [&](const roomd_connect *c) {
        return connects = c->ticket, ROOMD_TAKEN;
    };
    On<roomd_event> on_event = [&](const roomd_event *e) { return ack = e->ack, ROOMD_TAKEN; };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("/x"), call_connect, &on_connect, &handle);
    p.host->on_event(p.self, str("/"), str("x"), call_event, &on_event, &handle);
    roomd_route route{};
    route.struct_size = sizeof route;
    route.method = str("GET");
    route.path = str("/x");
    p.host->route(
        p.self, &route,
        [](void *user, const roomd_request *r) { *static_cast<roomd_ticket *>(user) = r->ticket; },
        &request, &handle);
    test::Peer &peer = connect();
    say(peer, R"(421["x"])");
    say(peer, "40/x,");
    http.routes.begin()->second.serve({});
    received(peer);
    const std::string kilo = "[\"" + std::string(1000, 'x') + "\"]";
    const roomd_emit emit = emit_all_of("news", kilo);
    while (p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_OK) {
    }
    CHECK(p.host->emit(p.self, &emit, nullptr, nullptr) == ROOMD_AGAIN);
    const std::string large = "[\"" + std::string(30000, 'x') + "\"]";
    const roomd_args never{str(large), nullptr, 0};
    CHECK(p.host->ack(p.self, ack, &never) == ROOMD_TOO_BIG);
    const roomd_args args{str(kilo), nullptr, 0};
    CHECK(p.host->ack(p.self, ack, &args) == ROOMD_OK);
    CHECK(accept(p, connects) == ROOMD_OK);
    roomd_response response{};
    response.struct_size = sizeof response;
    response.status = 200;
    CHECK(p.host->respond(p.self, request, &response) == ROOMD_OK);
    CHECK(p.drained == 0);
    const Texts got = received(peer);
    CHECK(std::count(got.begin(), got.end(), "431" + kilo) == 1);
    CHECK(any_has(got, "40/x,", "sid"));
    CHECK(http.answers.size() == 1);
    CHECK(test::metric(*registry, "budget_used_bytes") == 0);
    CHECK(p.drained == 1);
}

TEST_CASE_FIXTURE(Shard, "an answer to one who has left is taken and comes to nothing") {
    puppet &p = play();
    roomd_ticket connects = 0, ack = 0;
    static int left;
    left = 0;
    On<roomd_connect> on_connect = [&](const roomd_connect *c) {
        return connects = c->ticket, ROOMD_TAKEN;
    };
    On<roomd_event> on_event = [&](const roomd_event *e) { return ack = e->ack, ROOMD_TAKEN; };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("/x"), call_connect, &on_connect, &handle);
    p.host->on_event(p.self, str("/"), str("x"), call_event, &on_event, &handle);
    p.host->on_disconnect(
        p.self, str("/x"), [](void *, const roomd_gone *) { ++left; }, nullptr, &handle);
    test::Peer &peer = connect();
    say(peer, R"(421["x"])");
    say(peer, "40/x,");
    received(peer);
    sessions.link_gone(peer.session, peer.link, session::CloseReason::transport_close);
    CHECK(accept(p, connects) == ROOMD_OK);
    CHECK(accept(p, connects) == ROOMD_GONE);
    const roomd_args none{};
    CHECK(p.host->ack(p.self, ack, &none) == ROOMD_OK);
    CHECK(received(peer).empty());
    CHECK(left == 0); // nor was it ever in
    CHECK(router.stats(1).clients == 0);
}

TEST_CASE_FIXTURE(Shard, "text that a peer sent is UTF-8 when a plugin sees it") {
    strings->on_start = [](puppet *p, roomd_error *) {
        return p->host->keep_header(p->self, str("x-portal"));
    };
    puppet &p = play();
    std::string seen;
    On<roomd_connect> hook = [&](const roomd_connect *c) {
        return seen = text(c->headers[0].value), accept(p, c->ticket), ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("/"), call_connect, &hook, &handle);
    test::Peer peer;
    session::Facts facts;
    facts.headers = {{"x-portal", "caf\xE9"}};
    peer.session = sessions.open(session::Transport::websocket,
                                 {{}, session::FactsRef(facts), nullptr}, peer.link);
    say(peer, "40");
    received(peer);
    CHECK(seen == "caf\xEF\xBF\xBD");

    const roomd_str wanted = str("x-a");
    roomd_route route{};
    route.struct_size = sizeof route;
    route.method = str("GET");
    route.path = str("/x/");
    route.headers = &wanted;
    route.n_headers = 1;
    p.host->route(
        p.self, &route,
        [](void *user, const roomd_request *r) {
            *static_cast<std::string *>(user) = text(r->path) + " " + text(r->headers[0].value);
        },
        &seen, &handle);
    host::HttpRequest request;
    request.path = "/x/\xFF";
    request.headers = {{"x-a", "\xFF"}};
    http.routes.begin()->second.serve(request);
    CHECK(seen == "/x/\xEF\xBF\xBD \xEF\xBF\xBD");
}

TEST_CASE_FIXTURE(Shard, "[home] functions are refused on another thread and do nothing") {
    puppet &p = play();
    static int called;
    called = 0;
    On<roomd_event> event = [&](const roomd_event *) { return ++called, ROOMD_PASS; };
    roomd_handle kept = 0;
    p.host->on_event(p.self, str("/"), str("x"), call_event, &event, &kept);
    std::array<roomd_status, 11> said{};
    std::thread([&] {
        roomd_handle out = 0;
        const auto &host = *p.host;
        roomd_route route{};
        route.struct_size = sizeof route;
        route.method = str("GET");
        route.path = str("/x");
        const auto nobody = nullptr;
        said = {host.timer(
                    p.self, 0, 0, [](void *) { ++called; }, nobody, &out),
                host.watch(
                    p.self, 0, 1, [](void *, int, std::uint32_t) {}, nobody, &out),
                host.rearm(p.self, kept, 0),
                host.keep_header(p.self, str("x")),
                host.on_event(p.self, str("/"), str("x"), call_event, &event, &out),
                host.on_connect(p.self, str("/"), call_connect, nobody, &out),
                host.on_join(p.self, str("/"), str("*"), call_join, nobody, &out),
                host.on_connected(p.self, str("/"), note_client, nobody, &out),
                host.route(
                    p.self, &route, [](void *, const roomd_request *) {}, nobody, &out),
                host.metric(p.self, ROOMD_GAUGE, str("m"), str(""), &out),
                host.on_publish(
                    p.self, [](void *, const roomd_emit *) {}, nobody, &out)};
        host.cancel(p.self, kept);
    }).join();
    for (const roomd_status status : said)
        CHECK(status == ROOMD_INVALID);
    say(connect(), R"(42["x"])");
    CHECK(called == 1); // the one hook, which nobody cancelled
    CHECK(http.routes.empty());
}

TEST_CASE_FIXTURE(Shard, "away is a packet, closed is the connection, and kick finds a user") {
    puppet &p = play();
    On<roomd_connect> hook = [&](const roomd_connect *c) {
        roomd_verdict yes{};
        yes.struct_size = sizeof yes;
        yes.accept = 1;
        yes.identity = str(R"({"user":"ann"})");
        return p.host->verdict(p.self, c->ticket, &yes), ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("/"), call_connect, &hook, &handle);
    p.host->on_connected(p.self, str("/"), note_client, nullptr, &handle);
    const auto came = [&]() -> test::Peer & {
        test::Peer &peer = connect();
        received(peer);
        return peer;
    };
    test::Peer &away = came();
    CHECK(p.host->disconnect(p.self, last_client, 0, str("")) == ROOMD_OK);
    CHECK(received(away) == Texts{"41"});
    CHECK_FALSE(away.link.closed);
    test::Peer &closed = came();
    CHECK(p.host->disconnect(p.self, last_client, 1, str("")) == ROOMD_OK);
    received(closed);
    CHECK(closed.link.closed);
    test::Peer &one = came(), &two = came();
    CHECK(p.host->kick(p.self, str(""), 0, str("")) == ROOMD_INVALID);
    CHECK(p.host->kick(p.self, str("bob"), 0, str("")) == ROOMD_OK);
    CHECK(received(one).empty());
    CHECK(p.host->kick(p.self, str("ann"), 0, str("")) == ROOMD_OK);
    CHECK(received(one) == Texts{"41"});
    CHECK(received(two) == Texts{"41"});
    test::Peer &last = came();
    CHECK(p.host->kick(p.self, str("ann"), 1, str("")) == ROOMD_OK);
    received(last);
    CHECK(last.link.closed);
}

TEST_CASE("a plugin that blocks the loop is named in the log, with the call") {
    Stderr err;
    host::Options options = Shard::quick();
    {
        Shard shard(options);
        shard.logger.reconfigure({log::Level::debug, {log::Format::text, false}});
        shard.run({Shard::entry("slow")});
    }
    CHECK(any_has(err.lines(), "plugin blocked the loop plugin=slow call=post", "ms=3"));
}

TEST_CASE("what a plugin logs carries its name and its fields, on one line") {
    Stderr err;
    {
        Shard shard;
        puppet &p = shard.play();
        const roomd_field fields[] = {{str("why"), str("a\nb")}, {str("n"), {nullptr, 0}}};
        p.host->log(p.self, roomd_level(0), str("odd\nthing"), fields, 2); // as an error
        p.host->log(p.self, ROOMD_LOG_INFO, str("not wanted"), fields, 2);
    }
    const Texts lines = err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(any_has(lines, "error odd?thing plugin=puppet why=", " n="));
}

TEST_CASE("a plugin that keeps its tickets is answered for when their time is over") {
    host::Options options = Shard::quick();
    options.answer_timeout = options.request_timeout = options.ack_timeout = base::Duration(60);
    const auto answer = symbol<void (*)(roomd_status *)>("keeps_ticket", "keeps_ticket_answer");
    std::array<roomd_status, 4> said{};
    const auto late = [&](roomd_status expected) {
        answer(said.data());
        for (const roomd_status status : said)
            CHECK(status == expected);
    };
    Shard shard(options);
    shard.run({Shard::entry("keeps_ticket")});
    test::Peer &asker = shard.connect(), &guest = shard.connect("40/kept,");
    test::Peer &joiner = shard.connect();
    for (test::Peer *peer : {&asker, &guest, &joiner})
        shard.received(*peer);
    shard.say(asker, R"(421["anything"])");
    shard.say(joiner, R"(422["join:library","a"])");
    shard.http.routes.begin()->second.serve({});
    CHECK(shard.received(guest).empty());
    CHECK(shard.turn_until([&] {
        return !guest.link.got.empty() && !joiner.link.got.empty() && !shard.http.answers.empty();
    }));
    CHECK(any_has(guest.link.got, "44/kept,", "verdict_timeout"));
    CHECK(any_has(joiner.link.got, R"(432[{"ok":false)", "verdict_timeout"));
    CHECK(shard.http.answers[0].second.status == 503);
    CHECK(shard.received(asker).empty());
    CHECK(test::metric(*shard.registry, "expired_tickets_total") == 4);
    CHECK(test::metric(*shard.registry, "open_tickets") == 0);
    late(ROOMD_GONE);
    shard.registry->stop();
    late(ROOMD_STOPPING);
}

TEST_CASE_FIXTURE(Shard, "a plugin that keeps its tickets is answered for when it stops") {
    run({entry("keeps_ticket")});
    test::Peer &guest = connect("40/kept,"), &joiner = connect();
    received(guest);
    say(joiner, R"(422["join:library","a"])");
    received(joiner);
    http.routes.begin()->second.serve({});
    registry->stop();
    CHECK(any_has(received(guest), "44/kept,", R"("code":"stopping","retryable":true)"));
    CHECK(any_has(received(joiner), R"(432[{"ok":false)", "stopping"));
    REQUIRE(http.answers.size() == 1);
    CHECK(http.answers[0].second.status == 503);
    CHECK(http.answers[0].second.body.find("stopping") != std::string::npos);
}
