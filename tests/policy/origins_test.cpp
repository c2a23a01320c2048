#include "policy/origins.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd::policy;
using namespace std::string_view_literals;

namespace {
Origins allowing(const std::vector<std::string_view> &texts, Missing missing = Missing::refuse) {
    std::vector<Origin> parsed;
    for (const auto text : texts) {
        auto origin = parse_origin(text);
        REQUIRE_MESSAGE(origin.ok(), text);
        parsed.push_back(*origin);
    }
    return {std::move(parsed), missing};
}
} // namespace

TEST_CASE("an origin matches as it is written") {
    const auto origins = allowing({"http://localhost:3000", "https://app.example.org"});
    CHECK(origins.admits("http://localhost:3000"));
    CHECK(origins.admits("https://app.example.org"));
}

TEST_CASE("scheme and host match whatever their case") {
    const auto origins = allowing({"HTTPS://App.Example.org"});
    CHECK(origins.admits("https://app.example.org"));
    CHECK(origins.admits("https://APP.EXAMPLE.ORG"));
}

TEST_CASE("the usual port matches written and unwritten") {
    CHECK(allowing({"https://a.example:443"}).admits("https://a.example"));
    CHECK(allowing({"https://a.example"}).admits("https://a.example:443"));
    CHECK(allowing({"http://a.example"}).admits("http://a.example:80"));
    CHECK_FALSE(allowing({"http://a.example"}).admits("http://a.example:443"));
    CHECK_FALSE(allowing({"https://a.example"}).admits("http://a.example"));
}

TEST_CASE("what merely looks like an allowed origin is refused") {
    const auto origins = allowing({"https://app.example.org", "http://localhost:3000"});
    for (const auto text : {"https://app.example.org.evil.com"sv,
                            "https://evil-app.example.org"sv,
                            "https://app.example.orgx"sv,
                            "https://app-example.org"sv,
                            "https://example.org"sv,
                            "https://app.example.org:8443"sv,
                            "https://app.example.org."sv,
                            "https://app.example.org/"sv,
                            "https://app.example.org\0.evil.com"sv,
                            "https://app.example.org\0"sv,
                            "https://app.example.org@evil.com"sv,
                            "https://evil.com@app.example.org"sv,
                            " https://app.example.org"sv,
                            "https://app.example.org "sv,
                            "https://app.example.org, https://evil.com"sv,
                            "https://app.example.org https://evil.com"sv,
                            "https://evil.com#app.example.org"sv,
                            "https://evil.com?app.example.org"sv,
                            "https://evil.com\\app.example.org"sv,
                            "https:app.example.org"sv,
                            "//app.example.org"sv,
                            "app.example.org"sv,
                            "https://app.example.org:"sv,
                            "https://app.example.org:0443"sv,
                            "https://app.example.org:443x"sv,
                            "https://app.example.org:4294967739"sv,
                            "https://app.example.org:65979"sv,
                            "https://app.ex\xc3\xa4mple.org"sv,
                            "https://\xd0\xb0pp.example.org"sv,
                            "https://app..example.org"sv,
                            "https://.app.example.org"sv,
                            "https://"sv,
                            ""sv,
                            "null"sv,
                            "*"sv,
                            "https://*"sv,
                            "http://localhost"sv,
                            "http://localhost:30000"sv,
                            "http://127.0.0.1:3000"sv,
                            "https://app.example.org\r\nX: y"sv,
                            "https://app`example.org"sv}) {
        CAPTURE(std::string{text});
        CHECK_FALSE(origins.admits(text));
    }
}

TEST_CASE("the opaque origin is admitted only where it is named") {
    CHECK_FALSE(allowing({"https://a.example"}).admits("null"));
    CHECK(allowing({"null"}).admits("null"));
    CHECK_FALSE(allowing({"null"}).admits("null://"));
    CHECK_FALSE(allowing({"null"}).admits("NULL"));
}

TEST_CASE("an IPv6 address is an origin, with and without port") {
    const auto origins = allowing({"http://[::1]:3001", "https://[2001:DB8::1]"});
    CHECK(origins.admits("http://[::1]:3001"));
    CHECK(origins.admits("https://[2001:db8::1]:443"));
    CHECK_FALSE(origins.admits("http://[::1]"));
    CHECK_FALSE(origins.admits("http://::1:3001"));
    CHECK_FALSE(origins.admits("http://[::1]x:3001"));
}

TEST_CASE("an app's own scheme is an origin without a port") {
    const auto origins = allowing({"capacitor://localhost"});
    CHECK(origins.admits("capacitor://localhost"));
    CHECK_FALSE(origins.admits("ionic://localhost"));
    CHECK_FALSE(origins.admits("capacitor://localhost:80"));
}

TEST_CASE("a wildcard is refused with the sentence that it is not built yet") {
    for (const auto text : {"*", "https://*", "https://*.pages.dev", "https://a-*.vercel.app"})
        CHECK(std::string{parse_origin(text).error()} ==
              "a wildcard in an origin is not built yet");
}

TEST_CASE("no origin header is a matter of its own") {
    CHECK(allowing({}, Missing::allow).admits_missing());
    CHECK_FALSE(allowing({"https://a.example"}, Missing::refuse).admits_missing());
    CHECK_FALSE(allowing({}, Missing::allow).admits("https://a.example"));
    CHECK_FALSE(allowing({}, Missing::allow).admits(""));
}

TEST_CASE("without configuration nothing is admitted") {
    const Origins origins;
    CHECK_FALSE(origins.admits("http://localhost"));
    CHECK_FALSE(origins.admits("null"));
    CHECK_FALSE(origins.admits_missing());
}
