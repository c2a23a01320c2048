#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;
using test::faults_of;

namespace {

// A configuration for development, with this beside it; begins at line 3.
std::string development(const std::string &more) {
    return "auth: { mode: optional, generated: true }\ncatalogue: { unknown: allow }\n" + more;
}

const std::string digest(64, 'a');

std::string key_for(const std::string &scope) {
    return "keys: [{ name: one, key: 'sha256:" + digest + "', scopes: [" + scope + "] }]\n";
}

} // namespace

TEST_CASE("there is no console unless it has a path") {
    CHECK(test::read("").console.path.empty());
    CHECK(test::read("console: {}").console.path.empty());
    const auto console = test::read("console: { path: /console/ }").console;
    CHECK(console.path == "/console/");
    CHECK_FALSE(console.mint);
}

TEST_CASE("the console's path is a plain one, and not that of the clients") {
    for (const char *bad : {"console", "/console", "/", "/a//b/", "/a/../", "/%63/", "/c?/"}) {
        const std::string said = faults_in("console: { path: '" + std::string(bad) + "' }");
        CHECK_MESSAGE(said.find("it begins and ends with \"/\"") != std::string::npos, bad);
    }
    for (const char *bad : {"/socket.io/", "/socket.io/console/"})
        CHECK(faults_in("console: { path: " + std::string(bad) + " }").find("socketio.path") !=
              std::string::npos);
    CHECK(faults_in("socketio: { path: /a/b/ }\nconsole: { path: /a/ }") != "");
}

TEST_CASE("a console that other machines can reach needs a key of scope admin") {
    const auto unguarded = [](const std::string &yaml) {
        config::Faults faults;
        config::check_guarded(test::read(yaml), {}, faults);
        return faults.text();
    };
    const std::string outside = "listen: [{ address: '0.0.0.0:3001' }]\n";
    const std::string console = "console: { path: /console/ }\n";
    CHECK(unguarded(outside + console) ==
          "roomd.yaml: the console can be reached by other machines on 0.0.0.0:3001, and there is "
          "no key with scope \"admin\"\n"
          "  add one under keys:, or listen on 127.0.0.1, [::1] or a Unix socket only");
    CHECK(unguarded(outside + key_for("emit") + console) != "");
    CHECK(unguarded(outside + key_for("admin") + console) == "");
    CHECK(unguarded(outside) == "");
    const auto serving = [](const std::string &kinds) {
        return "listen: [{ address: '0.0.0.0:3001', serves: [" + kinds + "] }]\n";
    };
    CHECK(unguarded(serving("api") + console) != "");
    CHECK(unguarded(serving("clients, health, metrics") + console) == "");
    CHECK(unguarded(serving("admin")).find("0.0.0.0:3001 serves admin, and there is no key") !=
          std::string::npos); // without a console too, and on loopback
    CHECK(unguarded("listen: [{ address: '127.0.0.1:1', serves: [admin] }]") != "");
    CHECK(unguarded(serving("admin") + key_for("admin") + console) == "");
    CHECK(unguarded(console) == "");
    CHECK(unguarded("listen: [{ address: 'unix:/run/a.sock' }]\n" + console) == "");
}

TEST_CASE("a generated secret needs no issuers") {
    config::Faults faults;
    const auto config = config::load_text(development(""), "roomd.yaml", faults);
    CHECK(faults.text() == "");
    CHECK(config.auth.generated);
    CHECK(config.auth.issuers.empty()); // app/config_file adds it
    CHECK_FALSE(test::read("").auth.generated);
}

TEST_CASE("a secret is generated only where no other machine reaches the daemon") {
    CHECK(faults_of(development("listen: [{ address: '0.0.0.0:3001' }]")) ==
          "roomd.yaml:1:36: \"auth.generated\" is for development, and other machines may reach "
          "0.0.0.0:3001\n"
          "  listen on 127.0.0.1, [::1] or a Unix socket only, or name issuers");
    CHECK(faults_of(
              development("listen: [{ address: '127.0.0.1:1' }, { address: '[::]:3001' }]")) != "");
    CHECK(faults_of(development("listen: [{ systemd: roomd }]")).find("systemd:roomd") !=
          std::string::npos);
    CHECK(faults_of(development("listen: [{ address: '[::1]:1' }, { address: 'unix:/a' }]")) == "");
    // A proxy in front of it passes on what anyone says.
    CHECK(faults_of(development("trusted_proxies: [127.0.0.1]\n"
                                "listen: [{ address: '[::1]:1', proxy_protocol: true }]")) != "");
}

TEST_CASE("a generated secret does not go with issuers, nor with tokens that are ignored") {
    CHECK(faults_of("catalogue: { unknown: allow }\nauth: { mode: none, generated: true }\n")
              .find("has no effect while \"auth.mode\" is none") != std::string::npos);
    CHECK(faults_of("catalogue: { unknown: allow }\n"
                    "auth: { mode: required, generated: true, issuers: [ { algorithms: [HS256], "
                    "key: '${env:A}' } ] }\n")
              .find("does not go with \"auth.issuers\"") != std::string::npos);
}

TEST_CASE("only a generated secret signs tokens, for a console") {
    const std::string mint = "console: { path: /console/, mint: true }\n";
    CHECK(faults_of(development(mint)) == "");
    CHECK(faults_in(mint).find("it needs \"auth.generated\"") != std::string::npos);
    CHECK(faults_of(development("console: { mint: true }")).find("has no effect without") !=
          std::string::npos);
    CHECK(faults_of("auth: { mode: optional, generated: true, claims: { user: /a/b } }\n"
                    "catalogue: { unknown: allow }\n" +
                    mint)
              .find("the claim \"/a/b\": it is a pointer") != std::string::npos);
}
