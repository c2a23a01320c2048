#include "reading.hpp"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;
using test::plugin_json;

namespace {

std::string guarded(const std::string &yaml, const std::vector<std::string> &scopes) {
    const auto config = test::read(yaml + "plugins:\n  load:\n    - { name: http_emit }\n");
    config::Faults faults;
    config::check_guarded(config, {{"http_emit", true, scopes}}, faults);
    return faults.text();
}

} // namespace

TEST_CASE("a plugin's number that no double holds is a fault at its place") {
    CHECK(faults_in("plugins: { load: [ { name: p, a: 1e400 } ] }") ==
          "roomd.yaml:3:34: the number is too large for a double\n  quote it when text is meant");
}

TEST_CASE("a plugin's file is found from its name") {
    const auto config =
        test::read("plugins:\n  directory: ../build/plugins\n  load:\n"
                   "    - { name: http_emit, required: true, budget: 1MiB }\n"
                   "    - { name: http_emit, instance: second, file: other.so }\n"
                   "    - { name: third, file: ./here.so }\n"
                   "    - { name: fourth, enabled: false, dsn: '${env:NOT_THERE}' }\n",
                   "/etc/roomd/conf/roomd.yaml");
    const auto &load = config.plugins.load;
    REQUIRE(load.size() == 3);
    CHECK(load[0].file == "/etc/roomd/build/plugins/http_emit.so");
    CHECK(load[0].instance == "http_emit");
    CHECK(load[0].required);
    CHECK(load[0].budget == 1048576);
    CHECK(load[1].file == "/etc/roomd/build/plugins/other.so");
    CHECK(load[1].instance == "second");
    CHECK(load[2].file == "/etc/roomd/conf/here.so");
    CHECK(config.plugins.directory == "/etc/roomd/build/plugins");
}

TEST_CASE("files are absolute, wherever the daemon was started") {
    const std::string here = std::filesystem::current_path().string();
    const auto file = [](const std::string &path) {
        return test::read("plugins: { directory: ../p, load: [ { name: a } ] }", path)
            .plugins.load.at(0)
            .file;
    };
    CHECK(file("conf/roomd.yaml") == here + "/p/a.so");
    CHECK(file("./conf/roomd.yaml") == here + "/p/a.so");
    CHECK(file("roomd.yaml") == std::filesystem::path(here).parent_path().string() + "/p/a.so");
    CHECK(file("/roomd.yaml") == "/p/a.so");
}

TEST_CASE("a plugin's name cannot lead out of the folder") {
    for (const char *bad : {"../evil", "/abs", "a.b", "A", "9a", "a-b"})
        CHECK_MESSAGE(faults_in("plugins: { load: [ { name: '" + std::string(bad) + "' } ] }")
                              .find("\"plugins.load[0].name\": invalid name \"" + std::string(bad) +
                                    '"') != std::string::npos,
                      bad);
    CHECK(faults_in("plugins: { load: [ { name: A } ] }").find("instance") == std::string::npos);
}

TEST_CASE("two plugins of one name need instances") {
    CHECK(faults_in("plugins:\n  load:\n    - { name: a }\n    - { name: a }\n") ==
          "roomd.yaml:6:15: duplicate plugin \"a\"\n  the first is at line 5");
}

TEST_CASE("a plugin gets its own keys as JSON, and none of the core's") {
    CHECK(plugin_json("enabled: true, required: false, budget: 1MiB") == "{}");
    CHECK(plugin_json("path: /api/emit, n: 5") == R"({"path":"/api/emit","n":5})");
    CHECK(plugin_json("a: [1, 'x', { b: ~ }], c: {}") == R"({"a":[1,"x",{"b":null}],"c":{}})");
    CHECK(plugin_json(R"("q\"k": "line\nend")") == R"({"q\"k":"line\u000aend"})");
}

TEST_CASE("plain scalars are typed as YAML 1.2 has them, quoted ones are text") {
    CHECK(plugin_json("v: true") == R"({"v":true})");
    CHECK(plugin_json("v: 'true'") == R"({"v":"true"})");
    CHECK(plugin_json("v: False") == R"({"v":false})");
    CHECK(plugin_json("v: 'yes'") == R"({"v":"yes"})");
    CHECK(plugin_json("v: -7") == R"({"v":-7})");
    CHECK(plugin_json("v: +7") == R"({"v":7})");
    CHECK(plugin_json("v: '7'") == R"({"v":"7"})");
    CHECK(plugin_json("v: 1.50") == R"({"v":1.50})");
    CHECK(plugin_json("v: .5") == R"({"v":0.5})");
    CHECK(plugin_json("v: 5.") == R"({"v":5})");
    CHECK(plugin_json("v: 1e3") == R"({"v":1e3})");
    CHECK(plugin_json("v: 1E+3") == R"({"v":1e3})");
    CHECK(plugin_json("v: 9007199254740993") == R"({"v":9007199254740993})");
    for (const char *text : {"1e", ".", "+", "1.2.3", "25s", "3001:3001"})
        CHECK_MESSAGE(plugin_json("v: " + std::string(text)) ==
                          R"({"v":")" + std::string(text) + "\"}",
                      text);
    CHECK(plugin_json("v: null") == R"({"v":null})");
}

TEST_CASE("a plugin's secrets are filled in") {
    setenv("ROOMD_TEST_DSN", "host=\"x\"", 1);
    CHECK(plugin_json("dsn: '${env:ROOMD_TEST_DSN}'") == R"({"dsn":"host=\"x\""})");
    unsetenv("ROOMD_TEST_DSN");
    CHECK(faults_in("plugins: { load: [ { name: p, dsn: '${env:ROOMD_TEST_DSN}' } ] }") ==
          "roomd.yaml:3:36: \"${env:ROOMD_TEST_DSN}\" cannot be read\n  it is not set");
}

TEST_CASE("a plugin's secret is the whole of a value, and Unicode") {
    const auto value = [](const std::string &text) {
        return faults_in("plugins: { load: [ { name: p, dsn: \"" + text + "\" } ] }");
    };
    for (const char *text : {"host=x password=${env:PW}", "a${file:/b}", "x${credential:c}"})
        CHECK(value(text) ==
              "roomd.yaml:3:36: a \"${..}\" inside other text is not replaced\n"
              "  make it the whole value, or keep all of the text in the file that it names");
    CHECK(value("${env:PW} ").starts_with("roomd.yaml:3:36: invalid reference "));
    CHECK(value("${name}").starts_with("roomd.yaml:3:36: invalid reference "));
    CHECK(value("${vault:a}").starts_with("roomd.yaml:3:36: \"${vault:a}\" cannot be read"));
    CHECK(plugin_json("sql: 'a ${b} c $1'") == R"({"sql":"a ${b} c $1"})");
    setenv("ROOMD_TEST_DSN", "hunter\xff", 1);
    CHECK(value("${env:ROOMD_TEST_DSN}") ==
          "roomd.yaml:3:36: the value of \"${env:ROOMD_TEST_DSN}\" is not UTF-8\n"
          "  a plugin gets its values as text");
    unsetenv("ROOMD_TEST_DSN");
}

TEST_CASE("a fault that a plugin finds is told with line and column") {
    const auto config =
        test::read("plugins:\n  load:\n    - name: p\n      path: /api\n      rooms:\n"
                   "        - a\n        - { 'x/y~z': b }\n");
    const auto &node = config.plugins.load.at(0).node;
    const auto told = [&](std::string_view pointer) {
        return config::text(node.fault(pointer, "what", "do"));
    };
    CHECK(told("/path") == "roomd.yaml:6:13: what\n  do");
    CHECK(told("/rooms/0") == "roomd.yaml:8:11: what\n  do");
    CHECK(told("/rooms/1/x~1y~0z") == "roomd.yaml:9:22: what\n  do");
    CHECK(told("") == "roomd.yaml:5:7: what\n  do");
    CHECK(told("/missing") == "roomd.yaml:5:7: what\n  do");
    CHECK(told("/rooms/1/none/deeper") == "roomd.yaml:9:11: what\n  do");
    CHECK(told("no pointer") == "roomd.yaml:5:7: what\n  do");
}

TEST_CASE("a guarded plugin that others can reach needs a key of its scope") {
    CHECK(guarded("listen: [{ address: '0.0.0.0:3001' }]\n", {"emit"}) ==
          "roomd.yaml:6:7: plugin \"http_emit\" can be reached by other machines on 0.0.0.0:3001, "
          "and "
          "there is no key with scope \"emit\"\n"
          "  add one under keys:, or listen on 127.0.0.1, [::1] or a Unix socket only");
    const std::string keys = "listen: [{ address: '[::]:3001' }]\nkeys: [{ name: k, key: 'sha256:" +
                             std::string(64, 'b') + "', scopes: [emit] }]\n";
    CHECK(guarded(keys, {"emit"}) == "");
    CHECK(guarded(keys, {}) == "");
    CHECK(guarded(keys, {"emit", "test"}).find("no key with scope \"test\"") != std::string::npos);
    CHECK(guarded("listen: [{ address: '0.0.0.0:3001' }]\n", {}).find("there is no key at all") !=
          std::string::npos);
    CHECK(guarded("listen: [{ address: '127.0.0.1:1' }, { address: 'unix:/a' }]\n", {"emit"}) ==
          "");
}

TEST_CASE("a plugin that guards nothing needs no key") {
    const auto config =
        test::read("listen: [{ address: '0.0.0.0:1' }]\nplugins: { load: [ { name: p } ] }");
    config::Faults faults;
    config::check_guarded(config, {{"p", false, {}}}, faults);
    CHECK(faults.empty());
}
