#include "app/traces.hpp"

#include "dispatch/router.hpp"
#include "log/log.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"
#include "support/dispatch_defaults.hpp"
#include "support/fake_hooks.hpp"
#include "support/hand_clock.hpp"
#include "support/session_defaults.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace roomd;
using namespace std::chrono_literals;

namespace {

struct Following {
    explicit Following(app::Traces::Limits with = {}) : limits(with) {
        clients.wire(sessions, router);
        router.wire(hooks);
    }

    std::string begin(app::Traces::Subject subject, base::Duration lasts = 60s) {
        return traces.begin(std::move(subject), lasts);
    }
    void emit(std::string_view event, std::string_view args = "[1]") {
        dispatch::Emit emit;
        emit.rooms = {"a"};
        emit.event = event;
        emit.args.json = args;
        REQUIRE(router.emit(emit).status == dispatch::Status::ok);
    }
    void hear(std::string_view user) { causes.trace("joined", {{}, user}, {{"room", "a"}}); }
    void ask(const std::string &trace, std::uint64_t id) {
        waiting.insert(base::ExchangeId{id});
        REQUIRE(traces.ask(trace, base::ExchangeId{id}));
    }
    std::string member(std::uint64_t id, std::string_view name) const {
        return std::string(json::member(answers.at(base::ExchangeId{id}), name));
    }
    std::size_t lines(std::uint64_t id) const {
        std::vector<std::string_view> out;
        const std::string list = member(id, "lines");
        json::split_array(list, out);
        return out.size();
    }
    bool answered(std::uint64_t id) const { return answers.count(base::ExchangeId{id}) != 0; }

    app::Traces::Limits limits;
    log::Logger logger{log::Options{}};
    test::HandClock clock;
    log::Causes causes{logger, clock};
    test::FakeHooks hooks;
    session::SocketIo clients{test::client_defaults(), clock};
    session::Sessions sessions{test::session_defaults(), clients, clock};
    dispatch::Router router{test::dispatch_defaults(), clients, clock};
    std::map<base::ExchangeId, std::string> answers;
    std::set<base::ExchangeId> waiting;
    int soon = 0;
    app::Traces traces{clock,
                       causes,
                       router,
                       {[this](base::ExchangeId id, const std::string &json) {
                            waiting.erase(id);
                            answers[id] = json;
                        },
                        [this](base::ExchangeId id) { return waiting.count(id) != 0; },
                        [this] { ++soon; }},
                       limits};
};

app::Traces::Subject user(std::string name) {
    return {std::move(name), {}, {}};
}

app::Traces::Subject event(std::string name, bool payloads = false) {
    return {{}, {}, std::move(name), payloads};
}

} // namespace

TEST_CASE("while nobody traces nothing is heard, and a trace hears of its subject alone") {
    Following on;
    CHECK_FALSE(on.causes.traced());
    const std::string id = on.begin(user("ann"));
    CHECK(on.causes.traced());
    on.hear("ann");
    on.hear("bob");
    on.ask(id, 1);
    CHECK(on.lines(1) == 1);
    CHECK(on.member(1, "lines").find(R"("what":"joined","user":"ann","room":"a")") !=
          std::string::npos);
    CHECK(on.member(1, "ended") == "false");
}

TEST_CASE("who waits is answered soon, with what has come by then") {
    Following on;
    const std::string id = on.begin(event("news"));
    on.ask(id, 1);
    on.emit("news");
    on.emit("other");
    on.emit("news");
    CHECK(on.soon == 1);
    CHECK_FALSE(on.answered(1));
    on.traces.serve();
    CHECK(on.lines(1) == 2);
}

TEST_CASE("payloads are there only when asked for") {
    Following on;
    const std::string without = on.begin(event("news")), with = on.begin(event("news", true));
    on.emit("news", R"([{"word":1}])");
    on.ask(without, 1);
    on.ask(with, 2);
    CHECK(on.member(1, "lines").find("word") == std::string::npos);
    CHECK(on.member(2, "lines").find(R"("payload":[{"word":1}])") != std::string::npos);
}

TEST_CASE("a trace ends with its time, and the last one switches all of it off") {
    Following on;
    const std::string id = on.begin(user("ann"), 2s);
    on.ask(id, 1);
    on.clock.advance(2s);
    on.traces.tick();
    CHECK(on.member(1, "ended") == "true");
    CHECK_FALSE(on.traces.tracing());
    CHECK_FALSE(on.causes.traced());
    CHECK_FALSE(on.traces.ask(id, base::ExchangeId{2}));
    on.emit("news"); // nobody watches
}

TEST_CASE("a trace ends when its reader goes, and when nobody asks any more") {
    Following on;
    on.ask(on.begin(user("ann")), 1);
    on.traces.tick();
    CHECK(on.traces.tracing());
    on.waiting.clear(); // the connection has ended
    on.traces.tick();
    CHECK_FALSE(on.traces.tracing());

    (void)on.begin(user("ann"));
    on.clock.advance(9s);
    on.traces.tick();
    CHECK(on.traces.tracing());
    on.clock.advance(1s);
    on.traces.tick();
    CHECK_FALSE(on.traces.tracing());
}

TEST_CASE("a reader that waits long gets an empty answer, and asks again") {
    Following on;
    const std::string id = on.begin(user("ann"));
    on.ask(id, 1);
    on.clock.advance(10s);
    on.traces.tick();
    CHECK(on.lines(1) == 0);
    on.ask(id, 2);
    CHECK(on.traces.tracing());
}

TEST_CASE("what is not read is dropped over the bound, and counted") {
    app::Traces::Limits small;
    small.bytes = 500;
    Following on(small);
    const std::string id = on.begin(user("ann"));
    for (int i = 0; i < 100; ++i)
        on.hear("ann");
    on.ask(id, 1);
    CHECK(on.member(1, "lines").size() <= 502);
    CHECK(std::to_string(100 - on.lines(1)) == on.member(1, "lost"));
    on.hear("ann");
    on.ask(id, 2);
    CHECK(on.lines(2) == 1);
    CHECK(on.member(2, "lost") == "0");
}

TEST_CASE("there are so many traces at a time, and no more") {
    Following on;
    for (std::size_t i = 0; i < app::Traces::Limits().traces; ++i)
        CHECK_FALSE(on.begin(user("ann")).empty());
    CHECK(on.begin(user("ann")).empty());
    on.traces.end();
    CHECK_FALSE(on.causes.traced());
}
