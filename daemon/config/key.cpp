#include "config/key.hpp"

#include "config/scalar.hpp"

#include <cassert>

namespace roomd::config {

void parse(const KeyInfo &key, std::string_view text, std::size_t &out) {
    const auto value = key.unit == "size" ? parse_size(text) : parse_count(text);
    assert(value);
    out = value ? *value : 0;
}

void parse(const KeyInfo &, std::string_view text, base::Duration &out) {
    const auto value = parse_duration(text);
    assert(value);
    out = value ? *value : base::Duration{};
}

void parse(const KeyInfo &, std::string_view text, bool &out) {
    out = text == "true";
}

} // namespace roomd::config
