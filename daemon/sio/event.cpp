#include "sio/event.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace roomd::sio {
namespace {

constexpr std::array<std::string_view, 6> reserved = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};

// One open bracket, and what its members said so far; the last of duplicates counts.
struct Open {
    bool object;
    bool placeholder = false;
    bool fits = false;
};

// Behind the string literal that begins at `at`.
std::size_t behind_string(std::string_view json, std::size_t at) noexcept {
    for (++at; at < json.size() && json[at] != '"'; ++at)
        if (json[at] == '\\') ++at;
    return std::min(at + 1, json.size());
}

std::size_t behind_space(std::string_view json, std::size_t at) noexcept {
    return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

bool is_index(std::string_view value, std::size_t count) noexcept {
    value = value.substr(0, value.find_first_of(",} \t\r\n"));
    std::size_t index = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), index);
    return fault == std::errc{} && end == value.data() + value.size() && index < count;
}

void note_member(Open &object, std::string_view key, std::string_view value, std::size_t count) {
    const bool escaped = key.find('\\') != std::string_view::npos;
    const std::string decoded = escaped ? json::string(key) : std::string();
    const std::string_view name = escaped ? decoded : key.substr(1, key.size() - 2);
    if (name == "_placeholder")
        object.placeholder = value.starts_with("true");
    else if (name == "num")
        object.fits = is_index(value, count);
}

} // namespace

bool is_reserved(std::string_view name) noexcept {
    return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

const char *refuse_name(std::string_view name) noexcept {
    if (name.empty()) return "an event name must not be empty";
    if (name.size() > max_name) return "an event name has 256 bytes at most";
    if (is_reserved(name)) return "this event name is reserved";
    if (!base::is_utf8(name)) return "an event name must be UTF-8";
    return nullptr;
}

const char *refuse_args(std::string_view json, std::size_t blobs, std::size_t depth) {
    if (blobs > max_attachments) return "an event takes 10 attachments at most";
    const auto kind = json::check(json, depth);
    if (!kind) return kind.error();
    if (*kind != json::Kind::array) return "arguments must be a JSON array";
    if (blobs > 0 && !placeholders_fit(json, blobs)) return "a placeholder names no attachment";
    return nullptr;
}

bool placeholders_fit(std::string_view json, std::size_t count) {
    std::vector<Open> open;
    for (std::size_t at = 0; at < json.size();) {
        switch (json[at]) {
        case '[': open.push_back({.object = false}); break;
        case '{': open.push_back({.object = true}); break;
        case ']':
        case '}':
            if (open.empty() || (open.back().placeholder && !open.back().fits)) return false;
            open.pop_back();
            break;
        case '"': {
            const std::size_t from = at;
            at = behind_string(json, at);
            const std::size_t colon = behind_space(json, at);
            if (colon == json.size() || json[colon] != ':' || open.empty()) continue;
            note_member(open.back(), json.substr(from, at - from),
                        json.substr(behind_space(json, colon + 1)), count);
            at = colon + 1;
            continue;
        }
        default: break;
        }
        ++at;
    }
    return true;
}

} // namespace roomd::sio
