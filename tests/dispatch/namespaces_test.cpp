#include "dispatch/namespaces.hpp"

#include "support/dispatch_defaults.hpp"
#include "support/fake_hooks.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace roomd;

TEST_CASE("a namespace is the first one, or named, or under a pattern") {
    dispatch::Options options = test::dispatch_defaults();
    options.namespaces = {"/desk", "/team-*"};
    const dispatch::Namespaces namespaces(options);
    CHECK(namespaces.knows("/"));
    CHECK(namespaces.knows("/desk"));
    CHECK(namespaces.knows("/team-9"));
    CHECK_FALSE(namespaces.knows("/des"));
    CHECK_FALSE(namespaces.knows("/desk/1"));
    CHECK_FALSE(namespaces.knows("/team-*")); // the pattern is not a name
    CHECK_FALSE(namespaces.knows("/team-a b"));
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
