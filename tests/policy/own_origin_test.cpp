#include "policy/own_origin.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace roomd;
using policy::OwnOrigin;

namespace {
const OwnOrigin any{std::vector<std::string>{}};
}

TEST_CASE("an origin is the server's own when its host and port are those of the request") {
    for (const auto &[origin, host] : {std::pair{"http://192.168.1.10:3001", "192.168.1.10:3001"},
                                       {"ws://192.168.1.10:3001", "192.168.1.10:3001"},
                                       {"https://api.example.com", "api.example.com"},
                                       {"wss://api.example.com", "api.example.com:443"},
                                       {"https://api.example.com:443", "API.example.com"},
                                       {"ws://api.example.com:80", "api.example.com"},
                                       {"http://[::1]:3001", "[0::1]:3001"}}) {
        const std::string_view shown = origin;
        CAPTURE(shown);
        CHECK(any.admits(origin, host));
        CHECK_FALSE(OwnOrigin().admits(origin, host));
    }
    for (const auto &[origin, host] : {std::pair{"http://evil.example", "api.example.com"},
                                       {"http://api.example.com:3002", "api.example.com:3001"},
                                       {"https://api.example.com", "api.example.com:80"},
                                       {"https://api.example.com.evil.com", "api.example.com"},
                                       {"https://api.example.com", "evil@api.example.com"},
                                       {"https://api.example.com", "api.example.com/x"},
                                       {"ftp://api.example.com", "api.example.com"},
                                       {"capacitor://localhost", "localhost"},
                                       {"file://", ""},
                                       {"null", "null"},
                                       {"", ""},
                                       {"http://", ""}}) {
        const std::string_view shown = origin;
        CAPTURE(shown);
        CHECK_FALSE(any.admits(origin, host));
    }
}

TEST_CASE("a page whose name resolves to this machine is not at a host that is named") {
    const OwnOrigin named({"api.example.com", "localhost:3001"});
    CHECK(named.admits("https://api.example.com", "api.example.com"));
    CHECK(named.admits("http://localhost:3001", "localhost:3001"));
    CHECK_FALSE(named.admits("http://evil.example:3001", "evil.example:3001"));
    CHECK_FALSE(named.admits("http://127.0.0.1:3001", "127.0.0.1:3001"));
    CHECK_FALSE(named.admits("http://api.example.com:3001", "api.example.com:3001"));
}

TEST_CASE("an origin at one host that is named is not that of a request for another") {
    const OwnOrigin named({"api.example.com", "localhost:3001"});
    CHECK_FALSE(named.admits("https://api.example.com", "localhost:3001"));
    CHECK_FALSE(named.admits("http://localhost:3001", "api.example.com"));
    CHECK_FALSE(named.admits("https://api.example.com", "127.0.0.1:3001"));
}

TEST_CASE("whether some request could have this origin as its own") {
    CHECK(any.may_admit("http://a.example:3001"));
    CHECK(OwnOrigin({"a.example"}).may_admit("wss://a.example"));
    CHECK_FALSE(OwnOrigin({"a.example"}).may_admit("wss://b.example"));
    CHECK_FALSE(any.may_admit("tauri://localhost"));
    CHECK_FALSE(OwnOrigin().may_admit("http://a.example"));
}
