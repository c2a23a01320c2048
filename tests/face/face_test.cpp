#include <roomd/plugin.hpp>

#include "both.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace roomd;
using test::Both;

TEST_CASE("an emit reaches the host with all that was said") {
    Both b;
    const Emit emit = Emit("seat:availability")
                          .nsp("/x")
                          .to("library:a")
                          .to("library:b")
                          .except("user:u")
                          .without(9)
                          .args(R"([{"_placeholder":true,"num":0}])")
                          .blob("bytes")
                          .key("k")
                          .on_behalf("backend")
                          .vanishing()
                          .local()
                          .routed()
                          .to_all();
    CHECK(b.host.emit(emit) == ROOMD_OK);

    const auto &sent = b.fake.sent.at(0);
    CHECK(sent.event == "seat:availability");
    CHECK(sent.nsp == "/x");
    CHECK(sent.rooms == std::vector<std::string>{"library:a", "library:b"});
    CHECK(sent.except == std::vector<std::string>{"user:u"});
    CHECK(sent.without == 9);
    CHECK(sent.args == R"([{"_placeholder":true,"num":0}])");
    CHECK(sent.blobs == std::vector<std::string>{"bytes"});
    CHECK(sent.key == "k");
    CHECK(sent.on_behalf == "backend");
    CHECK(sent.flags == 15u);
}

TEST_CASE("the result of an emit comes back once, and its callback is freed") {
    Both b;
    auto alive = std::make_shared<int>(0);
    std::uint64_t recipients = 0;
    b.host.emit(Emit("a").to("r"), [alive, &recipients](roomd_status s, const Emitted &what) {
        CHECK(s == ROOMD_OK);
        recipients = what.recipients;
        CHECK(view(what.rooms[0]) == "r");
    });
    CHECK(alive.use_count() == 2);
    b.fake.work_off();
    CHECK(recipients == 2);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a callback the host did not take is freed at once") {
    Both b;
    b.fake.next = ROOMD_AGAIN;
    auto alive = std::make_shared<int>(0);
    CHECK(b.host.emit(Emit("a"), [alive](roomd_status, const Emitted &) {}) == ROOMD_AGAIN);
    CHECK(b.host.post([alive] {}) == ROOMD_AGAIN);
    CHECK(b.host.stats([alive](roomd_status, std::string_view) {}) == ROOMD_AGAIN);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a callback the host never calls is freed with the instance") {
    auto alive = std::make_shared<int>(0);
    {
        Both b;
        b.host.post([alive] {});
        b.host.post([alive] {});
        CHECK(alive.use_count() == 3);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("emit_all tells each result in order") {
    Both b;
    const Emit all[] = {Emit("a").to("r"), Emit("b").to("s"), Emit("c").to("t")};
    std::string seen;
    auto alive = std::make_shared<int>(0);
    CHECK(b.host.emit_all(all, [&seen, alive](roomd_status, const Emitted &what) {
        seen += std::to_string(what.index) + std::string(view(what.rooms[0]));
    }) == ROOMD_OK);
    b.fake.work_off();
    CHECK(seen == "0r1s2t");
    CHECK(alive.use_count() == 1);
    CHECK(b.host.emit_all({}) == ROOMD_INVALID);
    CHECK(b.host.emit_all(all) == ROOMD_OK);
    CHECK(b.fake.sent.size() == 3);
}

TEST_CASE("the simple calls reach their own slot") {
    Both b;
    b.host.join(1, "r");
    b.host.leave(2, "s");
    b.host.disconnect(3, "bye");
    b.host.close(4, "again");
    b.host.kick("ann", "out");
    b.host.kick_and_close("bob", "out");
    b.host.health(ROOMD_DEGRADED, "slow");
    b.host.keep_header("x-tenant");
    CHECK(b.fake.calls == std::vector<std::string>{"join 1 r", "leave 2 s", "disconnect 3 0 bye",
                                                   "disconnect 4 1 again", "kick ann 0 out",
                                                   "kick bob 1 out", "health 1 slow",
                                                   "keep_header x-tenant"});
    b.host.warning("odd", {{"what", "this"}});
    CHECK(b.fake.logged.at(0).first == ROOMD_LOG_WARNING);
    CHECK(b.fake.logged.at(0).second == "odd what=this");
}

TEST_CASE("questions are answered through their callbacks") {
    Both b;
    std::string seen;
    b.host.ask(Emit("q").only(5), 250, [&](roomd_status s, const Args &args) {
        seen += std::string(name(s)) + std::string(args.json) + std::string(view(args.blobs[0]));
    });
    CHECK(b.fake.calls.back() == "ask 250");
    CHECK(b.fake.sent.at(0).to == 5);
    const roomd_bytes blob = bytes("B");
    const roomd_args answer{str("[1]"), &blob, 1};
    b.fake.asked.first(b.fake.asked.second, ROOMD_OK, &answer);
    CHECK(seen == "ok[1]B");

    b.host.members("/x", "r", [&](roomd_status, std::span<const roomd_client> all) {
        seen = std::to_string(all.size()) + ":" + std::to_string(all[1]);
    });
    const roomd_client clients[] = {3, 4};
    b.fake.counted.first(b.fake.counted.second, ROOMD_OK, clients, 2);
    CHECK(seen == "2:4");

    b.host.stats([&](roomd_status, std::string_view json) { seen = json; });
    b.fake.stated.first(b.fake.stated.second, ROOMD_OK, str("{}"));
    CHECK(seen == "{}");

    b.host.post([&] { seen = "posted"; });
    b.fake.posted.at(0).first(b.fake.posted.at(0).second);
    CHECK(seen == "posted");
}

TEST_CASE("the answers of many come with their clients, whatever size their structs have") {
    Both b;
    std::string seen;
    const auto tell = [&](roomd_status status, const Replies &what) {
        seen = name(status);
        for (const Reply &one : what.replies)
            seen +=
                " " + std::to_string(one.client) + name(one.status) + std::string(one.args.json);
        seen += " " + std::to_string(what.answered);
    };
    CHECK(b.host.ask_all(Emit("q").to("r"), 250, tell) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "ask_all 250");
    CHECK(b.fake.sent.at(0).rooms == std::vector<std::string>{"r"});
    struct Longer { // as a later host has it
        roomd_reply now{};
        std::uint64_t then = 0;
    };
    Longer all[2];
    for (auto &one : all)
        one.now.struct_size = sizeof one;
    all[0].now.client = 3;
    all[0].now.args.json = str("[1]");
    all[1].now.client = 4;
    all[1].now.status = ROOMD_EXPIRED;
    roomd_replies raw{};
    raw.struct_size = sizeof raw;
    raw.replies = &all[0].now;
    raw.n_replies = 2;
    raw.n_answered = 1;
    b.fake.asked_all.first(b.fake.asked_all.second, ROOMD_OK, &raw);
    CHECK(seen == "ok 3ok[1] 4expired[] 1");
}

TEST_CASE("data of a client is set, and read only where the host has it") {
    Both b;
    CHECK(b.host.set_data(5, R"({"seat":3})") == ROOMD_OK);
    CHECK(b.fake.calls.back() == R"(set_data 5 {"seat":3})");
    b.fake.table.struct_size = offsetof(roomd_host, set_data);
    CHECK(b.host.set_data(5, "1") == ROOMD_UNSUPPORTED);
    CHECK(b.fake.calls.size() == 1);

    roomd_event event{};
    event.struct_size = sizeof event;
    event.data = str("[1]");
    CHECK(Event(event).data == "[1]");
    event.struct_size = offsetof(roomd_event, data); // of a host before 1.2
    CHECK(Event(event).data.empty());
    roomd_join join{};
    join.struct_size = sizeof join;
    join.data = str("[2]");
    CHECK(Join(join).data == "[2]");
    roomd_gone gone{};
    gone.struct_size = sizeof gone;
    gone.data = str("[3]");
    CHECK(Gone(gone).data == "[3]");
}

TEST_CASE("a client is described with views of all that the host says") {
    Both b;
    std::string seen;
    const auto tell = [&](roomd_status status, const Described &who) {
        seen = std::string(name(status)) + " " + std::string(who.transport) + " " +
               std::string(who.header("x-a")) + " " + std::to_string(who.rooms.size()) + " " +
               std::to_string(who.others.size());
    };
    CHECK(b.host.describe(5, tell) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "describe 5");
    const roomd_field header{str("x-a"), str("b")};
    const roomd_str rooms[] = {str("r"), str("s")};
    const roomd_client other = 6;
    roomd_described raw{};
    raw.struct_size = sizeof raw;
    raw.transport = str("polling");
    raw.headers = &header;
    raw.n_headers = 1;
    raw.rooms = rooms;
    raw.n_rooms = 2;
    raw.others = &other;
    raw.n_others = 1;
    b.fake.described.first(b.fake.described.second, ROOMD_OK, &raw);
    CHECK(seen == "ok polling b 2 1");

    std::size_t count = 0;
    CHECK(b.host.clients("/x", 4, 10, [&](roomd_status, std::span<const roomd_client> page) {
        count = page.size();
    }) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "clients /x 4 10");
    b.fake.counted.first(b.fake.counted.second, ROOMD_OK, &other, 1);
    CHECK(count == 1);
}

TEST_CASE("a connect that failed is told with why") {
    Both b;
    std::string seen;
    const Handle handle = b.host.on_connect_failed("/x", [&](const ConnectFailed &who) {
        seen = std::to_string(who.client) + (who.refused ? " refused " : " left ") +
               std::string(who.reason);
    });
    roomd_connect_failed raw{};
    raw.client = 7;
    raw.refused = 1;
    raw.reason = str("not you");
    const auto *const hook = b.fake.hook("on_connect_failed", "/x");
    hook->connect_failed(hook->user, &raw);
    CHECK(seen == "7 refused not you");
}

TEST_CASE("what a host of 1.1 does not have is unsupported, and calls nothing") {
    Both b;
    b.fake.table.struct_size = offsetof(roomd_host, clients);
    CHECK_THROWS_AS((void)b.host.on_connect_failed("/", [](const ConnectFailed &) {}), Failure);
    auto alive = std::make_shared<int>(0);
    CHECK(b.host.describe(5, [alive](roomd_status, const Described &) {}) == ROOMD_UNSUPPORTED);
    CHECK(b.host.clients("/", 0, 10, [alive](roomd_status, std::span<const roomd_client>) {}) ==
          ROOMD_UNSUPPORTED);
    CHECK(b.host.ask_all(Emit("q").to_all(), 10, [alive](roomd_status, const Replies &) {}) ==
          ROOMD_UNSUPPORTED);
    CHECK(alive.use_count() == 1);
    CHECK(b.fake.calls.empty());
}

TEST_CASE("an ask that ends without arguments gives the empty array") {
    Both b;
    std::string seen;
    b.host.ask(Emit("q").only(5), 250, [&](roomd_status s, const Args &args) {
        seen = std::string(name(s)) + std::string(args.json);
    });
    b.fake.asked.first(b.fake.asked.second, ROOMD_EXPIRED, nullptr);
    CHECK(seen == "expired[]");
}

TEST_CASE("a handle is cancelled by its destructor, and moves") {
    Both b;
    {
        Handle timer = b.host.every(50, [] {});
        CHECK(b.fake.hook("timer")->every == 50);
        Handle other = std::move(timer);
        CHECK(!timer);
        timer = b.host.after(20, [] {});
        CHECK(b.fake.hooks.size() == 2);
        timer = std::move(other);
        CHECK(b.fake.hooks.size() == 1);
    }
    CHECK(b.fake.hooks.empty());
}

TEST_CASE("a callback may reset the handle it was called through") {
    Both b;
    Handle timer;
    auto witness = std::make_shared<std::string>("alive");
    std::string after;
    timer = b.host.every(10, [&timer, &after, witness] {
        timer.reset();
        after = *witness; // still ours, though the handle is gone
    });
    const auto hook = *b.fake.hook("timer");
    hook.task(hook.user);
    CHECK(after == "alive");
    CHECK(b.fake.hooks.empty());
    CHECK(witness.use_count() == 1);
}

TEST_CASE("a watch tells what is ready and can be rearmed") {
    Both b;
    std::uint32_t ready = 0;
    Watch watch = b.host.watch(3, ROOMD_FD_READ, [&](std::uint32_t events) { ready = events; });
    const auto hook = *b.fake.hook("watch");
    CHECK(hook.descriptor == 3);
    hook.fd(hook.user, 3, ROOMD_FD_WRITE);
    CHECK(ready == ROOMD_FD_WRITE);
    CHECK(watch.rearm(ROOMD_FD_WRITE) == ROOMD_OK);
    CHECK(b.fake.hook("watch")->interest == ROOMD_FD_WRITE);
    watch.reset();
    CHECK(watch.rearm(ROOMD_FD_READ) == ROOMD_GONE);
}

TEST_CASE("metrics count under their handle") {
    Both b;
    const Counter counter = b.host.counter("seen_total", "Seen.");
    const Gauge gauge = b.host.gauge("depth", "Depth.");
    counter.add();
    counter.add(2);
    gauge.set(7);
    gauge.add(-1);
    CHECK(b.fake.metrics["seen_total"] == 3);
    CHECK(b.fake.metrics["depth"] == 6);
    const Histogram took = b.host.histogram("took_seconds", "Took.");
    took.observe(0.5);
    CHECK(b.fake.metrics["took_seconds"] == 0.5);
    const Counter none;
    none.add();
}

TEST_CASE("what the host refuses at set-up is thrown with its status") {
    Both b;
    b.fake.next = ROOMD_INVALID;
    try {
        auto handle = b.host.route({.method = "GET", .path = "/x", .scope = "", .headers = {}},
                                   [](const Request &, Response &) {});
        FAIL("not thrown");
    } catch (const Failure &failure) {
        CHECK(failure.status == ROOMD_INVALID);
        CHECK(std::string(failure.what()) == "route /x: invalid");
    }
    CHECK_THROWS_AS(b.host.keep_header("x"), Failure);
    CHECK_THROWS_AS((void)b.host.counter("c", "C."), Failure);
}

TEST_CASE("every kind of exception stops at the edge") {
    Both b;
    int how = 0;
    const auto thrower = [&how] {
        if (how == 0) throw std::runtime_error("ouch");
        if (how == 1) throw 42;
        throw "text";
    };
    Handle timer = b.host.every(1, thrower);
    Watch watch = b.host.watch(0, 1, [&](std::uint32_t) { thrower(); });
    Handle connected = b.host.on_connected("/", [&](const Connected &) { thrower(); });
    Handle gone = b.host.on_disconnect("/", [&](const Gone &) { thrower(); });
    Handle publish = b.host.on_publish([&](const roomd_emit &) { thrower(); });
    for (; how < 3; ++how) {
        b.fake.hook("timer")->task(b.fake.hook("timer")->user);
        b.fake.hook("watch")->fd(b.fake.hook("watch")->user, 0, 1);
        roomd_connected who{};
        b.fake.hook("on_connected")->connected(b.fake.hook("on_connected")->user, &who);
        roomd_gone left{};
        b.fake.hook("on_disconnect")->gone(b.fake.hook("on_disconnect")->user, &left);
        roomd_emit emit{};
        b.fake.hook("on_publish")->publish(b.fake.hook("on_publish")->user, &emit);
        b.host.emit(Emit("a"), [&](roomd_status, const Emitted &) { thrower(); });
        b.fake.work_off();
        b.host.post(thrower);
        b.fake.posted.back().first(b.fake.posted.back().second);
    }
    CHECK(b.fake.logged.size() == 21);
    CHECK(b.fake.logged.at(0).second == "plugin callback threw in=timer what=ouch");
    CHECK(b.fake.logged.at(0).first == ROOMD_LOG_ERROR);
    CHECK(b.fake.logged.at(7).second ==
          "plugin callback threw in=timer what=something that is not a std::exception");
}
