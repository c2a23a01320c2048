#pragma once

#include "codegen/contract.hpp"

#include <string>
#include <string_view>

// What the files in all languages have in common.
namespace roomd::codegen {

// "Made by `roomd catalogue emitter ts`: ..", and the line with the digest; each begins with
// `comment`.  `digest` tells whether the file is stale.
std::string heading(std::string_view comment, std::string_view command, std::string_view digest);
// ... of an emitter.  What its types are called is not in the digest of the catalogue: it has a
// digest of its own, in a third line.
std::string emitter_heading(std::string_view comment, std::string_view command, const Source &);
// The digest in a file that `roomd <command>` made; empty when it did not.
std::string read_digest(std::string_view file, std::string_view command);
// The other one of an emitter; empty where there is none.
std::string read_names_digest(std::string_view file);
// What `roomd catalogue types` and `asyncapi` are made of: more than the catalogue.
std::string whole_canonical(const Source &);

// How a language writes the values that JSON has, and where a line ends.
struct Style {
    std::string_view yes, no, null;
    std::string_view own_name; // "__proto__", say, needs brackets as a name; or empty
    bool last_comma = true;    // behind the last one of several lines
};
inline constexpr Style javascript{"true", "false", "null", "__proto__"};
inline constexpr Style python{"True", "False", "None", {}};
inline constexpr Style plain_json{"true", "false", "null", {}, false};
// JSON text as a value of the language, in lines that are `indent` deep.
std::string literal(std::string_view json, const Style &, std::size_t indent);
// ["a", "b"]
std::string list_literal(const std::vector<std::string> &);

// Text on one line that ends no comment.
std::string in_comment(std::string_view);

} // namespace roomd::codegen
