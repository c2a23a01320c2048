#include "dispatch/namespaces.hpp"

#include "support/dispatch_defaults.hpp"
#include "support/fake_hooks.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace roomd;

TEST_CASE("a namespace is the first one, or named, or under a pattern") {
    dispatch::Options options = test::dispatch_defaults();
    options.namespaces = {{"/desk", true}, {"/team-*", true}};
    const dispatch::Namespaces namespaces(options);
    CHECK(namespaces.knows("/"));
    CHECK(namespaces.knows("/desk"));
    CHECK(namespaces.knows("/team-9"));
    CHECK_FALSE(namespaces.knows("/des"));
    CHECK_FALSE(namespaces.knows("/desk/1"));
    CHECK_FALSE(namespaces.knows("/team-*")); // the pattern is not a name
    CHECK_FALSE(namespaces.knows("/team-a b"));
}

TEST_CASE("verbs work in configured namespaces, unless the nearest entry says otherwise") {
    dispatch::Options options = test::dispatch_defaults();
    options.namespaces = {
        {"/*", true}, {"/team-*", false}, {"/team-open-*", true}, {"/team-open-x", false}};
    CHECK(dispatch::has_verbs(options, "/"));
    CHECK(dispatch::has_verbs(options, "/desk"));
    CHECK_FALSE(dispatch::has_verbs(options, "/team-1"));
    CHECK(dispatch::has_verbs(options, "/team-open-1"));
    CHECK_FALSE(dispatch::has_verbs(options, "/team-open-x"));
    options.namespaces = {{"/desk", true}};
    CHECK_FALSE(dispatch::has_verbs(options, "/plugin"));
    options.namespaces = {{"/", false}};
    CHECK_FALSE(dispatch::has_verbs(options, "/"));
}

TEST_CASE("a prefix is for the namespaces beside /, not for / itself") {
    dispatch::Options options = test::dispatch_defaults();
    options.namespaces = {{"/*", false}};
    CHECK(dispatch::has_verbs(options, "/"));
    CHECK_FALSE(dispatch::has_verbs(options, "/desk"));
    options.namespaces = {{"/*", false}, {"/", true}};
    CHECK(dispatch::has_verbs(options, "/"));
    options.namespaces = {{"/*", true}, {"/", false}};
    CHECK_FALSE(dispatch::has_verbs(options, "/"));
    CHECK(dispatch::has_verbs(options, "/desk"));
}

TEST_CASE("plugins serve namespaces that nobody configured") {
    const dispatch::Options options = test::dispatch_defaults();
    dispatch::Namespaces namespaces(options);
    CHECK_FALSE(namespaces.knows("/plugin"));
    test::FakeHooks hooks;
    hooks.on_knows = [](std::string_view nsp) { return nsp == "/plugin"; };
    namespaces.wire(hooks);
    CHECK(namespaces.knows("/plugin"));
    CHECK_FALSE(dispatch::is_configured(options, "/plugin"));
}
