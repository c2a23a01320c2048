#include "fixture.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

using namespace roomd;
using test::emit_all_of;
using test::Shard;
using test::str;
using Texts = std::vector<std::string>;

TEST_CASE_FIXTURE(Shard, "before stop every fn was called; in it emits work, later calls do not") {
    static puppet *p;
    static std::string log;
    log.clear();
    p = &play();
    test::Peer &peer = connect();
    received(peer);
    strings->on_stop = [](puppet *self) {
        log += "stop";
        const roomd_emit bye = emit_all_of("bye");
        CHECK(self->host->emit(self->self, &bye, nullptr, nullptr) == ROOMD_OK);
        const auto fn = [](void *, roomd_status, const roomd_emitted *) { log += "!"; };
        CHECK(self->host->emit(self->self, &bye, fn, nullptr) == ROOMD_STOPPING);
        CHECK(self->host->post(
                  self->self, [](void *) { log += "!"; }, nullptr) == ROOMD_STOPPING);
        roomd_handle handle = 0;
        CHECK(self->host->timer(
                  self->self, 0, 0, [](void *) {}, nullptr, &handle) == ROOMD_STOPPING);
    };
    p->host->post(
        p->self, [](void *) { log += "post "; }, nullptr);
    registry->stop();
    CHECK(log == "post stop");
    CHECK(p->stopped == 1);
    CHECK(received(peer) == Texts{R"(42["bye",1])"});
    const roomd_emit late = emit_all_of("late");
    CHECK(p->host->emit(p->self, &late, nullptr, nullptr) == ROOMD_STOPPING);
    p->host->log(p->self, ROOMD_LOG_ERROR, str("must not appear"), nullptr, 0);
    p->host->cancel(p->self, 1);
    registry.reset();
    CHECK(p->host->emit(p->self, &late, nullptr, nullptr) == ROOMD_STOPPING);
    registry = std::make_unique<host::Registry>(quick(), loop, router, http, logger);
}

TEST_CASE_FIXTURE(Shard, "pending asks get STOPPING before stop, and hooks are silent after it") {
    static puppet *p;
    static std::string log;
    static roomd_client client;
    log.clear();
    p = &play();
    roomd_handle handle = 0;
    p->host->on_connected(
        p->self, str("/"), [](void *, const roomd_connected *c) { client = c->client; }, nullptr,
        &handle);
    p->host->on_disconnect(
        p->self, str("/"), [](void *, const roomd_gone *) { log += "left "; }, nullptr, &handle);
    connect();
    roomd_emit q = test::emit_to("q", nullptr, 0);
    q.to = client;
    p->host->ask(
        p->self, &q, 60000,
        [](void *, roomd_status status, const roomd_args *) {
            log += status == ROOMD_STOPPING ? "stopping " : "other ";
        },
        nullptr);
    registry->drain();
    strings->on_stop = [](puppet *self) {
        log += "stop ";
        CHECK(self->host->disconnect(self->self, client, 0, str("bye")) == ROOMD_OK);
    };
    registry->stop();
    CHECK(log == "stopping stop ");
    CHECK(clients.size() == 0);
}

TEST_CASE_FIXTURE(Shard, "what a hook emits at the stop comes after what was in line before it") {
    static puppet *p;
    static roomd_ticket ticket;
    p = &play();
    roomd_handle handle = 0;
    p->host->on_connect(
        p->self, str("/x"),
        [](void *, const roomd_connect *c) {
            ticket = c->ticket;
            return ROOMD_TAKEN;
        },
        nullptr, &handle);
    p->host->on_connected(
        p->self, str("/x"),
        [](void *, const roomd_connected *) {
            const roomd_emit emit = emit_all_of("second");
            p->host->emit(p->self, &emit, nullptr, nullptr);
        },
        nullptr, &handle);
    test::Peer &peer = connect();
    say(peer, "40/x,");
    received(peer);
    roomd_verdict yes{};
    yes.struct_size = sizeof yes;
    yes.accept = 1;
    const roomd_emit first = emit_all_of("first");
    p->host->verdict(p->self, ticket, &yes);
    p->host->emit(p->self, &first, nullptr, nullptr);
    registry->reload({}); // stops it
    const Texts got = received(peer);
    REQUIRE(got.size() == 3);
    CHECK(got[1] == R"(42["first",1])");
    CHECK(got[2] == R"(42["second",1])");
}

TEST_CASE_FIXTURE(Shard, "tickets that are owed at stop are refused") {
    puppet &p = play();
    roomd_handle handle = 0;
    p.host->on_connect(
        p.self, str("/slow"), [](void *, const roomd_connect *) { return ROOMD_TAKEN; }, nullptr,
        &handle);
    test::Peer &peer = connect("40/slow,");
    received(peer);
    registry->stop();
    const Texts got = received(peer);
    REQUIRE(got.size() == 1);
    CHECK(got[0].find(R"(44/slow,{"message":"Server is going down")") == 0);
}

TEST_CASE_FIXTURE(Shard, "a timer fires, repeats, and can cancel itself") {
    static puppet *p;
    static int once, often;
    static roomd_handle repeated, single;
    once = often = 0;
    p = &play();
    CHECK(p->host->timer(
              p->self, 1, 0,
              [](void *) {
                  ++once;
                  CHECK(p->host->rearm(p->self, single, 0) == ROOMD_GONE); // dead by itself
              },
              nullptr, &single) == ROOMD_OK);
    CHECK(p->host->timer(
              p->self, 1, 1,
              [](void *) {
                  if (++often == 3) p->host->cancel(p->self, repeated);
              },
              nullptr, &repeated) == ROOMD_OK);
    CHECK(turn_until([&] { return often == 3 && once == 1; }));
    for (int i = 0; i < 20; ++i)
        loop.run_once_nowait();
    usleep(5000);
    loop.run_once_nowait();
    CHECK(often == 3);
    CHECK(once == 1);
    CHECK(p->host->timer(p->self, 1, 0, nullptr, nullptr, &single) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Shard,
                  "a watch fires while its descriptor is ready, pauses, and cancels itself") {
    static puppet *p;
    static roomd_handle watch;
    static int fired;
    fired = 0;
    p = &play();
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const roomd_fd_fn fn = [](void *, int, std::uint32_t events) {
        CHECK(events == ROOMD_FD_READ);
        if (++fired == 2) p->host->cancel(p->self, watch);
    };
    CHECK(p->host->watch(p->self, pipe[0], 0, fn, nullptr, &watch) == ROOMD_OK);
    CHECK((fcntl(pipe[0], F_GETFL) & O_NONBLOCK) != 0);
    REQUIRE(write(pipe[1], "x", 1) == 1);
    for (int i = 0; i < 5; ++i)
        loop.run_once_nowait();
    CHECK(fired == 0); // paused
    roomd_handle second = 0;
    CHECK(p->host->watch(p->self, pipe[0], 1, fn, nullptr, &second) == ROOMD_INVALID);
    CHECK(p->host->rearm(p->self, watch, 8) == ROOMD_INVALID);
    CHECK(p->host->rearm(p->self, watch, ROOMD_FD_READ) == ROOMD_OK);
    CHECK(turn_until([&] { return fired == 2; }));
    for (int i = 0; i < 5; ++i)
        loop.run_once_nowait();
    CHECK(fired == 2);
    CHECK(p->host->rearm(p->self, watch, ROOMD_FD_READ) == ROOMD_GONE);
    close(pipe[0]);
    close(pipe[1]);
    CHECK(p->host->watch(p->self, 9999, 1, fn, nullptr, &second) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Shard, "metrics keep their kind, their name and their bound") {
    puppet &p = play();
    roomd_handle counter = 0, gauge = 0, no = 0;
    CHECK(p.host->metric(p.self, ROOMD_COUNTER, str("seen_total"), str("h"), &counter) == ROOMD_OK);
    CHECK(p.host->metric(p.self, ROOMD_GAUGE, str("depth"), str("h"), &gauge) == ROOMD_OK);
    CHECK(p.host->metric(p.self, ROOMD_GAUGE, str("depth"), str("h"), &no) == ROOMD_INVALID);
    CHECK(p.host->metric(p.self, ROOMD_GAUGE, str("no-dash"), str("h"), &no) == ROOMD_INVALID);
    p.host->metric_add(p.self, counter, 2);
    p.host->metric_add(p.self, counter, -1);
    p.host->metric_set(p.self, counter, 0);
    p.host->metric_add(p.self, counter, 0.0 / 0.0);
    p.host->metric_set(p.self, gauge, 7);
    p.host->metric_add(p.self, gauge, -2);
    CHECK(test::metric(*registry, "seen_total") == 2);
    CHECK(test::metric(*registry, "depth") == 5);
    p.host->cancel(p.self, gauge);
    CHECK(test::metric(*registry, "depth") == -1);
    roomd_handle times = 0;
    CHECK(p.host->metric(p.self, ROOMD_HISTOGRAM, str("took_seconds"), str("h"), &times) ==
          ROOMD_OK);
    p.host->metric_add(p.self, times, 0.002);
    p.host->metric_add(p.self, times, 1e300);
    p.host->metric_add(p.self, times, -1);
    p.host->metric_set(p.self, times, 7);
    for (const host::Metric &one : registry->metrics()) {
        if (one.name != "took_seconds") continue;
        CHECK(one.kind == metrics::Kind::histogram);
        CHECK(one.times.count() == 2);
        CHECK(one.times.counts()[4] == 1); // up to 2.5 ms
        CHECK(one.times.counts().back() == 1);
    }
    const host::CallReport calls = registry->calls().front();
    CHECK(calls.instance == "puppet");
    CHECK(calls.times[std::size_t(host::Call::start)].count() == 1);
    roomd_status status = ROOMD_OK;
    int made = 0;
    for (; status == ROOMD_OK && made < 300; ++made) {
        status = p.host->metric(p.self, ROOMD_GAUGE, str("m" + std::to_string(made)), str(""), &no);
    }
    CHECK(made <= 257);
}

TEST_CASE_FIXTURE(
    Shard, "health is what the plugin says, and a required one that is not up is not ready") {
    auto entry = Shard::entry("puppet");
    entry.required = true;
    run({entry});
    puppet &p = last();
    CHECK(registry->ready());
    p.host->health(p.self, ROOMD_DEGRADED, str("no database"));
    CHECK(registry->health()[0].state == host::State::degraded);
    CHECK(registry->health()[0].why == "no database");
    CHECK_FALSE(registry->ready());
    p.host->health(p.self, ROOMD_UP, str(""));
    CHECK(registry->ready());
    p.host->health(p.self, ROOMD_DOWN, str("x\ny"));
    CHECK_FALSE(registry->ready());
    CHECK(registry->health()[0].why == "x?y");
}

TEST_CASE_FIXTURE(Shard, "a slow plugin is counted and named") {
    run({Shard::entry("slow")});
    registry->drain();
    CHECK(test::metric(*registry, "slow_calls_total") == 2);
}

TEST_CASE_FIXTURE(Shard, "an exception that a plugin lets out stops at the host and is counted") {
    run({Shard::entry("throws")});
    test::Peer &peer = connect();
    say(peer, R"(42["x"])");
    received(peer);
    CHECK(test::metric(*registry, "exceptions_total") == 2);
    registry->stop(); // throws too
    host::Registry other(quick(), loop, router, http, logger);
    other.load({Shard::entry("throws", R"({"x":1})")});
    other.start();
    CHECK(other.health()[0].state == host::State::down);
}

TEST_CASE_FIXTURE(Shard, "a plugin built against the frozen 1.0 header works") {
    run({Shard::entry("built_old")});
    test::Peer &peer = connect();
    received(peer);
    say(peer, R"(425["echo it",{"a":[]}])");
    CHECK(received(peer) == Texts{R"(42["echo it",{"a":[]}])", R"(435[{"a":[]}])"});
}

TEST_CASE_FIXTURE(Shard, "a plugin built against 1.1 works") {
    run({Shard::entry("built_1_1")});
    test::Peer &peer = connect();
    received(peer);
    say(peer, R"(425["echo it",1])");
    CHECK(received(peer) == Texts{R"(42["echo it",1])", R"(435[1])"});
    CHECK(router.positions() == "built_1_1=e.1");
}

TEST_CASE_FIXTURE(Shard, "a plugin built against 1.2 works") {
    run({Shard::entry("built_1_2")});
    const auto ask = [&] {
        host::HttpRequest request;
        request.id = base::ExchangeId{5};
        http.routes.begin()->second.serve(request);
        registry->drain();
        return http.answers.back().second;
    };
    CHECK(http.routes.begin()->second.encoded == false);
    CHECK(ask().status == 404);
    connect();
    CHECK(ask().body.size() == 20);
}

TEST_CASE_FIXTURE(Shard, "reload: a refusal keeps the old configuration and is named") {
    run({Shard::entry("puppet", R"({"v":1})")});
    puppet &p = last();
    strings->on_reload = [](puppet *, roomd_error *error) {
        error->text[0] = 'n';
        error->text[1] = 'o';
        return ROOMD_FAILED;
    };
    const auto failures = registry->reload({Shard::entry("puppet", R"({"v":2})")});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].instance == "puppet");
    CHECK(failures[0].text == "no");
    CHECK(failures[0].left == host::Registry::Failure::Left::as_it_was);
    CHECK(registry->not_running().empty());
    CHECK(std::string(p.config) == R"({"v":1})");
    strings->on_reload = nullptr;
    CHECK(registry->reload({Shard::entry("puppet", R"({"v":2})")}).empty());
    CHECK(std::string(p.config) == R"({"v":2})");
    CHECK(p.stopped == 0);
}

TEST_CASE_FIXTURE(Shard, "reload: what never started has no old configuration to keep") {
    const std::vector<host::PluginEntry> entries{Shard::entry("puppet"),
                                                 Shard::entry("fails_start", R"({"v":1})")};
    run({Shard::entry("puppet")});
    for (int i = 0; i < 2; ++i) { // as a new one, and as one that is there but does not run
        const auto failures = registry->reload(entries);
        REQUIRE(failures.size() == 1);
        CHECK(failures[0].instance == "fails_start");
        CHECK(failures[0].left == host::Registry::Failure::Left::stopped);
        CHECK(registry->not_running() == std::vector<std::string>{"fails_start"});
    }
}

TEST_CASE_FIXTURE(Shard,
                  "reload starts what is new, stops what is gone, and restarts what cannot") {
    run({Shard::entry("puppet"), Shard::entry("slow")});
    auto second = Shard::entry("puppet");
    second.instance = "second";
    CHECK(registry->reload({second, Shard::entry("slow", R"({"x":1})")}).empty());
    CHECK(strings->all[0].stopped == 1);
    CHECK(strings->count == 2);
    const auto health = registry->health();
    REQUIRE(health.size() == 2);
    CHECK(health[0].instance == "second"); // the order of the configuration
    CHECK(health[1].instance == "slow");
    CHECK(health[1].state == host::State::up);
}

TEST_CASE_FIXTURE(Shard, "the moves: join, leave, disconnect, and stats that count them") {
    puppet &p = play();
    static roomd_client client;
    roomd_handle handle = 0;
    p.host->on_connected(
        p.self, str("/"), [](void *, const roomd_connected *c) { client = c->client; }, nullptr,
        &handle);
    test::Peer &peer = connect();
    received(peer);
    CHECK(p.host->join(p.self, client, str("library:q")) == ROOMD_OK);
    CHECK(p.host->join(p.self, 0, str("library:q")) == ROOMD_INVALID);
    CHECK(p.host->join(p.self, client, str("")) == ROOMD_INVALID);
    std::string stats;
    const roomd_text_fn fn = [](void *user, roomd_status, roomd_str json) {
        *static_cast<std::string *>(user) = test::text(json);
    };
    CHECK(p.host->stats(p.self, fn, &stats) == ROOMD_OK);
    registry->drain();
    CHECK(stats.find(R"({"clients":1,"rooms":1,"active":[)") == 0);
    const roomd_str room = str("library:q");
    const roomd_emit emit = test::emit_to("news", &room, 1);
    p.host->leave(p.self, client, str("library:q"));
    p.host->emit(p.self, &emit, nullptr, nullptr);
    p.host->disconnect(p.self, client, 0, str("enough"));
    CHECK(received(peer) == Texts{"41"});
}
