#include "config/schema.hpp"

#include "config/key_table.hpp"
#include "config/plain.hpp"
#include "config/tree.hpp"
#include "reading.hpp"
#include "schema/document.hpp"
#include "schema/schema.hpp"
#include "vectors/vectors.hpp"
#include "json/json.hpp"

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace roomd;
using namespace roomd::config;
using test::file;

namespace {

// As an editor reads YAML: plain scalars by YAML 1.2's core schema.
std::string json_of(const Item &item) {
    std::string out;
    switch (item.kind) {
    case Item::Kind::null: return "null";
    case Item::Kind::scalar:
        if (item.quoted) return json::quoted(item.text);
        if (item.text == "true" || item.text == "false") return item.text;
        return json_number(item.text).empty() ? json::quoted(item.text) : json_number(item.text);
    case Item::Kind::list:
        for (const Item &element : item.items)
            out += (out.empty() ? "" : ",") + json_of(element);
        return '[' + out + ']';
    case Item::Kind::map:
        for (const Entry &entry : item.entries)
            out += (out.empty() ? "" : ",") + json::quoted(entry.key) + ':' + json_of(entry.value);
        return '{' + out + '}';
    }
    return out;
}

// What the schema finds in a file; empty when it takes it.
std::string found_in(const std::string &yaml) {
    Faults faults;
    const auto root = parse_yaml(yaml, "roomd.yaml", faults);
    REQUIRE_MESSAGE(faults.empty(), faults.text());
    const std::string data = json_of(*root);
    std::vector<schema::SchemaFault> wrong;
    const auto schema = schema::Schema::compile(json_schema(), wrong);
    REQUIRE_MESSAGE(schema, wrong.at(0).pointer << ' ' << wrong.at(0).what);
    std::string out;
    for (const auto &mismatch : schema->check_all(schema::Document(data), 100))
        out += mismatch.pointer + ": " + mismatch.text + "\n";
    return out;
}

// A file that says `value` at `path` and, elsewhere, what must be said: "rooms.*.join" becomes
// "rooms: { x: { join: .. } }".
std::string yaml_with(std::string path, const std::string &value) {
    const std::string top = path.substr(0, path.find_first_of(".["));
    std::string out;
    if (top != "auth") out += "auth: { mode: none }\n";
    if (top != "catalogue") out += "catalogue: { unknown: allow }\n";
    std::string end, above;
    while (!path.empty()) {
        const std::string part = path.substr(0, path.find('.'));
        path.erase(0, part.size() + 1);
        if (!above.empty()) {
            out += above == "listen[]" && part != "address" ? "{ address: 'unix:/a', " : "{ ";
            end = " }" + end;
        }
        const bool list = part.ends_with("[]");
        out += (part == "*" ? "x" : part.substr(0, part.size() - (list ? 2 : 0))) + ": ";
        if (list) {
            out += '[';
            end = ']' + end;
        }
        above = part;
    }
    return out + value + end;
}

} // namespace

TEST_CASE("the schema takes our own configurations") {
    CHECK(found_in(file("conf/roomd.yaml")) == "");
    CHECK(found_in(file("conf/roomd.dev.yaml")) == "");
    CHECK(found_in(test::read("plugins: { load: [ { name: p, budget: 1MiB, x: [1] } ] }\n"
                              "rooms: { a: { allow: all }, b: }\n"
                              "listen: [{ address: 'unix:/a', mode: 0660 }]\n"
                              "limits: { send_buffer: 4KiB }\n")
                       .effective) == "");
    CHECK(found_in("rooms:\n  a:\n    allow:\n      - { claim: b, equals: true }\n"
                   "      - all: [ { claim: n, in: [1, x] }, { claim: /m/0, exists: true } ]\n"
                   "  b: { allow: all }\n"
                   "auth: { issuers: [ { algorithms: [RS256], audience: [a, b], key: "
                   "['${file:/a}', '${env:B}'] }, { algorithms: [HS256], audience: a, key: "
                   "'${file:/a}' } ] }\n"
                   "events: { a: { schema: a.json }, b: { schema: { type: object } } }") == "");
    for (const auto &example : test::vectors("yaml/valid"))
        CHECK_MESSAGE(found_in(example.bytes) == "", example.name);
}

TEST_CASE("the schema takes one file of several, whatever must be said elsewhere") {
    CHECK(found_in("plugins: { load: [ { name: postgres, dsn: '${credential:pg}' } ] }") == "");
    CHECK(found_in("plugins:\nlog: { level: debug }\n") == "");
    CHECK(found_in("keys: [{ name: k, key: '${file:/k}', scopes: [emit] }]") == "");
}

TEST_CASE("the schema refuses what is wrong") {
    for (const char *bad : {"log: { level: loud }",
                            "log: { levels: info }",
                            "logs: {}",
                            "log: info",
                            "log: [info]",
                            "cors: { credentials: yes }",
                            "cors: { credentials: 'true' }",
                            "cors: { methods: [GIT] }",
                            "cors: { methods: GET }",
                            "limits: { connections: many }",
                            "limits: { connections: -1 }",
                            "limits: { connections: '5' }",
                            "limits: { send_buffer: 1000 }",
                            "limits: { send_buffer: 1mb }",
                            "drain: 5",
                            "drain: 5 s",
                            "listen: [{ address: localhost:3001 }]",
                            "listen: [{ address: 'unix:a' }]",
                            "listen: [{ address: 'unix:/a', mode: rw }]",
                            "listen: [{ address: 'unix:/a', mode: '0770' }]",
                            "listen: [{ address: '127.0.0.1:1', tls: { key: k } }]",
                            "listen: { address: x }",
                            "keys: [{ name: k, key: hunter2, scopes: [emit] }]",
                            "keys: [{ name: k }]",
                            "keys: [{ name: k, key: '${vault:a}', scopes: [emit] }]",
                            "rooms: { a: { join: maybe } }",
                            "rooms: { a: { jion: never } }",
                            "rooms: { a: { allow: some } }",
                            "rooms: { a: { allow: [ { claims: a } ] } }",
                            "rooms: { a: { allow: [ { all: [ { claims: a } ] } ] } }",
                            "auth: { issuers: [ { algorithms: [RS256], key: hunter2 } ] }",
                            "auth: { issuers: [ { algorithms: [RS256], key: [hunter2] } ] }",
                            "auth: { issuers: [ { algorithms: [none], key: '${env:A}' } ] }",
                            "events: { a: { schema: [x] } }",
                            "plugins: { load: [ { path: /a } ] }",
                            "plugins: { load: [ { name: p, enabled: 1 } ] }",
                            "service: { name: [a] }",
                            "service: { name: true }",
                            "- a",
                            "socketio: { transports: [webtransport] }"})
        CHECK_MESSAGE(found_in(bad) != "", std::string(bad));
}

TEST_CASE("the schema knows no key that is not implemented yet") {
    for (const KeyInfo &key : key_table())
        if (key.built == Built::not_yet)
            CHECK_MESSAGE(found_in(yaml_with(std::string(key.path), "{}")) != "", key.path);
}

TEST_CASE("each key of the table is in the schema with its default and what it is") {
    const auto schema = nlohmann::json::parse(json_schema());
    for (const KeyInfo &key : key_table()) {
        if (key.built == Built::not_yet) continue;
        std::string pointer;
        for (const char c : std::string(key.path))
            pointer += c == '.' ? std::string("/properties/") : std::string(1, c);
        for (std::size_t at; (at = pointer.find("[]")) != std::string::npos;)
            pointer.replace(at, 2, "/items");
        for (std::size_t at; (at = pointer.find("/properties/*")) != std::string::npos;)
            pointer.replace(at, 13, "/additionalProperties");
        const nlohmann::json::json_pointer at("/properties/" + pointer);
        REQUIRE_MESSAGE(schema.contains(at), key.path);
        CHECK_MESSAGE(schema[at]["description"].get<std::string>().starts_with(key.what), key.path);
        CHECK_MESSAGE(schema[at].contains("default") == !key.initial.empty(), key.path);
    }
    CHECK(schema["properties"]["drain"]["default"] == "5s");
    CHECK(schema["properties"]["limits"]["properties"]["connections"]["default"] == 50000);
    CHECK(schema["properties"]["cors"]["properties"]["credentials"]["default"] == true);
    CHECK(schema["properties"]["cors"]["properties"]["methods"]["default"] ==
          nlohmann::json({"GET", "POST"}));
    CHECK(schema["properties"]["idempotency"]["properties"]["window"]["description"] ==
          "How long an idempotency key is remembered. Needs a restart.");
}

TEST_CASE("the words of the table are those that the reader takes") {
    std::size_t rows = 0;
    for (const KeyInfo &key : key_table()) {
        if (key.built == Built::not_yet || key.unit != "word") continue;
        std::string listed(key.words);
        for (std::size_t at; (at = listed.find(' ')) != std::string::npos;)
            listed.replace(at, 1, ",_");
        std::replace(listed.begin(), listed.end(), '_', ' ');
        const std::string out = test::faults_of(yaml_with(std::string(key.path), "zzz"));
        CHECK_MESSAGE(out.ends_with("invalid value \"zzz\"\n  write " + listed), out);
        ++rows;
    }
    CHECK(rows >= 6);
    for (const char *list : {"[websocket, polling]", "[polling]"})
        CHECK(test::faults_in("socketio: { transports: " + std::string(list) + " }") == "");
    CHECK(find_key("socketio.transports")->words == "websocket polling");
    CHECK(test::faults_in("cors: { methods: [GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS] }") ==
          "");
    CHECK(find_key("cors.methods")->words == "GET HEAD POST PUT DELETE PATCH OPTIONS");
}

TEST_CASE("the keys that the table requires are those that the reader requires") {
    for (const KeyInfo &key : key_table()) {
        const std::size_t dot = key.path.rfind('.');
        if (key.built == Built::not_yet || key.path.rfind("[]", dot) == std::string_view::npos)
            continue;
        const std::string name(key.path.substr(dot + 1));
        const std::string above(key.path.substr(0, dot));
        const bool address = above == "listen[]" && name != "address";
        const std::string yaml = yaml_with(above, address ? "{ address: 'unix:/a' }" : "{}");
        // A rule has "claim" or "all", a listener "address" or "systemd", an issuer "key" or
        // "jwks_url".
        if (key.path == "rooms.*.allow[].claim" || key.path == "listen[].address" ||
            key.path == "auth.issuers[].key")
            continue;
        const bool missing =
            test::faults_of(yaml).find('.' + name + "\" is missing") != std::string::npos;
        CHECK_MESSAGE(missing == key.required(), key.path);
    }
}

TEST_CASE("an editor is told the range of a count that has one") {
    const std::string must(test::must);
    CHECK(found_in(must + "limits: { json_depth: 1000 }") == "");
    CHECK(found_in(must + "limits: { json_depth: 0 }") != "");
    CHECK(found_in(must + "limits: { json_depth: 1001 }") != "");
}
