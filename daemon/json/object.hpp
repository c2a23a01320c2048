#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::json {

// Writes one object member by member, {"a":1,"b":"text"}: json::Object().number("a", 1).done().
// The caller names each member once.
class Object {
public:
    Object &text(std::string_view name, std::string_view value); // quoted
    Object &raw(std::string_view name, std::string_view json);   // a value as it is
    Object &flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
    template <std::integral T> Object &number(std::string_view name, T value) {
        return raw(name, std::to_string(value));
    }
    std::string done(); // the text; the object is not used again

private:
    std::string out_ = "{";
};

// Writes one array element by element.
class List {
public:
    List &raw(std::string_view json); // a value as it is
    std::string done();               // the text; the list is not used again

private:
    std::string out_ = "[";
};

// ["a","b"]
std::string list(const std::vector<std::string> &texts);

} // namespace roomd::json
