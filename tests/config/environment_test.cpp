#include "config/environment.hpp"

#include "reading.hpp"

#include "config/installed.hpp"

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;

namespace {

// The variables are set as long as it lives.
class Set {
public:
    using Pair = std::pair<std::string, std::string>;
    Set(std::initializer_list<Pair> pairs) : pairs_(pairs) {
        for (const auto &[name, value] : pairs_)
            setenv(name.c_str(), value.c_str(), 1);
    }
    ~Set() {
        for (const auto &[name, value] : pairs_)
            unsetenv(name.c_str());
    }
    Set(const Set &) = delete;
    Set &operator=(const Set &) = delete;

private:
    std::vector<Pair> pairs_;
};

bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

std::string warnings_of(const config::Config &config) {
    std::string out;
    for (const auto &warning : config.warnings)
        out += config::text(warning) + '\n';
    return out;
}

} // namespace

TEST_CASE("the environment stands above the file, and each value says where it is from") {
    const Set set{{"ROOMD_LISTEN", "0.0.0.0:8080"},
                  {"ROOMD_NAME", "no"}, // text, whatever it looks like in YAML
                  {"ROOMD_LOG_FORMAT", "json"},
                  {"ROOMD_LOG_LEVEL", "debug"},
                  {"ROOMD_ADMIN_SOCKET", "/run/other.sock"},
                  {"ROOMD_PLUGIN_DIRECTORY", "/opt/plugins"},
                  {"ROOMD_CACHE", "/var/cache/keys"}};
    const auto config = test::read("service: { name: file }\nadmin: { socket: /run/file.sock }\n");
    REQUIRE(config.listen.size() == 1);
    CHECK(config.listen[0].address == "0.0.0.0:8080");
    CHECK_FALSE(config.listen[0].loopback);
    CHECK(config.service.name == "no");
    CHECK(config.log.format == config::Log::Format::json);
    CHECK(config.log.level == config::Log::Level::debug);
    CHECK(config.admin.socket == "/run/other.sock");
    CHECK(config.plugins.directory == "/opt/plugins");
    CHECK(config.auth.cache == "/var/cache/keys");
    CHECK(contains(config.effective, "name: \"no\"  # $ROOMD_NAME\n"));
    CHECK(contains(config.effective, "address: 0.0.0.0:8080  # $ROOMD_LISTEN\n"));
    CHECK(contains(config.effective, "format: json  # $ROOMD_LOG_FORMAT\n"));
    CHECK(contains(config.effective, "mode: none  # roomd.yaml:1\n"));
    CHECK(contains(config.effective, "drain: 5s  # default\n"));
    CHECK(config.environment == std::vector<std::string>{"ROOMD_LISTEN", "ROOMD_NAME",
                                                         "ROOMD_LOG_FORMAT", "ROOMD_LOG_LEVEL",
                                                         "ROOMD_ADMIN_SOCKET",
                                                         "ROOMD_PLUGIN_DIRECTORY", "ROOMD_CACHE"});
}

TEST_CASE("every variable is applied, and sets the key that it names") {
    for (const config::Variable &variable : config::variables()) {
        if (variable.key.empty()) continue;
        CAPTURE(variable.name);
        const std::string value = variable.key == "log.format"         ? "json"
                                  : variable.key == "log.level"        ? "debug"
                                  : variable.key == "listen[].address" ? "127.0.0.1:9"
                                                                       : "/a/value";
        const Set set{{std::string(variable.name), value}};
        const auto config = test::read("");
        CHECK(config.environment == std::vector<std::string>{std::string(variable.name)});
        CHECK(contains(config.effective, value + "  # $" + std::string(variable.name) + '\n'));
    }
}

TEST_CASE("the address of the first listener is set; the rest of it and the others stay") {
    const Set set{{"ROOMD_LISTEN", "127.0.0.1:8080"}};
    const auto config =
        test::read("listen: [ { address: \"127.0.0.1:1\" }, { address: \"127.0.0.1:9090\" } ]\n");
    REQUIRE(config.listen.size() == 2);
    CHECK(config.listen[0].address == "127.0.0.1:8080");
    CHECK(config.listen[1].address == "127.0.0.1:9090");
    CHECK(contains(test::faults_in("listen: [ { systemd: roomd } ]"),
                   "cannot be combined with \"systemd\""));
    CHECK(contains(test::faults_in("listen: [ { address: \"unix:/run/a\", mode: 0600 } ]"),
                   "is for Unix sockets only"));
}

TEST_CASE("a fault in the environment names the variable") {
    {
        const Set set{{"ROOMD_LISTEN", "localhost"}};
        CHECK(test::faults_in("").starts_with("$ROOMD_LISTEN: invalid address \"localhost\"\n"));
    }
    {
        const Set set{{"ROOMD_LOG_FORMAT", "xml"}};
        CHECK(test::faults_in("").starts_with("$ROOMD_LOG_FORMAT: "));
    }
    {
        const Set set{{"ROOMD_NAME", "a\x1b[2J"}};
        CHECK(test::faults_in("") == "$ROOMD_NAME: its value holds a control character");
    }
    {
        const Set set{{"ROOMD_NAME", "\xff"}};
        CHECK(test::faults_in("") == "$ROOMD_NAME: its value is not UTF-8");
    }
    {
        const Set set{{"ROOMD_LISTEN", "127.0.0.1:9090"}};
        CHECK(contains(test::faults_in("listen: [ { address: \"127.0.0.1:1\" }, { address: "
                                       "\"127.0.0.1:9090\" } ]"),
                       "duplicate address \"127.0.0.1:9090\"\n  the first is at $ROOMD_LISTEN"));
    }
}

TEST_CASE("what the file says wrongly where the environment sets something is told") {
    const Set set{{"ROOMD_NAME", "a"}, {"ROOMD_LISTEN", "127.0.0.1:1"}};
    CHECK(contains(test::faults_in("service: 7"), "\"service\" must be a map"));
    CHECK(contains(test::faults_in("service: { nam: x }"), "unknown key \"nam\""));
    CHECK(contains(test::faults_in("listen: []"), "\"listen\" is empty"));
    CHECK(contains(test::faults_in("listen: here"), "\"listen\" must be a list"));
    CHECK(test::faults_in("service:\nlisten:\n").empty());
}

TEST_CASE("an empty variable is as if it were not set") {
    const Set set{{"ROOMD_NAME", ""}, {"ROOMD_LISTEN", ""}, {"ROOMD_CONFIG", ""}};
    const auto config = test::read("");
    CHECK(config.service.name == "roomd");
    CHECK(config.environment.empty());
    CHECK(config::default_file() == config::installed_configuration);
}

TEST_CASE("the file that is read by default is that of ROOMD_CONFIG") {
    const Set set{{"ROOMD_CONFIG", "/srv/a.yaml"}};
    CHECK(config::default_file() == "/srv/a.yaml");
}

TEST_CASE("a relative path in the environment begins where roomd was started") {
    const Set set{{"ROOMD_CACHE", "keys"}};
    const auto config = test::read("", "/elsewhere/roomd.yaml");
    CHECK(config.auth.cache.ends_with("/keys"));
    CHECK(config.auth.cache.starts_with("/"));
    CHECK_FALSE(config.auth.cache.starts_with("/elsewhere"));
}

TEST_CASE("a name that looks like one of these is warned of, with the one that was meant") {
    const auto warned = [](const std::string &name) {
        const Set set{{name, "1"}};
        return warnings_of(test::read(""));
    };
    CHECK(warned("ROOMD_LISTN") == "$ROOMD_LISTN: warning: this variable has no effect\n"
                                   "  did you mean ROOMD_LISTEN?\n");
    CHECK(contains(warned("ROOMD_NAMES"), "did you mean ROOMD_NAME?"));
    CHECK(contains(warned("ROOMD_LOG_FROMAT"), "did you mean ROOMD_LOG_FORMAT?"));
    CHECK(contains(warned("ROOMD_PLUGINS_DIRECTORY"), "did you mean ROOMD_PLUGIN_DIRECTORY?"));
    CHECK(contains(warned("ROOMD_PLUGIN"), "did you mean ROOMD_PLUGIN_DIRECTORY?"));
    CHECK(contains(warned("ROOMD_CONFIG_FILE"), "did you mean ROOMD_CONFIG?"));
    // Of the emitters, and of others.
    for (const char *other : {"ROOMD_URL", "ROOMD_SOCKET", "ROOMD_KEY", "ROOMD_ENV",
                              "ROOMD_JWT_KEY", "ROOMD", "ROOMDLISTN"})
        CHECK(warned(other).empty());
}

TEST_CASE("what Kubernetes sets for a service named roomd is nobody's typo, and sets nothing") {
    for (const std::string name : {"ROOMD", "ROOMD_LISTEN", "ROOMD_NAME", "ROOMD_CONFIG"}) {
        const Set set{{name + "_SERVICE_HOST", "10.0.0.1"},
                      {name + "_SERVICE_PORT", "3001"},
                      {name + "_SERVICE_PORT_CLIENTS", "3001"},
                      {name + "_PORT", "tcp://10.0.0.1:3001"},
                      {name + "_PORT_3001_TCP", "tcp://10.0.0.1:3001"},
                      {name + "_PORT_3001_TCP_PROTO", "tcp"},
                      {name + "_PORT_3001_TCP_PORT", "3001"},
                      {name + "_PORT_3001_TCP_ADDR", "10.0.0.1"}};
        const auto config = test::read("");
        CHECK(warnings_of(config).empty());
        CHECK(config.environment.empty());
    }
    for (const config::Variable &variable : config::variables()) {
        CHECK_FALSE(variable.name.starts_with("ROOMD_PORT"));
        CHECK_FALSE(variable.name.starts_with("ROOMD_SERVICE"));
    }
}

TEST_CASE("a variable that the configuration names itself is not taken for a typo") {
    const Set set{{"ROOMD_NAMES", "0123456789abcdef"}};
    const auto config =
        test::read("keys: [ { name: a, key: \"${env:ROOMD_NAMES}\", scopes: [emit] } ]");
    CHECK_FALSE(contains(warnings_of(config), "has no effect"));
}
