#include "config/effective.hpp"
#include "config/key_table.hpp"
#include "folder.hpp"
#include "reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace roomd;
using test::file;

namespace {

// The lines of `yaml`'s effective text that begin with `start` after their spaces.
std::string line(const std::string &yaml, const std::string &start) {
    std::istringstream in(test::read(yaml, "/etc/roomd/roomd.yaml").effective);
    std::string out;
    for (std::string each; std::getline(in, each);) {
        each.erase(0, each.find_first_not_of(" -"));
        if (each.starts_with(start)) out += (out.empty() ? "" : "\n") + each;
    }
    return out;
}

} // namespace

TEST_CASE("every value is told with the place where it stands, or as a default") {
    const std::string out = test::read("socketio:\n  ping_interval: 30s\n").effective;
    CHECK(out.starts_with("service:\n  name: roomd  # default\n"
                          "listen:\n  - address: 127.0.0.1:3001  # default\n"
                          "    serves: [clients, api, health, metrics]  # default\n"
                          "    proxy_protocol: false  # default\n"
                          "trusted_proxies: []  # default\n"
                          "socketio:\n  path: /socket.io/  # default\n"
                          "  transports: [websocket, polling]  # default\n"
                          "  ping_interval: 30s  # roomd.yaml:4\n"
                          "  ping_timeout: 20s  # default\n"));
    CHECK(out.find("auth:\n  mode: none  # roomd.yaml:1\n") != std::string::npos);
    CHECK(out.find("rooms: {}  # default\n") != std::string::npos);
}

TEST_CASE("every key that has a default is there") {
    const std::string out = test::read("").effective;
    for (const config::KeyInfo &key : config::key_table()) {
        const bool inside = key.path.find_first_of("[*") != std::string_view::npos;
        const std::string name(key.path.substr(key.path.rfind('.') + 1));
        if (key.built == config::Built::yes && !key.initial.empty() && !inside)
            CHECK_MESSAGE(out.find(name + ':') != std::string::npos, key.path);
        if (key.built == config::Built::not_yet)
            CHECK_MESSAGE(out.find('\n' + name + ':') == std::string::npos, key.path);
    }
}

TEST_CASE("entries of lists and maps have their defaults too") {
    const std::string out =
        test::read(
            "portals:\n  - { name: a, origins: ['http://a.example.com'] }\n"
            "listen:\n  - address: 127.0.0.1:1\n  - address: unix:/a\n"
            "rooms:\n  role:\n  'no': { join: never }\n"
            "plugins: { load: [ { name: p, enabled: false, x: { c: [1, '2', { z: ~ }] } } ] }\n")
            .effective;
    CHECK(out.find("portals:\n  - name: a  # roomd.yaml:4\n"
                   "    origins: [http://a.example.com]  # roomd.yaml:4\n") != std::string::npos);
    const std::string defaults = "    serves: [clients, api, health, metrics]  # default\n"
                                 "    proxy_protocol: false  # default\n";
    CHECK(out.find("listen:\n  - address: 127.0.0.1:1  # roomd.yaml:6\n" + defaults +
                   "  - address: unix:/a  # roomd.yaml:7\n    mode: 0660  # default\n" +
                   defaults) != std::string::npos);
    CHECK(out.find("rooms:\n  role:\n    join: request  # default\n"
                   "    max_members: 0  # default\n    max_per_client: 0  # default\n"
                   "  \"no\":\n    join: never  # roomd.yaml:10\n") != std::string::npos);
    CHECK(out.find("  load:\n    - name: p  # roomd.yaml:11\n"
                   "      enabled: false  # roomd.yaml:11\n"
                   "      required: false  # default\n"
                   "      budget: 8MiB  # default\n"
                   "      x:\n        c:\n          - 1  # roomd.yaml:11\n"
                   "          - \"2\"  # roomd.yaml:11\n"
                   "          - z: null  # roomd.yaml:11\n") != std::string::npos);
}

TEST_CASE("values of several files name their files, and paths are absolute") {
    const test::Folder etc;
    etc.write("roomd.yaml", std::string(test::must) + "plugins: { directory: lib }\n");
    etc.write("conf.d/a.yaml", "log: { level: debug }\nplugins:\n  load:\n    - { name: p, file: "
                               "./p.so }\n    - { name: q, file: q2.so }\n");
    config::Faults faults;
    const auto config = config::load_file(etc.path + "/roomd.yaml", faults);
    CHECK(faults.text() == "");
    const auto has = [&](const std::string &line) {
        return config.effective.find(line) != std::string::npos;
    };
    CHECK(has("  directory: " + etc.path + "/lib  # " + etc.path + "/roomd.yaml:3\n"));
    CHECK(has("  level: debug  # " + etc.path + "/conf.d/a.yaml:1\n"));
    CHECK(has("      file: " + etc.path + "/conf.d/p.so  # " + etc.path + "/conf.d/a.yaml:4\n"));
    CHECK(has("      file: q2.so  # "));
}

TEST_CASE("a secret is its reference, a digest the beginning of one, and neither is all of it") {
    setenv("ROOMD_TEST_KEY", "hunter2hunter2hunter2", 1);
    const std::string yaml =
        "keys:\n  - { name: a, key: '${env:ROOMD_TEST_KEY}', scopes: [emit] }\n"
        "  - { name: b, key: 'sha256:01795235db240bcc0705a42cd3437be34e093c207081da8e90340caac84506"
        "ea', scopes: [emit] }\n"
        "plugins: { load: [ { name: p, dsn: '${env:ROOMD_TEST_KEY}', a: ['${env:ROOMD_TEST_KEY}'] "
        "} "
        "] }\n";
    const auto config = test::read(yaml);
    CHECK(config.effective.find("hunter2") == std::string::npos);
    CHECK(config.effective.find("db240bcc") == std::string::npos);
    CHECK(line(yaml, "key:") == "key: \"${env:ROOMD_TEST_KEY}\"  # /etc/roomd/roomd.yaml:4\n"
                                "key: \"sha256:01795235<hidden>\"  # /etc/roomd/roomd.yaml:5");
    CHECK(line(yaml, "dsn:") == "dsn: \"${env:ROOMD_TEST_KEY}\"  # /etc/roomd/roomd.yaml:6");
    unsetenv("ROOMD_TEST_KEY");
}

TEST_CASE("what a plugin's key may hold in plain is hidden by its name or its look") {
    const auto shown = [](const std::string &pair) {
        const std::string yaml = "plugins: { load: [ { name: p, " + pair + " } ] }";
        return line(yaml, pair.substr(0, pair.find(':') + 1));
    };
    for (const char *pair :
         {"password: hunter2", "db_passwd: hunter2", "api_key: hunter2", "Token: hunter2",
          "dsn: hunter2", "x: 'host=a password=hunter2'", "url: 'amqp://u:hunter2@h/v'",
          "client_secret: [hunter2]", "credentials: hunter2", "auth: 'u:hunter2'",
          "db_pass: hunter2", "x: 'host=a Password = hunter2'"})
        CHECK_MESSAGE(shown(pair).find("hunter2") == std::string::npos, pair);
    CHECK(shown("password: hunter2") == "password: \"<hidden>\"  # /etc/roomd/roomd.yaml:3");
    CHECK(shown("where: /api/emit") == "where: /api/emit  # /etc/roomd/roomd.yaml:3");
    CHECK(shown("author: ann") == "author: ann  # /etc/roomd/roomd.yaml:3");
    CHECK(shown("url: 'http://h/v'") == "url: http://h/v  # /etc/roomd/roomd.yaml:3");
}

TEST_CASE("the effective text of our own files is the same configuration") {
    for (const char *name : {"conf/roomd.yaml", "conf/roomd.dev.yaml"}) {
        config::Faults faults;
        const std::string path = std::string("/etc/roomd/") + name;
        const auto config = config::load_text(file(name), path, faults);
        const auto again = config::load_text(config.effective, "/elsewhere/x.yaml", faults);
        CHECK(faults.text() == "");
        const auto without_places = [](const std::string &text) {
            std::istringstream in(text);
            std::string out;
            for (std::string each; std::getline(in, each);)
                out += each.substr(0, each.find("  # ")) + '\n';
            return out;
        };
        CHECK(without_places(again.effective) == without_places(config.effective));
        CHECK(again.effective.find("# default") == std::string::npos);
    }
}

TEST_CASE("a configuration with faults is not told as if it were in force") {
    config::Faults faults;
    CHECK(config::load_text("log: { level: loud }", "roomd.yaml", faults).effective.empty());
}
