#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;

namespace {

// What is wrong with the rules of a kind that is joined by request.
std::string faults_of_allow(const std::string &allow) {
    return faults_in("rooms: { user: { allow: " + allow + " } }");
}
std::string faults_of_rule(const std::string &rule) {
    return faults_of_allow("[" + rule + "]");
}

policy::RoomRules rules(const std::string &kind) {
    return test::read("rooms: { x: " + kind + " }").rooms.at(0).rules;
}

} // namespace

TEST_CASE("room kinds are read in their order") {
    const auto config =
        test::read("rooms:\n  role: { allow: all }\n  staff: { join: never }\n  user:\n");
    REQUIRE(config.rooms.size() == 3);
    CHECK(config.rooms[0].name == "role");
    CHECK(config.rooms[0].rules.allow_all);
    CHECK(config.rooms[1].rules.join == policy::Join::never);
    CHECK_FALSE(config.rooms[1].rules.allow_all);
    CHECK(config.rooms[2].rules.join == policy::Join::request);
    CHECK_FALSE(config.rooms[2].rules.allow_all);
    CHECK(config.rooms[2].rules.rules.empty());
    CHECK(faults_in("rooms: { 'a:b': {} }") ==
          "roomd.yaml:3:10: invalid room kind \"a:b\"\n"
          "  begin with a letter; then letters, digits, \"_\" and \"-\"");
}

TEST_CASE("rules decide as they are written") {
    const auto library = rules("{ allow: [ { claim: role, in: [student, staff] }, "
                               "{ claim: libraryIds, contains: 'lib-{id}' } ] }");
    CHECK(library.rules.size() == 2);
    CHECK(admits(library, "7", R"({"role":"staff"})"));
    CHECK(admits(library, "7", R"({"role":"owner","libraryIds":["lib-7"]})"));
    CHECK_FALSE(admits(library, "8", R"({"role":"owner","libraryIds":["lib-7"]})"));

    const auto desk =
        rules("{ allow: [ { all: [ { claim: /desk/tenant, equals: '{id}' }, "
              "{ claim: verified, equals: true }, { claim: suspended, exists: false } "
              "] } ] }");
    CHECK(admits(desk, "t1", R"({"desk":{"tenant":"t1"},"verified":true})"));
    CHECK_FALSE(admits(desk, "t1", R"({"desk":{"tenant":"t1"},"verified":"true"})"));
    CHECK_FALSE(admits(desk, "t1", R"({"desk":{"tenant":"t1"},"verified":true,"suspended":1})"));
    CHECK_FALSE(admits(desk, "t2", R"({"desk":{"tenant":"t1"},"verified":true})"));
}

TEST_CASE("several operators of one claim must all hold") {
    const auto both = rules("{ allow: [ { claim: roles, contains: staff, in: [admin, boss] } ] }");
    CHECK(admits(both, "1", R"({"roles":["staff","boss"]})"));
    CHECK_FALSE(admits(both, "1", R"({"roles":["staff"]})"));
    CHECK_FALSE(admits(both, "1", R"({"roles":["boss"]})"));
}

TEST_CASE("a value is text, a number as text, or a boolean; quotes make it text") {
    CHECK(admits(rules("{ allow: [ { claim: num, equals: 42 } ] }"), "1", R"({"num":42})"));
    CHECK(admits(rules("{ allow: [ { claim: num, equals: '42' } ] }"), "1", R"({"num":42})"));
    CHECK(admits(rules("{ allow: [ { claim: b, equals: false } ] }"), "1", R"({"b":false})"));
    CHECK(admits(rules("{ allow: [ { claim: b, equals: 'true' } ] }"), "1", R"({"b":"true"})"));
    CHECK_FALSE(admits(rules("{ allow: [ { claim: b, equals: 'true' } ] }"), "1", R"({"b":true})"));
}

TEST_CASE("automatic kinds and limits are taken over") {
    const auto user = rules("{ join: auto, allow: [ { claim: sub, equals: '{id}' } ], "
                            "max_members: 5, max_per_client: 2 }");
    CHECK(user.join == policy::Join::automatic);
    CHECK(user.max_members == 5);
    CHECK(user.max_per_client == 2);
    std::vector<std::string> ids;
    automatic(user, R"({"sub":"u1"})", ids);
    CHECK(ids == std::vector<std::string>{"u1"});
    CHECK(faults_in("rooms: { user: { max_members: many } }").find("whole number") !=
          std::string::npos);
    CHECK(faults_in("rooms: { user: { max_per_client: 1000000 } }").find("out of range") !=
          std::string::npos);
}

TEST_CASE("an automatic kind needs a rule that says of which rooms") {
    const std::string fault =
        "roomd.yaml:3:24: \"rooms.user.join\": no rule says which rooms to join: none compares a "
        "claim with \"{id}\"\n"
        "  write allow: [ { claim: sub, equals: \"{id}\" } ], or join: request";
    CHECK(faults_in("rooms: { user: { join: auto } }") == fault);
    CHECK(faults_in("rooms: { user: { join: auto, allow: all } }") == fault);
    CHECK(faults_in("rooms: { user: { join: auto, allow: [ { claim: role, in: [a] } ] } }") ==
          fault);
    CHECK(faults_in("rooms: { user: { join: auto, allow: [ { claim: a, exists: true } ] } }") ==
          fault);
}

TEST_CASE("allow where nobody may ask is a warning") {
    const auto config = test::read("rooms: { staff: { join: never, allow: all } }");
    REQUIRE(config.warnings.size() == 1);
    CHECK(config::text(config.warnings[0]) ==
          "roomd.yaml:3:39: warning: \"rooms.staff.allow\" has no effect: clients never join this "
          "kind\n  remove it, or write join: request");
    CHECK_FALSE(admits(config.rooms.at(0).rules, "1", ""));
}

TEST_CASE("a list that admits nobody is a fault") {
    CHECK(faults_of_allow("[]") ==
          "roomd.yaml:3:25: \"rooms.user.allow\" is an empty list: it would admit nobody\n"
          "  write allow: all, a rule, or leave it out and let a plugin decide");
    CHECK(faults_of_rule("{ claim: role, in: [] }") ==
          "roomd.yaml:3:45: \"rooms.user.allow[0].in\" is empty: it would admit nobody\n"
          "  write in: [a, b]");
    CHECK(faults_of_rule("{ all: [] }") ==
          "roomd.yaml:3:33: \"rooms.user.allow[0].all\" is empty: it would admit nobody\n"
          "  write { claim: role, in: [student] }");
}

TEST_CASE("a rule that says too little is a fault") {
    CHECK(faults_of_rule("{}") == "roomd.yaml:3:26: \"rooms.user.allow[0].claim\" is missing\n"
                                  "  write { claim: role, in: [student] }");
    CHECK(faults_of_rule("{ in: [a] }").find("\"rooms.user.allow[0].claim\" is missing") !=
          std::string::npos);
    CHECK(faults_of_rule("").find("admit nobody") != std::string::npos);
    CHECK(faults_of_rule("~").find("\"rooms.user.allow[0].claim\" is missing") !=
          std::string::npos);
    CHECK(faults_of_rule("student") ==
          "roomd.yaml:3:26: \"rooms.user.allow[0]\" must be a map, not a single value");
    CHECK(faults_of_rule("{ all: }") ==
          "roomd.yaml:3:33: \"rooms.user.allow[0].all\" is empty: it would admit nobody\n"
          "  write { claim: role, in: [student] }");
    CHECK(faults_of_rule("{ all: [a] }") ==
          "roomd.yaml:3:34: \"rooms.user.allow[0].all[0]\" must be a map, not a single value");
    CHECK(faults_of_rule("{ claim: role }") ==
          "roomd.yaml:3:35: \"rooms.user.allow[0].claim\" has no operator\n"
          "  add equals, in, contains or exists");
}

TEST_CASE("an unknown operator is a fault with the nearest name") {
    CHECK(faults_of_rule("{ claim: role, equal: a, exists: true }") ==
          "roomd.yaml:3:41: unknown key \"equal\" in rooms.user.allow[0]\n"
          "  did you mean \"equals\"?");
    CHECK(faults_of_rule("{ all: [ { claim: role, contain: a, exists: true } ] }") ==
          "roomd.yaml:3:50: unknown key \"contain\" in rooms.user.allow[0].all[0]\n"
          "  did you mean \"contains\"?");
}

TEST_CASE("an operator with the wrong kind of value is a fault") {
    CHECK(faults_of_rule("{ claim: role, in: student }") ==
          "roomd.yaml:3:45: \"rooms.user.allow[0].in\" must be a list\n"
          "  write in: [a, b]; for one value: equals");
    CHECK(faults_of_rule("{ claim: role, equals: [a, b] }") ==
          "roomd.yaml:3:49: \"rooms.user.allow[0].equals\" must be one value\n"
          "  for one of several: in: [a, b]");
    CHECK(faults_of_rule("{ claim: role, contains: { a: b } }").find("must be one value") !=
          std::string::npos);
    CHECK(faults_of_rule("{ claim: role, equals: }").find("must be one value") !=
          std::string::npos);
    CHECK(
        faults_of_rule("{ claim: role, exists: yes }")
            .starts_with("roomd.yaml:3:49: \"rooms.user.allow[0].exists\" must be true or false"));
    CHECK(faults_of_rule("{ claim: role, in: [[a]] }").find("must be text") != std::string::npos);
    CHECK(faults_of_rule("{ claim: role, equals: \"a\\0b\" }").find("control characters") !=
          std::string::npos);
    CHECK(faults_of_rule("{ claim: role, equals: '' }") ==
          "roomd.yaml:3:49: \"rooms.user.allow[0].equals\" is empty\n"
          "  for a claim that may be anything: exists: true");
    CHECK(faults_of_rule("{ claim: role, in: [a, ''] }")
              .starts_with("roomd.yaml:3:49: \"rooms.user.allow[0].in[1]\" is empty"));
}

TEST_CASE("a template with another field than the id is a fault") {
    const std::string hint = "\n  \"{id}\" stands for the part of the room after the colon";
    CHECK(
        faults_of_rule("{ claim: sub, equals: '{user}' }") ==
        "roomd.yaml:3:48: \"rooms.user.allow[0].equals\": \"{user}\": {id} is the only field, and "
        "the only use of braces" +
            hint);
    CHECK(
        faults_of_rule("{ claim: sub, in: [a, 'x{id'] }") ==
        "roomd.yaml:3:48: \"rooms.user.allow[0].in[1]\": \"x{id\": {id} is the only field, and the "
        "only use of braces" +
            hint);
    CHECK(
        faults_of_rule("{ claim: sub, contains: '{id}{id}' }").find("{id} may appear only once") !=
        std::string::npos);
}

TEST_CASE("a claim that cannot be named is a fault") {
    CHECK(faults_of_rule("{ claim: '', exists: true }") ==
          "roomd.yaml:3:35: \"rooms.user.allow[0].claim\": the name of a claim is empty\n"
          "  write a name such as role, or a JSON pointer such as /realm_access/roles");
    CHECK(faults_of_rule("{ claim: /a~x, exists: true }").find("\"~\" is written ~0") !=
          std::string::npos);
    CHECK(faults_of_rule("{ claim: [a], exists: true }") ==
          "roomd.yaml:3:35: \"rooms.user.allow[0].claim\" must be text, not a list");
}

TEST_CASE("all stands alone, and not in another") {
    CHECK(faults_of_rule("{ claim: a, all: [ { claim: b, exists: true } ] }") ==
          "roomd.yaml:3:35: \"rooms.user.allow[0].claim\" cannot be combined with \"all\"\n"
          "  move it into the list of \"all\"");
    CHECK(faults_of_rule("{ all: [ { all: [ { claim: b, exists: true } ] } ] }") ==
          "roomd.yaml:3:42: \"rooms.user.allow[0].all[0].all\" is inside another \"all\"\n"
          "  write its conditions side by side: all of them must hold anyway");
    CHECK(faults_of_rule("{ all: { claim: b, exists: true } }")
              .starts_with("roomd.yaml:3:33: \"rooms.user.allow[0].all\" must be a list"));
    CHECK(faults_of_rule("{ all: [ { claim: b } ] }")
              .find("\"rooms.user.allow[0].all[0].claim\" has no operator") != std::string::npos);
}

TEST_CASE("allow is all or a list") {
    CHECK(faults_of_allow("{ claim: role, in: [a] }") ==
          "roomd.yaml:3:25: \"rooms.user.allow\" must be all, or a list of rules\n"
          "  write [ { .. } ], also around one rule");
    CHECK(faults_of_allow("everyone") ==
          "roomd.yaml:3:25: \"rooms.user.allow\": invalid value \"everyone\"\n  write all");
    CHECK(faults_of_allow("").find("must be one word, not nothing") != std::string::npos);
    CHECK(faults_in("rooms: { user: { join: sometimes } }") ==
          "roomd.yaml:3:24: \"rooms.user.join\": invalid value \"sometimes\"\n"
          "  write auto, request, never");
}

TEST_CASE("every fault of a kind is told in one run") {
    const auto faults = faults_in("rooms:\n  user:\n    join: auto\n    allow:\n"
                                  "      - { claim: sub, equals: '{user}' }\n"
                                  "      - { claim: role, on: [a] }\n"
                                  "    max_members: -1\n");
    CHECK(faults.find(":7:31: ") != std::string::npos);
    CHECK(faults.find(":8:18: ") != std::string::npos);
    CHECK(faults.find(":8:24: unknown key \"on\"") != std::string::npos);
    CHECK(faults.find(":9:18: ") != std::string::npos);
    CHECK(faults.find("nothing says of which rooms") == std::string::npos);
}
