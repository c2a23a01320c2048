#include "config/diff.hpp"
#include "config/key_table.hpp"
#include "reading.hpp"

#include <algorithm>
#include <utility>

#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("each key that a reload does not apply is named when it changes, and no other") {
    const std::pair<const char *, const char *> changes[] = {
        {"listen: [{ address: '127.0.0.1:4001' }]", "listen"},
        {"admin: { socket: /run/a.sock }", "admin.socket"},
        {"admin: { mode: 0660 }", "admin.mode"},
        {"limits: { max_emit: 2MB }", "limits.max_emit"},
        {"plugins: { slow_call: 60ms }", "plugins.slow_call"},
        {"plugins: { answer_timeout: 6s }", "plugins.answer_timeout"},
        {"idempotency: { window: 1m }", "idempotency.window"},
        {"idempotency: { entries: 5 }", "idempotency.entries"},
    };
    const config::Config running = test::read("");
    CHECK(config::needs_restart(running, test::read("")).empty());
    std::size_t in_table = 0;
    for (const config::KeyInfo &key : config::key_table())
        if (key.built == config::Built::yes && key.reload == config::Reload::no &&
            !key.path.starts_with("listen["))
            ++in_table;
    CHECK(in_table == std::size(changes));
    for (const auto &[yaml, key] : changes) {
        CHECK(config::needs_restart(running, test::read(yaml)) == std::vector<std::string>{key});
        const config::KeyInfo *known = config::find_key(key);
        REQUIRE(known != nullptr);
        CHECK(known->reload == config::Reload::no);
    }
}

TEST_CASE("what a reload applies needs no restart") {
    const config::Config wanted =
        test::read("service: { name: x }\nsocketio: { path: /engine.io/, ping_interval: 1s }\nlog: "
                   "{ level: debug }\n"
                   "drain: 1s\nlimits: { connections: 5 }\nplugins: { load: [ { name: p } ] }\n"
                   "rooms: { role: { allow: all } }\n");
    CHECK(config::needs_restart(test::read(""), wanted).empty());
}

TEST_CASE("a listener differs by its certificate and its mode too") {
    const auto plain = test::read("listen: [{ address: '127.0.0.1:1' }]");
    const auto tls =
        test::read("listen: [{ address: '127.0.0.1:1', tls: { certificate: a, key: b } }]");
    const auto other =
        test::read("listen: [{ address: '127.0.0.1:1', tls: { certificate: c, key: b } }]");
    CHECK(config::needs_restart(plain, tls).size() == 1);
    CHECK(config::needs_restart(tls, other).size() == 1);
    CHECK(config::needs_restart(tls, tls).empty());
    const auto open = test::read("listen: [{ address: 'unix:/a', mode: 0666 }]");
    const auto closed = test::read("listen: [{ address: 'unix:/a', mode: 0600 }]");
    CHECK(config::needs_restart(open, closed).size() == 1);
}
