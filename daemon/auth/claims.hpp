#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What a token's payload says.  Claims are JSON text that json::check() took; nothing here keeps
// or builds a tree.
namespace roomd::auth {

// A claim is named by its member ("sub", "https://example.com/roles"), or by a JSON pointer when
// the text begins with "/" ("/realm_access/roles").  Why `reference` is none; null when it is one.
const char *claim_reference_fault(std::string_view reference) noexcept;

// The JSON text of the claim; empty when there is none.
std::string_view find_claim(std::string_view claims, std::string_view reference);

// What a claim says, for comparing.  Booleans are apart from text: true is not "true".
struct Value {
    bool is_boolean = false;
    std::string text; // "true" or "false" of a boolean
    friend bool operator==(const Value &, const Value &) = default;
};

inline constexpr std::size_t most_values = 1000;

// A string says itself, an integer that JavaScript holds exactly its decimal text, true and false
// are booleans, a list says what its first `most_values` elements do.  All else says nothing:
// objects, lists in lists, null, and numbers that could be written in two ways.
std::vector<Value> claim_values(std::string_view json);
// What a string or such an integer says.
base::Result<std::string> claim_text(std::string_view json);

} // namespace roomd::auth
