#include "base/plugin_name.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::base::is_plugin_name;

TEST_CASE("a plugin's name is small letters, digits and underscores") {
    for (const char *name : {"a", "http_emit", "a1_", "z9"})
        CHECK_MESSAGE(is_plugin_name(name), name);
    CHECK(is_plugin_name(std::string(64, 'a')));
    CHECK_FALSE(is_plugin_name(std::string(65, 'a')));
    for (const char *name :
         {"", "1a", "_a", "A", "aB", "a-b", "a.b", "../a", "a/b", "a b", "\xC3\xA4"})
        CHECK_FALSE_MESSAGE(is_plugin_name(name), name);
}
