#include "config/key_table.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"
#include "config/shipped.hpp"
#include "config/tree.hpp"
#include "reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::config;
using test::file, test::tree_of;

namespace {

// conf/roomd.yaml with everything switched on: "#key" becomes "key", and the same key before it
// goes, which says that it is empty.  Its secret is that of the tests.
std::string switched_on(const std::string &yaml) {
    std::istringstream in(yaml);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        const std::size_t hash = line.find_first_not_of(' ');
        const bool off = hash != std::string::npos && line[hash] == '#' && hash + 1 < line.size() &&
                         line[hash + 1] != ' ';
        if (off) {
            line.erase(hash, 1);
            const std::string key = line.substr(0, line.find(':') + 1);
            if (!lines.empty() && !key.empty() && lines.back().starts_with(key)) lines.pop_back();
        }
        lines.push_back(line);
    }
    std::string out;
    for (const auto &line : lines)
        out += line + '\n';
    constexpr std::string_view secret = "${file:jwt_key}";
    const std::size_t at = out.find(secret);
    REQUIRE(at != std::string::npos);
    return out.replace(at, secret.size(), "${file:" ROOMD_VECTORS "/credentials/jwt_key}");
}

// How a scalar or a list of scalars is written in the key table.
std::string written(const Item &node) {
    if (node.kind == Item::Kind::scalar) {
        const bool bare = !node.text.empty() && node.text.find('*') == std::string::npos;
        return bare ? node.text : '"' + node.text + '"';
    }
    std::string out = "[";
    for (const Item &item : node.items)
        out += (out.size() > 1 ? ", " : "") + written(item);
    return out + ']';
}

// Calls fn(path in the key table, node) for every value.
template <class Fn> void walk(const Item &node, const std::string &path, const Fn &fn) {
    if (!path.empty()) fn(path, node);
    for (const Entry &entry : node.entries) {
        const bool any = path == "rooms" || path == "events" || path == "client_events";
        walk(entry.value, (path.empty() ? "" : path + '.') + (any ? "*" : entry.key), fn);
    }
    for (const Item &item : node.items)
        if (item.kind == Item::Kind::map) walk(item, path + "[]", fn);
}

// What conf/studyspot.yaml takes from systemd.
class GivenCredentials {
public:
    GivenCredentials() { setenv("CREDENTIALS_DIRECTORY", ROOMD_VECTORS "/credentials", 1); }
    ~GivenCredentials() { unsetenv("CREDENTIALS_DIRECTORY"); }
    GivenCredentials(const GivenCredentials &) = delete;
    GivenCredentials &operator=(const GivenCredentials &) = delete;
};

} // namespace

TEST_CASE("conf/roomd.yaml is good, as it is and with everything switched on") {
    CHECK(test::faults_of(file("conf/roomd.yaml")) == "");
    CHECK(test::faults_of(switched_on(file("conf/roomd.yaml"))) == "");
}

TEST_CASE("conf/roomd.yaml holds every key that exists") {
    std::set<std::string> met;
    walk(tree_of(switched_on(file("conf/roomd.yaml"))), "",
         [&](const std::string &path, const Item &) { met.insert(path); });
    for (const KeyInfo &key : key_table())
        if (key.built == Built::yes) CHECK_MESSAGE(met.count(std::string(key.path)) == 1, key.path);
}

TEST_CASE("the values in conf/roomd.yaml are the defaults of the key table") {
    std::size_t compared = 0;
    walk(tree_of(file("conf/roomd.yaml")), "", [&](const std::string &path, const Item &node) {
        const KeyInfo *key = find_key(path);
        const bool is_value = node.kind == Item::Kind::scalar || node.kind == Item::Kind::list;
        if (key == nullptr || !is_value || key->initial.empty() || path == "listen") return;
        CHECK_MESSAGE(written(node) == key->initial, path);
        ++compared;
    });
    CHECK(compared >= 40);
}

TEST_CASE("the values in conf/roomd.yaml are what the code takes when nothing is said") {
    Faults faults;
    const Config said = load_text(file("conf/roomd.yaml"), "roomd.yaml", faults);
    const Config silent = test::read("");
    CHECK(said.service == silent.service);
    CHECK(said.listen == silent.listen);
    CHECK(said.socketio == silent.socketio);
    CHECK(said.cors == silent.cors);
    CHECK(said.limits == silent.limits);
    CHECK(said.auth.claims == silent.auth.claims);
    CHECK(said.auth.leeway == silent.auth.leeway);
    CHECK(said.auth.cookie == silent.auth.cookie);
    CHECK(said.plugins.slow_call == silent.plugins.slow_call);
    CHECK(said.plugins.answer_timeout == silent.plugins.answer_timeout);
    CHECK(said.idempotency == silent.idempotency);
    CHECK(said.admin == silent.admin);
    CHECK(said.console == silent.console);
    CHECK(said.auth.generated == silent.auth.generated);
    CHECK(said.drain == silent.drain);
    CHECK(said.log == silent.log);
}

TEST_CASE("the defaults of keys inside lists are what the code takes") {
    Faults faults;
    const Config said = load_text(switched_on(file("conf/roomd.yaml")), "roomd.yaml", faults);
    const Config silent =
        test::read("keys: [{ name: backend, key: 'sha256:" + std::string(64, 'a') +
                   "', scopes: [emit] }]\nrooms: { library: { allow: all } }\n"
                   "listen: [{ address: 'unix:/a' }]\n"
                   "plugins: { load: [ { name: http_emit } ] }\n");
    CHECK(said.keys.at(0).events == silent.keys.at(0).events);
    CHECK(said.keys[0].rooms == silent.keys[0].rooms);
    CHECK(said.keys[0].may_broadcast == silent.keys[0].may_broadcast);
    CHECK(said.keys[0].durable == silent.keys[0].durable);
    CHECK(said.auth.issuers.at(0).require_exp == auth::Issuer{}.require_exp);
    CHECK(said.rooms.at(0).rules.join == silent.rooms.at(0).rules.join);
    CHECK(said.rooms[0].rules.max_members == silent.rooms[0].rules.max_members);
    CHECK(said.rooms[0].rules.max_per_client == silent.rooms[0].rules.max_per_client);
    CHECK(said.listen.at(2).mode == silent.listen.at(0).mode);
    CHECK(said.plugins.load.at(0).budget == silent.plugins.load.at(0).budget);
    CHECK(said.plugins.load[0].required == silent.plugins.load[0].required);
    CHECK(said.plugins.load[0].file == silent.plugins.load[0].file);
    CHECK(said.plugins.load[0].instance == silent.plugins.load[0].instance);
}

TEST_CASE("the configuration for development is good and is what was built in") {
    const std::string yaml = file("conf/roomd.dev.yaml");
    CHECK(dev_yaml() == yaml);
    Faults faults;
    const Config config = load_text(yaml, "/src/conf/roomd.dev.yaml", faults);
    CHECK(faults.text() == "");
    REQUIRE(config.listen.size() == 2);
    CHECK(config.listen[0].address == "127.0.0.1:3001");
    CHECK(config.listen[1].address == "[::1]:3001");
    REQUIRE(config.rooms.size() == 4);
    for (const RoomKind &kind : config.rooms)
        CHECK(kind.rules.allow_all);
    REQUIRE(config.plugins.load.size() == 3);
    CHECK(config.plugins.load[0].file == plugin_folder() + "/http_emit.so");
    CHECK(config.plugins.load[1].name == "http_clients");
    CHECK(config.plugins.load[2].name == "test_event");
    CHECK(config.auth.mode == Auth::Mode::optional); // what works without a token goes on working
    CHECK(config.auth.generated);
    for (const policy::Portal &portal : config.portals)
        CHECK(portal.roles.empty());
    CHECK(config.unknown_events);
    CHECK(config.console.path == "/console/");
    CHECK(config.console.mint);
}

TEST_CASE("the configuration for development has the events and the kinds of the product") {
    const GivenCredentials credentials;
    const auto loaded = [](const std::string &name) {
        Faults faults;
        Config config = load_text(file(name), std::string(ROOMD_SOURCE) + '/' + name, faults);
        CHECK(faults.text() == "");
        return config;
    };
    const Config dev = loaded("conf/roomd.dev.yaml"), product = loaded("conf/studyspot.yaml");
    CHECK(dev.events.size() == product.events.size());
    CHECK(dev.catalogue_digest == product.catalogue_digest); // rooms, arguments and schemas too
    REQUIRE(dev.rooms.size() == product.rooms.size());
    for (std::size_t i = 0; i < dev.rooms.size(); ++i)
        CHECK(dev.rooms[i].name == product.rooms[i].name);
    for (std::size_t i = 0; i < product.portals.size(); ++i)
        CHECK(dev.portals.at(i).name == product.portals[i].name);
    CHECK(dev.auth.claims == product.auth.claims);
}

namespace {

// What a struct of another layer says by itself, and what the table says of its members.
template <class Kept, class Keys> std::pair<Kept, Kept> by_itself_and_by(const Keys &keys) {
    std::pair<Kept, Kept> out;
    set_initial(out.second, keys);
    return out;
}

} // namespace

TEST_CASE("structs of other layers begin with the defaults of the key table") {
    const auto [rules, room] = by_itself_and_by<policy::RoomRules>(room_keys);
    CHECK(rules == room);
    const auto [names, claims] = by_itself_and_by<auth::ClaimNames>(claim_keys);
    CHECK(names == claims);
    const auto [issuer, entry] = by_itself_and_by<auth::Issuer>(issuer_keys);
    CHECK(issuer.require_exp == entry.require_exp);
    const auto [key, keys] = by_itself_and_by<auth::Key>(api_key_keys);
    CHECK(key.may_broadcast == keys.may_broadcast);
    CHECK(key.durable == keys.durable);
    const auto [event, events] = by_itself_and_by<catalogue::EventConf>(event_keys);
    CHECK(event.droppable == events.droppable);
}
