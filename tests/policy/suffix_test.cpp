#include "policy/origins.hpp"
#include "policy/suffix.hpp"

#include <doctest/doctest.h>

using namespace roomd::policy;

namespace {
Suffix risk(std::string_view pattern) {
    const auto parsed = parse_pattern(pattern);
    REQUIRE_MESSAGE(parsed.ok(), std::string(pattern));
    return suffix_risk(*parsed);
}
} // namespace

TEST_CASE("a wildcard directly over a public suffix of a registry is known") {
    for (const auto pattern :
         {"https://*.com", "https://*.co.uk", "https://*.dev", "https://studyspot-*.com",
          "https://*-x.co.uk", "https://app.*.com", "https://*.xn--p1ai", "https://*.kawasaki.jp",
          "https://app.*.kawasaki.jp", "https://*.x.kawasaki.jp", "https://*.COM",
          "https://*.xn--55qx5d.cn"})
        CHECK_MESSAGE(risk(pattern) == Suffix::icann, pattern);
}

TEST_CASE("a wildcard over top-level names is as bad") {
    for (const auto pattern : {"https://*", "https://www.*", "https://studyspot.*", "http://dev-*",
                               "https://*.nosuchtld", "http://192.168.1.*"})
        CHECK_MESSAGE(risk(pattern) == Suffix::icann, pattern);
}

TEST_CASE("a wildcard over a suffix of a company is known, and so is a lone star") {
    for (const auto pattern :
         {"https://*.pages.dev", "https://*.vercel.app", "https://studyspot-*.vercel.app",
          "https://*.github.io", "https://*.netlify.app", "https://*.web.app",
          "https://*.s3.amazonaws.com", "https://*.Pages.Dev", "*"})
        CHECK_MESSAGE(risk(pattern) == Suffix::private_, pattern);
}

TEST_CASE("a wildcard below a name of one owner is fine, as is none at all") {
    for (const auto pattern :
         {"https://*.example.com", "https://*.studyspot.pages.dev", "https://*.example.co.uk",
          "https://app.*.example.com", "http://*.localhost:3000", "http://*.portal.test",
          "http://*.internal", "https://pages.dev", "https://com", "https://x.pages.dev", "null"})
        CHECK_MESSAGE(risk(pattern) == Suffix::none, pattern);
}
