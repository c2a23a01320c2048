#include "net/query.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace roomd::net {

namespace {

void append_quoted(std::string &out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace

std::optional<std::string> member(const http::Query &query, std::string_view name) {
    for (auto it = query.rbegin(); it != query.rend(); ++it)
        if (it->first == name) return it->second;
    return std::nullopt;
}

std::string json_object(const http::Query &query, std::string_view without) {
    std::string out = "{";
    for (auto it = query.begin(); it != query.end(); ++it) {
        if (!without.empty() && it->first == without) continue;
        const auto again = std::find_if(
            it + 1, query.end(), [&](const auto &other) { return other.first == it->first; });
        if (again != query.end()) continue;
        if (out.size() > 1) out += ',';
        append_quoted(out, it->first);
        out += ':';
        append_quoted(out, it->second);
    }
    return out += '}';
}

} // namespace roomd::net
