#include "reading.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

using namespace roomd;
using Mode = config::Auth::Mode;
using namespace std::string_literals;

namespace {

const std::string keys = std::string(ROOMD_VECTORS) + "/key/";

std::string key_file(const std::string &name) {
    return "\"${file:" + keys + name + "}\"";
}

// A whole configuration with this in `auth`, which begins at 2:9.
std::string with_auth(const std::string &auth) {
    return "catalogue: { unknown: allow }\nauth: { " + auth + " }\n";
}

std::string faults(const std::string &auth) {
    return test::faults_of(with_auth(auth));
}

std::string issuer_faults(const std::string &issuer) {
    return faults("mode: required, issuers: [{ " + issuer + " }]");
}

config::Auth read_auth(const std::string &auth) {
    config::Faults faults;
    config::Config config = config::load_text(with_auth(auth), "roomd.yaml", faults);
    if (!faults.empty()) throw std::runtime_error(faults.text());
    return std::move(config.auth);
}

const std::string good = "algorithms: [HS256], key: " + key_file("checking/secret.txt");

constexpr const char *how_a_secret_is_named =
    "\n  write \"${file:/path}\", \"${env:NAME}\" or \"${credential:NAME}\"";

} // namespace

TEST_CASE("who clients are is read with its issuers") {
    const auto auth = read_auth(
        "mode: required, cookie: access_token, query: token, leeway: 5s, claims: { user: uid, "
        "role: /a/roles, "
        "tenant: tenantId }, issuers: [{ issuer: studyspot, audience: roomd, " +
        good +
        ", require_exp: false }, { issuer: 'https://id.example.com/', audience: [a, b], "
        "algorithms: [RS256, ES256], key: [" +
        key_file("checking/set.jwks") + ", " + key_file("checking/rsa.pem") + "] }]");
    CHECK(auth.mode == Mode::required);
    CHECK(auth.cookie == "access_token");
    CHECK(auth.query == "token");
    CHECK(auth.leeway == std::chrono::milliseconds(5000));
    CHECK(auth.claims == auth::ClaimNames{"uid", "/a/roles", "tenantId"});
    REQUIRE(auth.issuers.size() == 2);
    CHECK(auth.issuers[0].issuer == "studyspot");
    CHECK(auth.issuers[0].audiences == std::vector{"roomd"s});
    CHECK(auth.issuers[0].algorithms == std::vector{auth::Algorithm::HS256});
    CHECK_FALSE(auth.issuers[0].require_exp);
    CHECK(auth.issuers[1].audiences == std::vector{"a"s, "b"s});
    CHECK(auth.issuers[1].require_exp);
    REQUIRE(auth.issuers[1].keys.size() == 2);
    CHECK(auth.issuers[1].keys[0].size() == 3);
    CHECK(auth.issuers[1].keys[1].size() == 1);
}

TEST_CASE("the least that can be said of an issuer takes its tokens") {
    auto auth = read_auth("mode: optional, issuers: [{ " + good + " }]");
    CHECK(auth.mode == Mode::optional);
    CHECK(auth.issuers.at(0).issuer.empty());
    CHECK(auth.leeway == std::chrono::milliseconds(30000));
    const auto secret = std::string(64, 'k');
    setenv("ROOMD_TEST_KEY", secret.c_str(), 1);
    auth = read_auth(
        "mode: required, issuers: [{ algorithms: [HS256], key: '${env:ROOMD_TEST_KEY}' }]");
    unsetenv("ROOMD_TEST_KEY");
    const auth::Tokens tokens(auth.issuers, auth.claims, auth.leeway);
    const auto token = auth::mint(secret, auth::Algorithm::HS256, R"({"sub":"u1","exp":100})");
    REQUIRE(token.ok());
    CHECK(std::holds_alternative<auth::Verified>(tokens.verify(*token, 129999)));
    CHECK(std::holds_alternative<auth::TokenRefusal>(tokens.verify(*token, 130000)));
}

TEST_CASE("a mode that needs issuers has some, and one that heeds none names none") {
    constexpr const char *add =
        "\n  add issuers: [{ issuer: .., algorithms: [HS256], key: \"${credential:jwt_key}\" }]; "
        "where a plugin decides, write none";
    CHECK(faults("mode: required") ==
          "roomd.yaml:2:15: \"auth.mode\" is required, but there are no issuers"s + add);
    CHECK(faults("mode: optional, issuers: []") ==
          "roomd.yaml:2:15: \"auth.mode\" is optional, but there are no issuers"s + add);
    // Else a word too little would let everybody in.
    CHECK(faults("mode: none, issuers: [{ " + good + " }]") ==
          "roomd.yaml:2:30: \"auth.issuers\" has no effect while \"auth.mode\" is none\n"
          "  write mode: required or mode: optional, or remove it");
    CHECK(faults("mode: none, cookie: t") ==
          "roomd.yaml:2:29: \"auth.cookie\" has no effect while \"auth.mode\" is none\n"
          "  write mode: required or mode: optional, or remove it");
    CHECK(faults("mode: none, query: token") ==
          "roomd.yaml:2:28: \"auth.query\" has no effect while \"auth.mode\" is none\n"
          "  write mode: required or mode: optional, or remove it");
    CHECK(faults("mode: none, leeway: 1m, claims: { user: uid }, cookie: ''").empty());
}

TEST_CASE("the mode must be said, in one of its words") {
    CHECK(faults("issuers: [{ " + good + " }]") ==
          "roomd.yaml:2:7: \"auth.mode\" is missing\n"
          "  say it: auth: { mode: required } and its issuers, optional, or none");
    CHECK(faults("mode: yes, issuers: [{ " + good + " }]") ==
          "roomd.yaml:2:15: \"auth.mode\": invalid value \"yes\"\n"
          "  write none, optional, required");
}

TEST_CASE("several issuers are told apart by their names") {
    CHECK(faults("mode: required, issuers: [{ issuer: a, " + good + " }, { issuer: a, " + good +
                 " }]")
              .find("duplicate issuer \"a\"\n  the first is at line 2") != std::string::npos);
    CHECK(faults("mode: required, issuers: [{ issuer: a, " + good + " }, { " + good + " }]")
              .ends_with("\"auth.issuers[1].issuer\" is missing\n"
                         "  with several issuers, the tokens' iss tells whose they are"));
    CHECK(issuer_faults("issuer: '', " + good) ==
          "roomd.yaml:2:45: \"auth.issuers[0].issuer\" is empty\n"
          "  write what the tokens' iss says");
    CHECK(issuer_faults("issuer: [a], " + good) ==
          "roomd.yaml:2:45: \"auth.issuers[0].issuer\" must be text, not a list");
}

TEST_CASE("an issuer needs algorithms that exist") {
    constexpr const char *write = "\n  write [HS256], [RS256] or [ES256], as its tokens say";
    const std::string key = ", key: " + key_file("checking/secret.txt");
    CHECK(issuer_faults("issuer: a" + key) ==
          "roomd.yaml:2:35: \"auth.issuers[0].algorithms\" is missing"s + write);
    CHECK(issuer_faults("algorithms: []" + key) ==
          "roomd.yaml:2:49: \"auth.issuers[0].algorithms\" is empty"s + write);
    CHECK(issuer_faults("algorithms: [none]" + key) ==
          "roomd.yaml:2:50: \"auth.issuers[0].algorithms[0]\": unknown algorithm \"none\"\n"
          "  a token without a signature is never accepted");
    CHECK(issuer_faults("algorithms: [NONE]" + key)
              .ends_with("a token without a signature is never accepted"));
    CHECK(issuer_faults("algorithms: [hs256]" + key).ends_with("did you mean \"HS256\"?"));
    CHECK(issuer_faults("algorithms: [EdDSA]" + key)
              .ends_with("known: HS256, RS256, PS256, ES256, and each with 384 and 512"));
    CHECK(issuer_faults("algorithms: HS256" + key)
              .ends_with("must be a list, not a single value\n  write [ .. ], also around one"));
}

TEST_CASE("a key is a reference, and what is written out is not repeated") {
    const std::string written = issuer_faults("algorithms: [HS256], key: hunter2hunter2");
    CHECK(written == "roomd.yaml:2:63: \"auth.issuers[0].key\" must not hold the key itself"s +
                         how_a_secret_is_named);
    CHECK(issuer_faults("algorithms: [HS256], key: ['hunter2', {}]") ==
          "roomd.yaml:2:64: \"auth.issuers[0].key\" must not hold the key itself"s +
              how_a_secret_is_named +
              "\nroomd.yaml:2:75: \"auth.issuers[0].key\" must be a reference, or a list of them" +
              how_a_secret_is_named);
    CHECK(issuer_faults("algorithms: [HS256]") ==
          "roomd.yaml:2:35: \"auth.issuers[0].key\" is missing"s + how_a_secret_is_named +
              "; or jwks_url: where its key set is fetched");
    CHECK(issuer_faults("algorithms: [HS256], key: []") ==
          "roomd.yaml:2:63: \"auth.issuers[0].key\" is empty"s + how_a_secret_is_named);
    CHECK(issuer_faults("algorithms: [HS256], key: '${file:/nowhere}'") ==
          "roomd.yaml:2:63: \"${file:/nowhere}\" cannot be read\n  No such file or directory");
}

TEST_CASE("what is not a key for the algorithms says why, and is not shown") {
    setenv("ROOMD_TEST_KEY", "hunter2", 1);
    CHECK(issuer_faults("algorithms: [HS256], key: '${env:ROOMD_TEST_KEY}'") ==
          "roomd.yaml:2:63: \"auth.issuers[0].key\": \"${env:ROOMD_TEST_KEY}\" does not hold "
          "a key for HS256\n  a secret for HS256 needs at least 32 bytes");
    unsetenv("ROOMD_TEST_KEY");
    const auto hint = [](const std::string &algorithms, const std::string &name) {
        const std::string all =
            issuer_faults("algorithms: [" + algorithms + "], key: " + key_file(name));
        return all.substr(all.find("\n  ") + 3);
    };
    CHECK(hint("HS256", "checking/rsa.pem").starts_with("it is a PEM key: as a secret of HS256"));
    CHECK(hint("RS256", "signing/rsa.pem").starts_with("it is a private key: give its public"));
    CHECK(hint("RS256", "refused/rsa_1024.pem") == "an RSA key of less than 2048 bits is too weak");
    CHECK(hint("ES384", "checking/p256.pem") == "its kind of key suits none of the algorithms");
    CHECK(hint("RS256, HS256", "checking/secret.txt").starts_with("it is neither PEM nor a JWK"));
    CHECK(hint("RS256", "refused/none_usable.jwks") == "it holds no signature key");
}

TEST_CASE("more keys than a token without kid is tried with are told when the file is read") {
    const auto with = [](const std::string &algorithms, const std::string &name, int times) {
        std::string list;
        for (int i = 0; i < times; ++i)
            list += (i == 0 ? "" : ", ") + key_file(name);
        return "mode: required, issuers: [{ algorithms: [" + algorithms + "], key: [" + list +
               "] }]";
    };
    const auto warnings = [](const std::string &auth) {
        config::Faults faults;
        const auto config = config::load_text(with_auth(auth), "roomd.yaml", faults);
        if (!faults.empty()) throw std::runtime_error(faults.text());
        std::string out;
        for (const config::Fault &one : config.warnings)
            out += config::text(one);
        return out;
    };
    CHECK(faults(with("ES256", "checking/p256.pem", 9)) ==
          "roomd.yaml:2:63: \"auth.issuers[0].key\": 9 keys serve ES256, and a token without a key "
          "id (kid) is tried with 8: 9 of them have no id\n"
          "  take old keys out, or write them as JWKs with a \"kid\"");
    CHECK(warnings(with("RS256, ES256", "checking/set.jwks", 5)) ==
          "roomd.yaml:2:70: warning: \"auth.issuers[0].key\": 10 keys serve RS256, and a token "
          "without a key id (kid) is tried with 8\n"
          "  let its tokens name their key, or take old keys out");
    CHECK(warnings(with("RS256, ES256", "checking/set.jwks", 4)).empty());
    CHECK(warnings(with("ES256", "checking/p256.pem", 8)).empty());
}

TEST_CASE("a secret that repeats itself is worth a word, which does not show it") {
    const auto warned = [](const std::string &secret) {
        setenv("ROOMD_TEST_KEY", secret.c_str(), 1);
        config::Faults faults;
        const config::Config config =
            config::load_text(with_auth("mode: required, issuers: [{ algorithms: [HS256], key: "
                                        "'${env:ROOMD_TEST_KEY}' }]"),
                              "roomd.yaml", faults);
        unsetenv("ROOMD_TEST_KEY");
        CHECK(faults.empty());
        return config.warnings;
    };
    const auto warnings = warned(std::string(64, 'q'));
    REQUIRE(warnings.size() == 1);
    CHECK(text(warnings[0]) ==
          "roomd.yaml:2:63: warning: \"auth.issuers[0].key\": in \"${env:ROOMD_TEST_KEY}\", "
          "the secret is not random: it repeats itself\n  make another, such as "
          "with `openssl rand -base64 48` or `openssl genrsa`");
    CHECK(warned("kHZzvVk3vR9B0mQyX1dT5uJwL8cNs2Ae").empty());
}

TEST_CASE("an audience is a text or a list of them, and none of them empty") {
    CHECK(issuer_faults("audience: [], " + good) ==
          "roomd.yaml:2:47: \"auth.issuers[0].audience\" is empty\n  remove it");
    CHECK(issuer_faults("audience: '', " + good) ==
          "roomd.yaml:2:47: \"auth.issuers[0].audience\" is empty\n"
          "  write what the tokens' aud says, such as roomd");
    CHECK(issuer_faults("audience: [a, ''], " + good).find("is empty") != std::string::npos);
    CHECK(issuer_faults("audience: { a: b }, " + good).find("must be text, not a map") !=
          std::string::npos);
}

TEST_CASE("a cookie does not go with origins that anyone may register") {
    const auto with = [](const std::string &origin) {
        return faults("mode: required, cookie: t, issuers: [{ " + good +
                      " }] }\nportals: [{ name: a, "
                      "origins: ['" +
                      origin + "'] }]\nlog: { level: info");
    };
    CHECK(with("https://*.pages.dev").find("does not go with the origin \"https://*.pages.dev\"") !=
          std::string::npos);
    CHECK(with("https://*.example.com").empty());
}

TEST_CASE("claims, cookie and leeway are what they can be") {
    const auto more = [](const std::string &text) {
        return faults("mode: required, issuers: [{ " + good + " }], " + text);
    };
    CHECK(more("claims: { user: '' }")
              .ends_with("\"auth.claims.user\": invalid claim \"\"\n  it is empty"));
    CHECK(more("claims: { role: '/a~b' }")
              .ends_with("\"auth.claims.role\": invalid claim \"/a~b\"\n  in a JSON pointer "
                         "\"~\" is written \"~0\", and \"/\" in a name \"~1\""));
    CHECK(more("claims: { rolle: a }").ends_with("did you mean \"role\"?"));
    CHECK(more("claims: { tenant: [a] }").find("must be text, not a list") != std::string::npos);
    for (const char *bad : {"'a b'", "'a=b'", "'a;b'", "'tökén'", "'\"a\"'"})
        CHECK_MESSAGE(
            more("cookie: "s + bad).find("\": invalid cookie name \"") != std::string::npos, bad);
    CHECK(more("cookie: __Host-access_token").empty());
    for (const char *bad : {"sid", "transport", "'a b'", "'a&b'", "a.b"})
        CHECK_MESSAGE(more("query: "s + bad).find("\": invalid query parameter \"") !=
                          std::string::npos,
                      bad);
    CHECK(more("query: access_token").empty());
    CHECK(more("cookie: " + std::string(65, 'a')).find("invalid cookie name") != std::string::npos);
    CHECK(more("leeway: 0s").empty());
    CHECK(more("leeway: 10m").empty());
    CHECK(more("leeway: 601s").ends_with("601s is out of range\n  from 0s to 600s"));
    CHECK(more("leeway: 30").find("invalid duration") != std::string::npos);
}

TEST_CASE("the examples of docs/auth.md are good") {
    std::ifstream in(std::string(ROOMD_SOURCE) + "/docs/auth.md");
    const std::string secrets = std::string(ROOMD_VECTORS) + "/credentials";
    setenv("CREDENTIALS_DIRECTORY", secrets.c_str(), 1);
    std::size_t examples = 0, indent = 0;
    std::string yaml;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        const std::size_t fence = line.find("```");
        if (fence == std::string::npos) {
            if (inside) yaml += line.substr(std::min(indent, line.size())) + '\n';
            continue;
        }
        if (inside) {
            const std::string file = "${file:";
            for (std::size_t at = 0; (at = yaml.find(file, at)) != std::string::npos; at += 8)
                yaml.insert(at + file.size(), secrets + '/');
            CHECK_MESSAGE(test::faults_of(yaml) == "", yaml);
            ++examples;
        }
        inside = line.substr(fence) == "```yaml";
        indent = fence;
        yaml = "catalogue: { unknown: allow }\n";
    }
    unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(examples >= 3);
}

TEST_CASE("keys may be fetched from an address, beside others or alone") {
    const auto auth = read_auth("mode: required, issuers: [{ issuer: a, algorithms: [RS256], "
                                "jwks_url: 'https://id.example.com/jwks' }, { issuer: b, "
                                "algorithms: [RS256], jwks_url: 'https://id.example.com/b', key: " +
                                key_file("checking/rsa.pem") + " }]");
    CHECK(auth.issuers[0].jwks_url == "https://id.example.com/jwks");
    CHECK(auth.issuers[0].keys.empty());
    CHECK(auth.issuers[1].keys.size() == 1);
}

TEST_CASE("an address for keys is https, and for keys that are no secrets") {
    CHECK(issuer_faults("algorithms: [RS256], jwks_url: 'http://id.example.com/jwks'") ==
          "roomd.yaml:2:68: \"auth.issuers[0].jwks_url\": invalid address "
          "\"http://id.example.com/jwks\"\n"
          "  use https: over http anyone on the way could put keys of their own in its place; http "
          "is for localhost, 127.0.0.1 and [::1]");
    CHECK(issuer_faults("algorithms: [HS256], jwks_url: 'https://id.example.com/jwks'") ==
          "roomd.yaml:2:68: \"auth.issuers[0].jwks_url\" gives no key for HS256: their keys are "
          "secrets\n  add the issuer's other algorithms, such as RS256 or ES256");
    CHECK(issuer_faults("algorithms: [RS256], jwks_url: ''").find("invalid address") !=
          std::string::npos);
}

TEST_CASE("an address for keys is not shown where it may hold a password") {
    const std::string said =
        issuer_faults("algorithms: [RS256], jwks_url: 'https://user:hunter2@id.example.com/jwks'");
    CHECK(said == "roomd.yaml:2:68: \"auth.issuers[0].jwks_url\": invalid address\n"
                  "  no user and password: key sets are public");
}

TEST_CASE("a key without an id beside an address for keys is warned of") {
    const auto warned = [](const std::string &key) {
        config::Faults faults;
        const auto config = config::load_text(
            with_auth("mode: required, issuers: [{ algorithms: [RS256], jwks_url: "
                      "'https://id.example.com/jwks', key: " +
                      key_file(key) + " }]"),
            "roomd.yaml", faults);
        CHECK(faults.text() == "");
        return config.warnings;
    };
    const auto warnings = warned("checking/rsa.pem");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].what ==
          "warning: \"auth.issuers[0].key\" has a key without an id: beside fetched keys "
          "it counts only for tokens without kid");
    CHECK(warned("checking/rsa.jwk").empty());
}
