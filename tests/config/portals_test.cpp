#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;

namespace {

// The faults of one portal's origins, without what stands in front of "origin".
std::string faults_of_origins(const std::string &origins, const std::string &more = "") {
    return faults_in(more + "portals: [{ name: a, origins: [" + origins + "] }]");
}

std::string warnings(const config::Config &config) {
    std::string out;
    for (const auto &warning : config.warnings)
        out += config::text(warning) + '\n';
    return out;
}

} // namespace

TEST_CASE("portals are read with their origins and roles") {
    const auto config =
        test::read("portals:\n  - { name: owner, origins: ['http://localhost:3000'] }\n"
                   "  - { name: student, origins: ['https://a.example.com', "
                   "'https://*.b.example.com'], roles: [student, staff] }\n");
    REQUIRE(config.portals.size() == 2);
    CHECK(config.portals[0].origins.at(0).text() == "http://localhost:3000");
    CHECK(config.portals[0].roles.empty());
    CHECK(config.portals[1].name == "student");
    CHECK(config.portals[1].origins.at(1).wild());
    CHECK(config.portals[1].roles == std::vector<std::string>{"student", "staff"});
    CHECK(config.warnings.empty());
}

TEST_CASE("the original service's four origins work as written, two of them with a warning") {
    const auto config = test::read(
        "portals:\n"
        "  - { name: owner,   origins: ['http://localhost:3000', 'https://studyspot-*.vercel.app'] "
        "}\n"
        "  - { name: student, origins: ['http://localhost:5173', 'https://*.pages.dev'] }\n");
    const policy::Portals portals{config.portals, policy::Missing::allow};
    CHECK(portals.find("http://localhost:3000") == 0);
    CHECK(portals.find("https://studyspot-git-main.vercel.app") == 0);
    CHECK(portals.find("http://localhost:5173") == 1);
    CHECK(portals.find("https://studyspot.pages.dev") == 1);
    CHECK_FALSE(portals.admits("https://studyspot.pages.dev.evil.com"));
    const std::string hint = "\n  such a page may connect: take tokens in CONNECT, never from "
                             "cookies; or name the origins\n";
    CHECK(
        warnings(config) ==
        "roomd.yaml:4:57: warning: origin \"https://studyspot-*.vercel.app\": anyone can register "
        "a name under \"vercel.app\"" +
            hint +
            "roomd.yaml:5:57: warning: origin \"https://*.pages.dev\": anyone can register a name "
            "under \"pages.dev\"" +
            hint);
}

TEST_CASE("an invalid origin is a fault with its place") {
    CHECK(
        faults_in("portals: [{ name: a, origins: ['https://ok.example.com', 'example.com'] }]") ==
        "roomd.yaml:3:58: origin \"example.com\": an origin is scheme://host, with a port where it "
        "is not the usual one\n  write scheme, host and port alone: https://app.example.com");
    CHECK(faults_of_origins("'https://x.example.com/path'")
              .starts_with(
                  "roomd.yaml:3:32: origin \"https://x.example.com/path\": an origin must not "
                  "have a path"));
    CHECK(faults_of_origins("'https://*.*.example.com'")
              .starts_with("roomd.yaml:3:32: origin \"https://*.*.example.com\": an origin may "
                           "contain at most one \"*\""));
    CHECK(faults_of_origins("'https://user@a.example.com'").find("must not name a user") !=
          std::string::npos);
}

TEST_CASE("a wildcard over a public suffix is a fault") {
    const std::string hint = "\n  write \"https://*.example.com\"; try `roomd cors test <origin>`";
    CHECK(faults_of_origins("'https://*.com'") ==
          "roomd.yaml:3:32: origin \"https://*.com\": the wildcard covers the public suffix "
          "\"com\"" +
              hint);
    CHECK(faults_of_origins("'https://studyspot-*.co.uk'") ==
          "roomd.yaml:3:32: origin \"https://studyspot-*.co.uk\": the wildcard covers the public "
          "suffix \"co.uk\"" +
              hint);
    CHECK(faults_of_origins("'https://*'") ==
          "roomd.yaml:3:32: origin \"https://*\": the wildcard covers top-level domains" + hint);
}

TEST_CASE("a lone star goes only without credentials") {
    CHECK(faults_of_origins("'*'") ==
          "roomd.yaml:3:32: origin \"*\": any page could use its visitors' credentials\n"
          "  name the origins, or write cors: { credentials: false }");
    const auto config =
        test::read("cors: { credentials: false }\nportals: [{ name: a, origins: ['*'] }]");
    CHECK(config.portals.at(0).origins.at(0).any());
    CHECK(policy::open_to_strangers(config.portals) != nullptr);
}

TEST_CASE("the opaque origin is admitted only where it is named") {
    CHECK(policy::Portals(test::read("portals: [{ name: a, origins: ['null'] }]").portals,
                          policy::Missing::refuse)
              .admits("null"));
}

TEST_CASE("an origin stands in one portal, however it is spelled") {
    CHECK(faults_in("portals:\n- { name: a, origins: ['https://a.example.com'] }\n"
                    "- { name: b, origins: ['https://A.example.com:443'] }\n") ==
          "roomd.yaml:5:24: duplicate origin \"https://A.example.com:443\"\n"
          "  portal \"a\" has it already");
}

TEST_CASE("a portal that names no role lets nobody in, which cannot be meant") {
    CHECK(faults_in("portals: [{ name: a, origins: [], roles: [] }]") ==
          "roomd.yaml:3:42: \"portals[0].roles\" is empty: nobody could connect\n"
          "  write [student], or remove it to let everyone connect");
    CHECK(faults_in("portals: [{ name: a, origins: [], roles: [''] }]") ==
          "roomd.yaml:3:43: \"portals[0].roles[0]\" is empty\n  write a role");
    CHECK(faults_in("portals: [{ name: a, origins: [], roles: student }]").find("must be a list") !=
          std::string::npos);
}

TEST_CASE("a portal needs a name of its own and its origins") {
    CHECK(faults_in("portals: [{}]") == "roomd.yaml:3:11: \"portals[0].name\" is missing\n"
                                        "  write name: owner\n"
                                        "roomd.yaml:3:11: \"portals[0].origins\" is missing\n  "
                                        "write [\"https://app.example.com\"]");
    CHECK(faults_in("portals:\n- { name: a, origins: [] }\n- { name: a, origins: [] }\n") ==
          "roomd.yaml:5:11: duplicate portal \"a\"\n  the first is at line 4");
    CHECK(
        faults_in("portals: [{ name: 'a b', origins: [] }]").find("invalid portal name \"a b\"") !=
        std::string::npos);
}

TEST_CASE("cors is taken over") {
    const auto config =
        test::read("cors: { credentials: false, methods: [GET], missing_origin: refuse }");
    CHECK_FALSE(config.cors.credentials);
    CHECK(config.cors.methods == std::vector<std::string>{"GET"});
    CHECK_FALSE(config.cors.allow_missing_origin);
    CHECK(faults_in("cors: { methods: [get] }") ==
          "roomd.yaml:3:19: \"cors.methods[0]\": invalid value \"get\"\n  write GET, HEAD, POST, "
          "PUT, DELETE, PATCH, OPTIONS");
    CHECK(faults_in("cors: { missing_origin: maybe }") ==
          "roomd.yaml:3:25: \"cors.missing_origin\": invalid value \"maybe\"\n"
          "  write refuse, allow");
}
