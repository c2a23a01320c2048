#include "policy/origins.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace roomd::policy;
using namespace std::string_view_literals;

namespace {

struct Pair {
    std::string_view pattern, origin;
    bool matches;
};
constexpr bool yes = true, no = false;

// What the configuration says, what a browser (or someone who pretends to be one) sends.
const std::vector<Pair> pairs{
    // the original service's four origins
    {"http://localhost:3000", "http://localhost:3000", yes},
    {"http://localhost:5173", "http://localhost:5173", yes},
    {"https://studyspot-*.vercel.app", "https://studyspot-git-main.vercel.app", yes},
    {"https://studyspot-*.vercel.app", "https://studyspot-2.vercel.app", yes},
    {"https://*.pages.dev", "https://studyspot.pages.dev", yes},
    {"https://*.pages.dev", "https://a1b2c3d4-studyspot.pages.dev", yes},
    // port
    {"http://localhost:3000", "http://localhost:3001", no},
    {"http://localhost:3000", "http://localhost:30000", no},
    {"http://localhost:3000", "http://localhost:300", no},
    {"http://localhost:3000", "http://localhost", no},
    {"http://localhost:3000", "http://localhost:03000", no},
    {"http://localhost:3000", "http://localhost:3000:3000", no},
    {"https://a.example:443", "https://a.example", yes},
    {"https://a.example", "https://a.example:443", yes},
    {"http://a.example", "http://a.example:80", yes},
    {"http://a.example", "http://a.example:443", no},
    {"https://a.example", "https://a.example:80", no},
    {"https://a.example", "https://a.example:8443", no},
    {"https://a.example", "https://a.example:", no},
    {"https://a.example", "https://a.example:0443", no},
    {"https://a.example", "https://a.example:443x", no},
    {"https://a.example", "https://a.example:4294967739", no},
    {"https://a.example", "https://a.example:65979", no},
    {"https://a.example", "https://a.example:-443", no},
    {"https://*.pages.dev", "https://x.pages.dev:443", yes},
    {"https://*.pages.dev", "https://x.pages.dev:8443", no},
    {"http://*.localhost:3000", "http://portal.localhost:3000", yes},
    {"http://*.localhost:3000", "http://portal.localhost", no},
    // scheme
    {"https://a.example", "http://a.example", no},
    {"http://a.example", "https://a.example", no},
    {"http://a.example:443", "https://a.example", no},
    {"https://a.example", "wss://a.example", no},
    {"https://a.example", "ftp://a.example", no},
    {"https://*.pages.dev", "http://x.pages.dev", no},
    {"https://a.example", "https:a.example", no},
    {"https://a.example", "https:/a.example", no},
    {"https://a.example", "https:///a.example", no},
    {"https://a.example", "//a.example", no},
    {"https://a.example", "a.example", no},
    {"capacitor://localhost", "capacitor://localhost", yes},
    {"capacitor://localhost", "ionic://localhost", no},
    {"capacitor://localhost", "capacitor://localhost:80", no},
    {"chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop", yes},
    {"tauri://localhost", "tauri://localhost", yes},
    {"tauri://localhost", "https://localhost", no},
    {"file://", "file://", yes},
    {"file://", "FILE://", yes},
    {"file://", "file:///", no},
    {"file://", "file://a", no},
    {"file://", "null", no},
    {"null", "file://", no},
    {"*", "file://", no},
    {"ws://a.example", "ws://a.example:80", yes},
    // case
    {"HTTPS://App.Example.ORG", "https://app.example.org", yes},
    {"https://app.example.org", "https://APP.EXAMPLE.org", yes},
    {"https://StudySpot-*.Vercel.App", "https://studyspot-x.vercel.app", yes},
    {"https://studyspot-*.vercel.app", "HTTPS://STUDYSPOT-X.VERCEL.APP", yes},
    // evil prefixes and suffixes
    {"https://app.example.org", "https://app.example.org.evil.com", no},
    {"https://app.example.org", "https://app.example.orgx", no},
    {"https://app.example.org", "https://evil-app.example.org", no},
    {"https://app.example.org", "https://evilapp.example.org", no},
    {"https://app.example.org", "https://app-example.org", no},
    {"https://app.example.org", "https://appxexample.org", no},
    {"https://app.example.org", "https://example.org", no},
    {"https://app.example.org", "https://x.app.example.org", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-a.evil.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-x.vercel.app.evil.com", no},
    {"https://studyspot-*.vercel.app", "https://evil-studyspot-x.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://evil.com.studyspot-x.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-xvercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-x.vercel.appx", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-evil.com/.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-evil.com?.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-evil.com#.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-evil.com\\.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-evil.com:80.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-@evil.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-a_b.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-*.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-%41.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-\xC3\xA9.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-`.vercel.app", no},
    {"https://studyspot-*.vercel.app", "https://studyspot-$.vercel.app", no},
    {"https://*.pages.dev", "https://pages.dev", no},
    {"https://*.pages.dev", "https://.pages.dev", no},
    {"https://*.pages.dev", "https://a.b.pages.dev", no},
    {"https://*.pages.dev", "https://evilpages.dev", no},
    {"https://*.pages.dev", "https://x.pages.dev.evil.com", no},
    {"https://*.pages.dev", "https://*.pages.dev", no},
    {"https://*-studyspot.example.com", "https://pr7-studyspot.example.com", yes},
    {"https://*-studyspot.example.com", "https://-studyspot.example.com", no},
    {"https://a*b.example.com", "https://a-b.example.com", yes},
    {"https://a*b.example.com", "https://ab.example.com", no},
    {"https://aa*aa.example.com", "https://aaa.example.com", no},
    {"https://app.*.example.com", "https://app.eu.example.com", yes},
    {"https://app.*.example.com", "https://app.example.com", no},
    {"https://app.*.example.com", "https://app.eu.west.example.com", no},
    {"https://app.*.example.com", "https://evil.eu.example.com", no},
    // there the wildcard makes a suffix under which anyone registers
    {"https://app.*.amazonaws.com", "https://app.s3.amazonaws.com", no},
    {"https://app.*.amazonaws.com", "https://app.eu.amazonaws.com", yes},
    // trailing dot
    {"https://a.example", "https://a.example.", no},
    {"https://a.example", "https://a.example.:443", no},
    {"https://*.pages.dev", "https://x.pages.dev.", no},
    // user-info
    {"https://a.example", "https://user@a.example", no},
    {"https://a.example", "https://user:pass@a.example", no},
    {"https://a.example", "https://a.example@evil.com", no},
    {"https://a.example", "https://evil.com@a.example", no},
    {"https://a.example", "https://@a.example", no},
    // more than an origin
    {"https://a.example", "https://a.example/", no},
    {"https://a.example", "https://a.example/path", no},
    {"https://a.example", "https://evil.com?a.example", no},
    {"https://a.example", "https://evil.com#a.example", no},
    {"https://a.example", "https://a.example, https://evil.com", no},
    {"https://a.example", "https://a.example https://evil.com", no},
    {"https://a.example", "https://evil.com https://a.example", no},
    // addresses
    {"http://127.0.0.1:3000", "http://127.0.0.1:3000", yes},
    {"http://127.0.0.1:3000", "http://localhost:3000", no},
    {"http://127.0.0.1:3000", "http://127.1:3000", no},
    {"http://127.0.0.1:3000", "http://127.0.0.1.evil.com:3000", no},
    {"http://127.0.0.1:3000", "http://0127.0.0.1:3000", no},
    {"http://[::1]:3001", "http://[::1]:3001", yes},
    {"http://[0:0:0:0:0:0:0:1]:3001", "http://[::1]:3001", yes},
    {"https://[2001:DB8::1]", "https://[2001:db8::1]:443", yes},
    {"http://[::1]:3001", "http://[::1]", no},
    {"http://[::1]:3001", "http://[::2]:3001", no},
    {"http://[::1]:3001", "http://::1:3001", no},
    {"http://[::1]:3001", "http://[::1]x:3001", no},
    {"http://[::1]:3001", "http://[::1%25eth0]:3001", no},
    {"http://[::1]:3001", "http://[[::1]]:3001", no},
    {"http://[::1]:3001", "http://[]:3001", no},
    // names that are not ASCII come as punycode
    {"https://xn--bcher-kva.example", "https://xn--bcher-kva.example", yes},
    {"https://xn--bcher-kva.example", "https://XN--BCHER-KVA.example", yes},
    {"https://xn--bcher-kva.example",
     "https://b\xC3\xBC"
     "cher.example",
     no},
    {"https://*.example.com", "https://xn--bcher-kva.example.com", yes},
    {"https://apple.example", "https://xn--pple-43d.example", no},
    {"https://app.example", "https://\xD0\xB0pp.example", no},
    // the opaque origin
    {"null", "null", yes},
    {"null", "NULL", no},
    {"null", "null://", no},
    {"null", "", no},
    {"https://a.example", "null", no},
    {"https://*.pages.dev", "null", no},
    {"*", "null", no},
    // a lone star takes every origin, and only origins
    {"*", "https://evil.com", yes},
    {"*", "http://[::1]:3001", yes},
    {"*", "*", no},
    {"*", "", no},
    {"*", "https://evil.com/", no},
    {"*", "evil", no},
    // empty, blanks and control characters
    {"https://a.example", "", no},
    {"https://a.example", " ", no},
    {"https://a.example", " https://a.example", no},
    {"https://a.example", "https://a.example ", no},
    {"https://a.example", "https://a.example\t", no},
    {"https://a.example", "https://a.exa\nmple", no},
    {"https://a.example", "https://a.example\r\nX: y", no},
    {"https://a.example", "https://a.example\0"sv, no},
    {"https://a.example", "https://a.example\0.evil.com"sv, no},
    {"http://127.0.0.1", "http://127.0.0.1\0"sv, no},
    {"http://[::1]", "http://[::1\0]"sv, no},
    {"https://*.pages.dev", "https://a\0b.pages.dev"sv, no},
    {"https://*.pages.dev", "https://a\x7F.pages.dev", no},
    {"https://a.example", "https://", no},
    {"https://a.example", "https://a..example", no},
    {"https://a.example", "https://.a.example", no},
};

std::string error_of(std::string_view pattern) {
    return parse_pattern(pattern).error();
}

} // namespace

TEST_CASE("an origin matches a pattern, or does not") {
    CHECK(pairs.size() >= 150);
    for (const Pair &pair : pairs) {
        const auto pattern = parse_pattern(pair.pattern);
        REQUIRE_MESSAGE(pattern.ok(), std::string(pair.pattern) << ": " << pattern.error());
        const auto origin = parse_origin(pair.origin);
        const bool matches = origin && pattern->matches(*origin);
        CHECK_MESSAGE(matches == pair.matches, std::string(pair.pattern)
                                                   << " and " << std::string(pair.origin));
    }
}

TEST_CASE("an origin longer than a host may be is refused") {
    const std::string label(63, 'a');
    const std::string host = label + '.' + label + '.' + label + '.' + label; // 255
    CHECK(parse_origin("https://" + host.substr(2)).ok());
    CHECK_FALSE(parse_origin("https://" + host.substr(1)).ok());
    CHECK_FALSE(parse_origin("https://" + std::string(1 << 20, 'a')).ok());
}

TEST_CASE("a pattern that cannot be says why") {
    CHECK(error_of("https://*-*.example.com") == "an origin may contain at most one \"*\"");
    CHECK(error_of("https://*.*.example.com") == "an origin may contain at most one \"*\"");
    CHECK(error_of("**") == "an origin may contain at most one \"*\"");
    for (const auto misplaced : {"*://a.example", "http*://a.example", "https://a.example:*",
                                 "*.example.com", "http://[*]:1", "http://[::*]", "nul*"})
        CHECK_MESSAGE(
            error_of(misplaced) ==
                "\"*\" may appear only in the host of an origin, for one label or a part of one",
            misplaced);
    CHECK(error_of("https://a.example/*") ==
          "an origin must not have a path, not even a trailing slash");
    CHECK(error_of("https://a.example/") ==
          "an origin must not have a path, not even a trailing slash");
    CHECK(error_of("https://*@a.example") == "an origin must not name a user");
    CHECK(error_of("https://user:pw@a.example") == "an origin must not name a user");
    CHECK(error_of("https://a.example.") == "the host of an origin must not end in a dot");
    CHECK(error_of("https://*.pages.dev.") == "the host of an origin must not end in a dot");
    CHECK(error_of("https://b\xC3\xBC"
                   "cher.example") ==
          "the host of an origin must be written in punycode (xn--...)");
    CHECK(error_of("https://a.example:0") == "the port of an origin is malformed");
    CHECK(error_of("https://a.example:99999") == "the port of an origin is malformed");
    for (const auto malformed :
         {"https://"sv, "https://a b"sv, "https://a..b"sv, "http://10.0.0.256"sv,
          "http://10.0.*.1"sv, "http://[::1"sv, "http://::1"sv, "https://a\0"sv})
        CHECK_MESSAGE(error_of(malformed) == "the host of an origin is malformed",
                      std::string(malformed));
    CHECK(error_of("a.example") ==
          "an origin is scheme://host, with a port where it is not the usual one");
    CHECK(error_of("") == "an origin is scheme://host, with a port where it is not the usual one");
    CHECK(error_of("1http://a.example") == "the scheme of an origin is malformed");
}

TEST_CASE("two patterns are the same whatever their spelling") {
    const auto same = [](std::string_view a, std::string_view b) {
        return parse_pattern(a)->same_as(*parse_pattern(b));
    };
    CHECK(same("https://A.example:443", "https://a.example"));
    CHECK(same("http://[0::1]", "http://[::1]:80"));
    CHECK(same("https://*.A.example", "https://*.a.example"));
    CHECK(same("*", "*"));
    CHECK_FALSE(same("https://*.a.example", "https://x.a.example"));
    CHECK_FALSE(same("https://*a.example.com", "https://a*.example.com"));
    CHECK_FALSE(same("*", "null"));
    CHECK_FALSE(same("http://a.example", "https://a.example"));
}

TEST_CASE("what stands behind a wildcard's label is told") {
    const auto behind = [](std::string_view pattern) {
        return std::string(parse_pattern(pattern)->behind());
    };
    CHECK(behind("https://*.pages.dev") == "pages.dev");
    CHECK(behind("https://studyspot-*.vercel.app") == "vercel.app");
    CHECK(behind("https://app.*.co.uk") == "co.uk");
    CHECK(behind("https://*") == "");
    CHECK(behind("https://a.*") == "");
    CHECK(behind("*") == "");
    CHECK(behind("https://a.example") == "");
}
