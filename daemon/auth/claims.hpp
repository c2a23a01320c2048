#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Reads a token's payload.  Claims are JSON text that json::check() accepted; nothing here builds a
// tree.
namespace roomd::auth {

// A claim is named by its member ("sub", "https://example.com/roles"), or by a JSON pointer when
// the text begins with "/" ("/realm_access/roles").  Why `reference` is invalid; null when it is
// valid.
const char *claim_reference_fault(std::string_view reference) noexcept;

// The JSON text of the claim; empty when there is none.
std::string_view find_claim(std::string_view claims, std::string_view reference);

// A value of a claim, for comparing.  Booleans differ from text: true is not "true".
struct Value {
    bool is_boolean = false;
    std::string text; // "true" or "false" for a boolean
    friend bool operator==(const Value &, const Value &) = default;
};

inline constexpr std::size_t most_values = 1000;

// A string has itself as value, an integer that JavaScript holds exactly its decimal text, true and
// false are booleans, a list has the values of its first `most_values` elements.  Anything else has
// none: objects, lists in lists, null, and numbers that could be written in two ways.
std::vector<Value> claim_values(std::string_view json);
// The value of a string or such an integer.
base::Result<std::string> claim_text(std::string_view json);

} // namespace roomd::auth
