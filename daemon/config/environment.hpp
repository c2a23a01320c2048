#pragma once

#include "config/source.hpp"
#include "config/tree.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the environment says about the configuration.
namespace roomd::config {

// A variable that stands above the files.
struct Variable {
    std::string_view name;
    std::string_view key;  // what it sets
    std::string_view what; // Markdown
};

// All of them, in the order of the reference.
std::span<const Variable> variables() noexcept;

// The configuration that is read where the command line names none: ROOMD_CONFIG, else the
// installed one.
std::string default_file();

// The value of one of them; empty where it is not set.
std::string value_of_variable(std::string_view name);

// Sets in the tree what the environment says; gives the names of those variables.  A value's place
// is "$ROOMD_NAME".  Warns of names that look like one of them and are none.
std::vector<std::string> apply_environment(Source &, Item &root);

} // namespace roomd::config
