#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using std::chrono::milliseconds;
using test::faults_in;
using test::faults_of;

TEST_CASE("a file that says the least is good") {
    const config::Config config = test::read("");
    CHECK(config.service.name == "roomd");
    REQUIRE(config.listen.size() == 1);
    CHECK(config.listen[0].address == "127.0.0.1:3001");
    CHECK(config.listen[0].loopback);
    CHECK(config.socketio.ping_interval == milliseconds(25000));
    CHECK(config.rooms.empty());
}

TEST_CASE("what fails open by silence must be said") {
    CHECK(faults_of("service: { name: x }") ==
          "roomd.yaml:1:1: \"auth.mode\" is missing\n"
          "  say it: auth: { mode: required } and its issuers, optional, or none");
    CHECK(faults_of("auth: {}\ncatalogue: {}\n")
              .starts_with("roomd.yaml:1:7: \"auth.mode\" is missing\n"));
}

TEST_CASE("an unknown key is a fault with the nearest name") {
    CHECK(faults_in("socketio: { pinginterval: 25s }") ==
          "roomd.yaml:3:13: unknown key \"pinginterval\" in socketio\n  did you mean "
          "\"ping_interval\"?");
    CHECK(faults_in("limit: { connections: 5 }") ==
          "roomd.yaml:3:1: unknown key \"limit\"\n  did you mean \"limits\"?");
    CHECK(faults_in("log: { zzzzzzzzz: 1 }") ==
          "roomd.yaml:3:8: unknown key \"zzzzzzzzz\" in log\n  known here: level, format, access");
    CHECK(faults_in("portals: [{ name: a, origins: [], nmae: b }]") ==
          "roomd.yaml:3:35: unknown key \"nmae\" in portals[0]\n  did you mean \"name\"?");
    CHECK(faults_in("rooms: { user: { alow: all } }") ==
          "roomd.yaml:3:18: unknown key \"alow\" in rooms.user\n  did you mean \"allow\"?");
}

TEST_CASE("a key that is not implemented yet is refused with that sentence") {
    const std::string hint = "\n  remove it: a key that has no effect is refused";
    for (const char *key : {"recovery"})
        CHECK(faults_in(std::string(key) + ": {}") ==
              "roomd.yaml:3:1: \"" + std::string(key) + "\" is not implemented yet" + hint);
    CHECK(faults_in("events: { a: { ttl: 5s } }") ==
          "roomd.yaml:3:16: \"events.a.ttl\" is not implemented yet" + hint);
}

TEST_CASE("a value of another type is a fault") {
    CHECK(faults_in("service: [a]") == "roomd.yaml:3:10: \"service\" must be a map, not a list");
    CHECK(faults_in("service: { name: [a] }") ==
          "roomd.yaml:3:18: \"service.name\" must be text, not a list");
    CHECK(faults_in("service: { name: }") ==
          "roomd.yaml:3:18: \"service.name\" must be text, not nothing\n"
          "  write it or remove it; when a word such as null is meant, quote it");
    CHECK(faults_in("listen: { address: x }") ==
          "roomd.yaml:3:9: \"listen\" must be a list, not a map\n  begin each entry with \"- \"");
    CHECK(faults_in("limits: { connections: many }") ==
          "roomd.yaml:3:24: \"limits.connections\" must be a whole number, not \"many\"");
    CHECK(faults_in("limits: { connections: '50' }") ==
          "roomd.yaml:3:24: \"limits.connections\" must be a whole number, not \"50\"");
    CHECK(faults_in("limits: { connections: {} }") ==
          "roomd.yaml:3:24: \"limits.connections\" must be a whole number, not a map");
    CHECK(faults_in("cors: { credentials: yes }") ==
          "roomd.yaml:3:22: \"cors.credentials\" must be true or false, not \"yes\"\n"
          "  write true or false, in lower case and without quotes");
    CHECK(faults_in("cors: { methods: GET }") ==
          "roomd.yaml:3:18: \"cors.methods\" must be a list, not a single value\n"
          "  write [ .. ], also around one");
    CHECK(faults_in("cors: { methods: [[GET]] }") ==
          "roomd.yaml:3:19: \"cors.methods[0]\" must be text, not a list");
    CHECK(faults_of("- a\n- b\n")
              .starts_with("roomd.yaml:1:1: the configuration must be a map, not a list"));
}

TEST_CASE("durations and sizes need their unit") {
    CHECK(faults_in("socketio: { ping_interval: 25 }") ==
          "roomd.yaml:3:28: \"socketio.ping_interval\": invalid duration \"25\"\n"
          "  a duration is a whole number and a unit: 300ms, 25s, 1m, 2h, 1d");
    CHECK(faults_in("limits: { send_buffer: 1000000 }") ==
          "roomd.yaml:3:24: \"limits.send_buffer\": invalid size \"1000000\"\n"
          "  a size is a whole number and a unit: 512B, 16KiB, 1MiB, 64KB, 1MB");
}

TEST_CASE("a value out of range is a fault that names the range") {
    CHECK(faults_in("limits: { connections: 0 }") ==
          "roomd.yaml:3:24: \"limits.connections\": 0 is out of range\n  from 1 to 1000000");
    CHECK(faults_in("socketio: { ping_timeout: 2d }") ==
          "roomd.yaml:3:27: \"socketio.ping_timeout\": 2d is out of range\n  from 10ms to 1d");
    CHECK(faults_in("socketio: { max_payload: 1GiB }") ==
          "roomd.yaml:3:26: \"socketio.max_payload\": 1024MiB is out of range\n  from 1000B to "
          "64MiB");
}

TEST_CASE("every fault of a file is told in one run") {
    CHECK(faults_of(
              "socketio: { path: socket.io }\nlog: { level: loud, format: text }\n"
              "auth: { mode: none }\ncatalogue: { unknown: allow }\ndrain: 5\nrecovery: {}\n") ==
          "roomd.yaml:1:19: \"socketio.path\": invalid path \"socket.io\"\n"
          "  it begins and ends with \"/\", such as /socket.io/\n"
          "roomd.yaml:2:15: \"log.level\": invalid value \"loud\"\n"
          "  write error, warning, notice, info, debug\n"
          "roomd.yaml:5:8: \"drain\": invalid duration \"5\"\n"
          "  a duration is a whole number and a unit: 300ms, 25s, 1m, 2h, 1d\n"
          "roomd.yaml:6:1: \"recovery\" is not implemented yet\n"
          "  remove it: a key that has no effect is refused");
}

TEST_CASE("text of the core's holds no controls and no references") {
    CHECK(faults_in("service: { name: \"a\\nb\" }") ==
          "roomd.yaml:3:18: \"service.name\" contains control characters");
    CHECK(faults_in("service: { name: \"${env:HOME}\" }") ==
          "roomd.yaml:3:18: \"service.name\" cannot be a \"${..}\": only secrets are "
          "references");
    CHECK(faults_in("service: { name: '' }") ==
          "roomd.yaml:3:18: \"service.name\" is empty\n  remove it for \"roomd\"");
}

TEST_CASE("listeners are read with their places") {
    const auto config =
        test::read("listen:\n"
                   "  - { address: '0.0.0.0:443', tls: { certificate: c.pem, key: /k.pem } }\n"
                   "  - { address: 'unix:/run/x.sock', mode: 0600 }\n",
                   "/etc/roomd/roomd.yaml");
    REQUIRE(config.listen.size() == 2);
    CHECK_FALSE(config.listen[0].loopback);
    CHECK(config.listen[0].tls->certificate == "/etc/roomd/c.pem");
    CHECK(config.listen[0].tls->key == "/k.pem");
    CHECK(config.listen[1].unix_socket);
    CHECK(config.listen[1].mode == 0600);
}

TEST_CASE("a listener that cannot be is a fault") {
    CHECK(faults_in("listen: [{ address: 'localhost:3001' }]") ==
          "roomd.yaml:3:21: invalid address \"localhost:3001\"\n"
          "  a name is not an address: write 127.0.0.1 and, in an entry of its own, [::1]");
    CHECK(faults_in("listen: [{}]") == "roomd.yaml:3:10: \"listen[0].address\" is missing\n"
                                       "  write { address: \"127.0.0.1:3001\" }");
    CHECK(faults_in("listen: []") ==
          "roomd.yaml:3:9: \"listen\" is empty\n  remove it for the default");
    CHECK(faults_in("listen:\n- { address: '127.0.0.1:1' }\n- { address: '127.0.0.1:1' }\n") ==
          "roomd.yaml:5:14: duplicate address \"127.0.0.1:1\"\n  the first is at line 4");
    CHECK(faults_in("listen: [{ address: '127.0.0.1:1', mode: 0660 }]") ==
          "roomd.yaml:3:42: \"listen[0].mode\" is for Unix sockets only\n  remove it");
    CHECK(faults_in("listen: [{ address: 'unix:/a', mode: rw }]") ==
          "roomd.yaml:3:38: \"listen[0].mode\": invalid mode \"rw\"\n"
          "  a mode is three or four octal digits of read and write: 0660");
    CHECK(faults_in("listen: [{ address: '127.0.0.1:1', tls: { key: k } }]") ==
          "roomd.yaml:3:41: \"listen[0].tls.certificate\" is missing\n"
          "  write certificate: /etc/roomd/tls.crt");
}

TEST_CASE("several listeners may let the kernel choose their port") {
    CHECK(test::read("listen: [{ address: '127.0.0.1:0' }, { address: '127.0.0.1:0' }]")
              .listen.size() == 2);
}

TEST_CASE("the path of Socket.IO begins and ends with a slash") {
    CHECK(test::read("socketio: { path: /engine.io/ }").socketio.path == "/engine.io/");
    for (const char *bad :
         {"socket.io/", "/socket.io", "/", "//", "/a//b/", "/a b/", "/a?b/", "/../a/"})
        CHECK_MESSAGE(faults_in("socketio: { path: '" + std::string(bad) + "' }") ==
                          "roomd.yaml:3:19: \"socketio.path\": invalid path \"" + std::string(bad) +
                              "\"\n  it begins and ends with \"/\", such as /socket.io/",
                      bad);
}

TEST_CASE("transports are those that are named") {
    CHECK_FALSE(test::read("socketio: { transports: [websocket] }").socketio.offers("polling"));
    CHECK_FALSE(test::read("socketio: { transports: [polling] }").socketio.offers("websocket"));
    CHECK(faults_in("socketio: { transports: [webtransport] }") ==
          "roomd.yaml:3:26: \"socketio.transports[0]\": invalid value \"webtransport\"\n"
          "  write websocket, polling");
    CHECK(faults_in("socketio: { transports: [] }") ==
          "roomd.yaml:3:25: \"socketio.transports\" is empty\n"
          "  write [websocket, polling]");
}

TEST_CASE("an own origin needs a token that a page cannot have, or hosts") {
    CHECK(
        faults_in("cors: { own_origin: allow }") ==
        "roomd.yaml:3:21: \"cors.own_origin\": any page could connect whose name resolves to this "
        "machine (DNS rebinding)\n  write own_hosts: [api.example.com], or auth: { mode: required "
        "} "
        "without a cookie");
    CHECK(faults_in("cors: { own_origin: allow, own_hosts: [api.example.com, '[::1]:3001'] }")
              .empty());
    CHECK(faults_in("cors: { own_origin: allow, own_hosts: ['http://a'] }").find("invalid host") !=
          std::string::npos);
    const auto faults_with = [](const std::string &auth) {
        return faults_of("auth: { " + auth + ", issuers: [{ issuer: i, audience: a, algorithms: " +
                         "[HS256], key: an-hs256-secret-of-thirty-two-bytes }] }\n" +
                         "catalogue: { unknown: allow }\ncors: { own_origin: allow }\n");
    };
    const auto rebinding = [](const std::string &faults) {
        return faults.find("DNS rebinding") != std::string::npos;
    };
    CHECK_FALSE(rebinding(faults_with("mode: required")));
    CHECK(rebinding(faults_with("mode: optional")));
    CHECK(rebinding(faults_with("mode: required, cookie: session")));
    CHECK_FALSE(test::read("").cors.allow_own_origin);
}

TEST_CASE("a namespace that is a map says whether it has verbs") {
    const auto mixed =
        test::read("namespaces: [/a, { name: /b, verbs: false }, { name: / , verbs: false }]")
            .namespaces;
    REQUIRE(mixed.size() == 3);
    CHECK(mixed[0].verbs);
    CHECK(mixed[1].name == "/b");
    CHECK_FALSE(mixed[1].verbs);
    CHECK(mixed[2].name == "/");
    CHECK(faults_in("namespaces: [ { verbs: false } ]") ==
          "roomd.yaml:3:15: \"namespaces[0].name\" is missing\n  write name: /admin");
    CHECK(faults_in("namespaces: [ { name: b } ]") ==
          "roomd.yaml:3:23: invalid namespace \"b\"\n  it must begin with \"/\"");
    CHECK(faults_in("namespaces: [ { name: /b, verb: false } ]") ==
          "roomd.yaml:3:27: unknown key \"verb\" in namespaces[0]\n  did you mean \"verbs\"?");
    CHECK(faults_in("namespaces: [ /b, { name: /b, verbs: false } ]") ==
          "roomd.yaml:3:27: namespace \"/b\" is listed with and without verbs\n"
          "  remove one of the two entries");
    CHECK(faults_in("namespaces: [ [/b] ]").find("must be text, not") != std::string::npos);
}

TEST_CASE("namespaces are names or prefixes") {
    const auto both = test::read("namespaces: [/admin, /tenant-*]").namespaces;
    REQUIRE(both.size() == 2);
    CHECK(both[0].name == "/admin");
    CHECK(both[1].name == "/tenant-*");
    CHECK(both[1].verbs);
    CHECK(faults_in("namespaces: [admin]") ==
          "roomd.yaml:3:14: invalid namespace \"admin\"\n  it must begin with \"/\"");
    CHECK(faults_in("namespaces: [/]") ==
          "roomd.yaml:3:14: invalid namespace \"/\"\n  \"/\" always exists; name others");
    CHECK(faults_in("namespaces: ['/*/a']") ==
          "roomd.yaml:3:14: invalid namespace \"/*/a\"\n  \"*\" may be only at its end");
    CHECK(faults_in("namespaces: ['/a,b']").find("must not contain spaces") != std::string::npos);
}

TEST_CASE("limits, log and the rest are taken over") {
    const auto config = test::read(
        "limits: { events_per_second: 0, send_buffer: 4KiB, send_buffer_total: 8GiB, held: 1KiB,\n"
        "          head: 64KiB, receive_total: 1MiB, kernel_buffer: 0B, per_network: 7,\n"
        "          address_prefix: 60, network_prefix: 48, frames_per_second: 9 }\n"
        "log: { level: debug, format: json }\ndrain: 0s\n"
        "idempotency: { window: 1m, entries: 5 }\n");
    CHECK(config.limits.events_per_second == 0);
    CHECK(config.limits.send_buffer == 4096);
    CHECK(config.limits.send_buffer_total == std::size_t{8} << 30);
    CHECK(config.limits.held == 1024);
    CHECK(config.limits.head == 65536);
    CHECK(config.limits.receive_total == 1u << 20);
    CHECK(config.limits.kernel_buffer == 0);
    CHECK(config.limits.per_network == 7);
    CHECK(config.limits.address_prefix == 60);
    CHECK(config.limits.network_prefix == 48);
    CHECK(config.limits.frames_per_second == 9);
    CHECK(config.log.level == config::Log::Level::debug);
    CHECK(config.log.format == config::Log::Format::json);
    CHECK(config.drain == milliseconds(0));
    CHECK(config.idempotency.window == milliseconds(60000));
    CHECK(config.idempotency.entries == 5);
}

TEST_CASE("a file that is not there says so") {
    config::Faults faults;
    config::load_file("/nowhere/roomd.yaml", faults);
    CHECK(faults.text() == "/nowhere/roomd.yaml: cannot be read: No such file or directory\n"
                           "  give another with --config FILE");
    config::Faults folder;
    config::load_file("/tmp", folder);
    CHECK(folder.text() == "/tmp: cannot be read: it is not a file\n"
                           "  give another with --config FILE");
}

TEST_CASE("trusted proxies are addresses and nets, and anything else is a fault") {
    const auto config =
        test::read("trusted_proxies: [127.0.0.1, 10.0.0.0/8, '2001:db8::/32', unix]");
    CHECK(config.trusted_proxies.size() == 4);
    CHECK(test::faults_in("trusted_proxies: [10.0.0.0/8, nginx]") ==
          "roomd.yaml:3:31: \"trusted_proxies[1]\": invalid proxy \"nginx\"\n"
          "  write 192.0.2.1, 10.0.0.0/8, 2001:db8::/32 or unix");
    CHECK(test::faults_in("trusted_proxies: [0.0.0.0/0]").find("every client's own word") !=
          std::string::npos);
    CHECK(test::faults_in("trusted_proxies: 10.0.0.1").find("must be a list") != std::string::npos);
}

TEST_CASE("a listener may be a socket that systemd hands over") {
    const auto config = test::read("listen: [{ systemd: roomd }, { address: '127.0.0.1:1' }]");
    CHECK(config.listen.at(0).systemd == "roomd");
    CHECK(config.listen[0].address.empty());
    CHECK(config.listen[1].systemd.empty());
    CHECK(faults_in("listen: [{ systemd: roomd, address: '127.0.0.1:1' }]") ==
          "roomd.yaml:3:37: \"listen[0].address\" cannot be combined with \"systemd\"\n"
          "  remove it: the socket unit says where it listens, and SocketMode=");
    CHECK(faults_in("listen: [{ systemd: roomd, mode: 0660 }]").find("cannot be combined with") !=
          std::string::npos);
    for (const char *bad : {"''", "'a b'", "'a:b'", "\"\xC3\xA9\""})
        CHECK(faults_in("listen: [{ systemd: " + std::string(bad) + " }]")
                  .find("is not a valid socket name") != std::string::npos);
    CHECK(faults_in("listen: [{ systemd: a }, { systemd: a }]").find("duplicate socket") !=
          std::string::npos);
    CHECK(faults_in("listen: [{}]").find("\"listen[0].address\" is missing") != std::string::npos);
}

TEST_CASE("a listener serves all but admin, or what it says") {
    const auto config = test::read("listen: [{ address: '127.0.0.1:1' }, "
                                   "{ address: '127.0.0.1:2', serves: [admin, metrics] }]");
    for (const char *kind : {"clients", "api", "health", "metrics"})
        CHECK(config.listen.at(0).does_serve(kind));
    CHECK_FALSE(config.listen[0].does_serve("admin"));
    CHECK(config.listen.at(1).does_serve("admin"));
    CHECK_FALSE(config.listen[1].does_serve("clients"));
    CHECK(config.warnings.empty());
    CHECK(faults_in("listen: [{ address: '127.0.0.1:1', serves: [] }]")
              .find("\"listen[0].serves\" is empty") != std::string::npos);
    CHECK(faults_in("listen: [{ address: '127.0.0.1:1', serves: [client] }]")
              .find("invalid value \"client\"") != std::string::npos);
    const auto lone = test::read("listen: [{ address: '127.0.0.1:1', serves: [health] }]");
    REQUIRE(lone.warnings.size() == 1);
    CHECK(lone.warnings[0].what.find("no listener serves clients") != std::string::npos);
}

TEST_CASE("a listener that takes the PROXY protocol needs proxies that are trusted") {
    const std::string listen = "listen: [{ address: '127.0.0.1:1', proxy_protocol: true }]";
    CHECK(faults_in(listen).find("127.0.0.1:1 takes the PROXY protocol, and there are no "
                                 "trusted_proxies") != std::string::npos);
    CHECK(test::read(listen + "\ntrusted_proxies: [10.0.0.0/8]").listen[0].proxy_protocol);
}

TEST_CASE("pings so far apart that clients and proxies give up are worth a warning") {
    const auto warnings = [](const std::string &interval) {
        std::string out;
        for (const auto &fault :
             test::read("socketio: { ping_interval: " + interval + " }").warnings)
            out += text(fault);
        return out;
    };
    CHECK(warnings("90s").starts_with(
        "roomd.yaml:3:28: warning: \"socketio.ping_interval\": over 55s polls fail in apps"));
    CHECK(warnings("56s") == warnings("90s"));
    CHECK(warnings("55s") == "");
    CHECK(warnings("25s") == "");
}
