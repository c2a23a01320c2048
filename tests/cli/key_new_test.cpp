#include "calling.hpp"

#include "auth/keys.hpp"
#include "config/load.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::call;

TEST_CASE("a new key opens what its entry in the configuration says") {
    const auto called =
        call({"key", "new", "--name", "shop", "--scope", "emit", "--scope", "test"});
    CHECK(called.code == 0);
    const std::string key = called.out.substr(0, called.out.find('\n'));
    config::Faults faults;
    const auto config = config::load_text("auth: { mode: none }\ncatalogue: { unknown: allow }\n" +
                                              called.out.substr(called.out.find("keys:")),
                                          "roomd.yaml", faults);
    CHECK(faults.text() == "");
    REQUIRE(config.keys.size() == 1);
    CHECK(config.keys[0].name == "shop");
    CHECK(config.keys[0].digest == auth::sha256(key));
    CHECK(config.keys[0].scopes == std::vector<std::string>{"emit", "test"});
    CHECK_FALSE(config.keys[0].may_broadcast);
}

TEST_CASE("each key is different, long, and fit for a header") {
    const std::string one = call({"key", "new"}).out, two = call({"key", "new"}).out;
    CHECK(one != two);
    const std::string key = one.substr(0, one.find('\n'));
    CHECK(key.size() == 49);
    CHECK(key.starts_with("roomd_"));
    CHECK(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_-") == std::string::npos);
}

TEST_CASE("a program gets the key, its digest and its entry") {
    const std::string told = call({"key", "new", "--json"}).out;
    REQUIRE(json::check(told));
    const auto data = json::member(told, "data");
    const std::string key = json::string(json::member(data, "key"));
    CHECK(json::string(json::member(data, "digest")) == auth::format_digest(auth::sha256(key)));
    CHECK(json::string(json::member(data, "yaml")).find("name: backend") != std::string::npos);
}

TEST_CASE("a name or a scope that could break the entry is refused") {
    CHECK(call({"key", "new", "--name", "a: b"}).code == 2);
    CHECK(call({"key", "new", "--name", ""}).code == 2);
    CHECK(call({"key", "new", "--scope", "a]"}).code == 2);
    CHECK(call({"key", "new", "--scope", "a,b"}).code == 2);
}
