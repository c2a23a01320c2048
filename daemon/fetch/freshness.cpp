#include "fetch/freshness.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace roomd::fetch {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

base::Duration read_age(std::string_view value) noexcept {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos)
        return shortest_fresh;
    std::int64_t seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    const std::int64_t most = longest_fresh.count() / 1000;
    if (read.ec != std::errc{} || seconds > most) return longest_fresh; // too large to be read
    return std::clamp(base::Duration{seconds * 1000}, shortest_fresh, longest_fresh);
}

} // namespace

base::Duration fresh_for(std::string_view cache_control) noexcept {
    constexpr std::string_view max_age = "max-age=";
    base::Duration fresh = usually_fresh;
    while (!cache_control.empty()) {
        const auto end = std::min(cache_control.find(','), cache_control.size());
        const std::string_view one = trimmed(cache_control.substr(0, end));
        cache_control.remove_prefix(std::min(end + 1, cache_control.size()));
        if (base::equal_nocase(one, "no-store") || base::equal_nocase(one, "no-cache"))
            return shortest_fresh;
        if (base::equal_nocase(one.substr(0, max_age.size()), max_age))
            fresh = read_age(one.substr(max_age.size()));
    }
    return fresh;
}

} // namespace roomd::fetch
