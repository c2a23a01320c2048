#include "config/diff.hpp"
#include "config/key_table.hpp"
#include "reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("each key that a reload does not apply is named when it changes, and no other") {
    const std::pair<const char *, const char *> changes[] = {
        {"listen: [{ address: '127.0.0.1:4001' }]", "listen"},
        {"admin: { socket: /run/a.sock }", "admin.socket"},
        {"admin: { mode: 0660 }", "admin.mode"},
        {"console: { path: /console/ }", "console.path"},
        {"limits: { max_emit: 2MB }", "limits.max_emit"},
        {"limits: { address_prefix: 60 }", "limits.address_prefix"},
        {"limits: { network_prefix: 48 }", "limits.network_prefix"},
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
    CHECK(in_table == std::size(changes) + 1); // console.mint goes with a generated secret
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
    CHECK(config::needs_restart(tls, other).empty()); // a reload reads another certificate
    CHECK(config::diff(tls.effective, other.effective).size() == 1);
    CHECK(config::needs_restart(tls, tls).empty());
    const auto some =
        test::read("listen: [{ address: '127.0.0.1:1', serves: [clients], proxy_protocol: true }]\n"
                   "trusted_proxies: [127.0.0.1]");
    CHECK(config::needs_restart(plain, some).size() == 1);
    const auto open = test::read("listen: [{ address: 'unix:/a', mode: 0666 }]");
    const auto closed = test::read("listen: [{ address: 'unix:/a', mode: 0600 }]");
    CHECK(config::needs_restart(open, closed).size() == 1);
}

namespace {

// "a | b | c": the lines of a diff.
std::string changes(std::string_view running, std::string_view wanted) {
    std::string out;
    for (const auto &line :
         config::diff(test::read(running).effective, test::read(wanted).effective))
        out += (out.empty() ? "" : " | ") + line;
    return out;
}

} // namespace

TEST_CASE("a diff tells each key that differs, and what applies it") {
    CHECK(changes("", "") == "");
    CHECK(changes("", "log: { level: debug }\nidempotency: { window: 1m }") ==
          "idempotency.window: 10m -> 1m (restart) | log.level: info -> debug (reload)");
    CHECK(changes("cors: { methods: [GET] }", "") == "cors.methods: [GET] -> [GET, POST] (reload)");
    CHECK(
        changes("rooms: { a: { allow: all } }",
                "rooms: { b: {}, a: { join: never, allow: all } }") ==
        "rooms.a.join: request -> never (reload) | rooms.b: (none) -> {join: request, max_members: "
        "0, max_per_client: 0} (reload)");
    CHECK(changes("rooms: { a: {} }", "rooms: {}") ==
          "rooms.a: {join: request, max_members: 0, max_per_client: 0} -> (none) (reload)");
}

TEST_CASE("the entries of lists are told by their names") {
    const std::string a = "{ name: a, origins: ['http://a.example.com'] }",
                      b = "{ name: b, origins: [] }";
    CHECK(changes("portals: [" + a + "]", "portals: [" + b + ", " + a + "]") ==
          "portals[b]: (none) -> {name: b, origins: []} (reload)");
    CHECK(changes("portals: [" + a + "]", "portals: [{ name: a, origins: [] }]") ==
          "portals[a].origins: [http://a.example.com] -> [] (reload)");
    CHECK(changes("portals: [" + a + ", " + b + "]", "portals: [" + b + ", " + a + "]") ==
          "portals: order a, b -> order b, a (reload)");
    CHECK(changes("listen: [{ address: 'unix:/a' }]",
                  "listen: [{ address: 'unix:/a', mode: 0600 }]") ==
          "listen[unix:/a].mode: 0660 -> 0600 (restart)");
    CHECK(
        changes(
            "plugins: { load: [ { name: p, x: 1 }, { name: p, instance: q } ] }",
            "plugins: { load: [ { name: p, x: [{ c: 2 }] }, { name: p, instance: q, z: 1 } ] }") ==
        "plugins.load[p].x: 1 -> [{c: 2}] (reload) | "
        "plugins.load[q].z: (none) -> 1 (reload)");
}

TEST_CASE("the same time, size or mode written differently is not a difference") {
    CHECK(changes("drain: 60s\nlimits: { max_emit: 1MB, connect_timeout: 90s }\n"
                  "listen: [{ address: 'unix:/a', mode: 660 }]\nidempotency: { window: 600s }",
                  "drain: 1m\nlimits: { max_emit: 1000KB, connect_timeout: 90000ms }\n"
                  "listen: [{ address: 'unix:/a', mode: 0660 }]") == "");
    CHECK(
        config::needs_restart(test::read("idempotency: { window: 600s }"), test::read("")).empty());
}

TEST_CASE("a diff shows no secret, and that a digest is another") {
    setenv("ROOMD_TEST_KEY", "hunter2hunter2hunter2", 1);
    const auto key = [](const std::string &value) {
        return "keys: [{ name: k, key: '" + value + "', scopes: [emit] }]";
    };
    CHECK(changes(key("${env:ROOMD_TEST_KEY}"), key("sha256:" + std::string(64, 'a'))) ==
          "keys[k].key: \"${env:ROOMD_TEST_KEY}\" -> \"sha256:aaaaaaaa<hidden>\" (reload)");
    CHECK(changes(key("sha256:" + std::string(64, 'b')), key("sha256:" + std::string(64, 'a'))) ==
          "keys[k].key: \"sha256:bbbbbbbb<hidden>\" -> \"sha256:aaaaaaaa<hidden>\" (reload)");
    unsetenv("ROOMD_TEST_KEY");
}

TEST_CASE("a diff of text that is not a configuration shows something, and long values are cut") {
    CHECK(config::diff("", "drain: 5s\n").size() == 1);
    CHECK(config::diff("[", "{").empty());
    const auto lines = config::diff("drain: 5s\n", "drain: \"" + std::string(1000, 'x') + "\"\n");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].size() < 300);
}

TEST_CASE("very many differences are told in no time") {
    const auto keys = [](char name) {
        std::string yaml = "rooms:\n";
        for (int i = 0; i < 12000; ++i)
            yaml += "  " + std::string(1, name) + std::to_string(i) + ": {}\n";
        return yaml;
    };
    CHECK(config::diff(keys('a'), keys('b')).size() == 24000);
}
