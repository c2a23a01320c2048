#include "webhook/verdicts.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::webhook;

namespace {

constexpr std::string_view token = R"({"token":"a.b.c"})";

Connect connect(std::string_view auth, std::string_view identity = {}) {
    Connect who{roomd_connect{}};
    who.nsp = "/desk";
    who.listener = "public";
    who.query = R"({"EIO":"4","t":"1"})";
    who.auth = auth;
    who.identity = identity;
    return who;
}

} // namespace

TEST_CASE("the answer about one stranger is never that about another") {
    for (const char *auth : {"", "{}", R"({"token":null})", R"({"token":""})", R"({"token":1})",
                             R"({"token":{}})", R"({"name":"ann"})"})
        CHECK(cache_key(connect(auth), "") == "");
    CHECK(cache_key(connect(token), "") != "");
    CHECK(cache_key(connect("{}", R"({"user":"u1"})"), "") != "");
    CHECK(cache_key(connect("{}", R"({"user":"u1"})"), "") !=
          cache_key(connect("{}", R"({"user":"u2"})"), ""));
    Join join{roomd_join{}};
    join.room = "library:1";
    CHECK(cache_key(join) == "");
    join.identity = R"({"user":"u1"})";
    CHECK(cache_key(join) != "");
}

TEST_CASE("an answer holds for whatever the question said alike") {
    const Connect one = connect(token);
    Connect again = connect(token);
    again.query = R"({"EIO":"4","t":"2"})"; // a client that polls
    again.address = "192.0.2.7";
    CHECK(cache_key(again, "https://a.example") == cache_key(one, "https://a.example"));
    CHECK(cache_key(one, "https://b.example") != cache_key(one, "https://a.example"));
    Connect other = connect(token);
    other.listener = "intern";
    CHECK(cache_key(other, "") != cache_key(one, ""));
    other = connect(token);
    other.nsp = "/";
    CHECK(cache_key(other, "") != cache_key(one, ""));
    other = connect(token);
    other.query = R"({"EIO":"4","team":"red"})";
    CHECK(cache_key(other, "") != cache_key(one, ""));
}

TEST_CASE("no answer holds beyond the end of the token, nor beyond its own") {
    const Milliseconds hold(30000);
    CHECK(hold_of(hold, 0, 0, 1000000) == hold);
    CHECK(hold_of(hold, 1010000, 0, 1000000) == Milliseconds(10000));
    CHECK(hold_of(hold, 0, 1005000, 1000000) == Milliseconds(5000));
    CHECK(hold_of(hold, 1010000, 1005000, 1000000) == Milliseconds(5000));
    CHECK(hold_of(hold, 2000000, 2000000, 1000000) == hold);
    CHECK(hold_of(hold, 999999, 0, 1000000) == Milliseconds(0));
    CHECK(hold_of(Milliseconds(0), 0, 0, 1000000) == Milliseconds(0));
}
