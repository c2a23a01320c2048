#include "rooms/names.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace roomd::rooms {
namespace {

using Alphabet = std::array<bool, 256>;

constexpr Alphabet make_kind_alphabet() {
    Alphabet allowed{};
    for (int c = 'a'; c <= 'z'; ++c)
        allowed[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c)
        allowed[static_cast<std::size_t>(c)] = true;
    for (int c = '0'; c <= '9'; ++c)
        allowed[static_cast<std::size_t>(c)] = true;
    for (const char c : std::string_view{"_.@+~-"})
        allowed[static_cast<unsigned char>(c)] = true;
    return allowed;
}

constexpr Alphabet make_id_alphabet() {
    Alphabet allowed{};
    for (std::size_t c = 0x21; c < 0x7F; ++c)
        allowed[c] = true;
    for (const char c : std::string_view{"\"*<>`{}"})
        allowed[static_cast<unsigned char>(c)] = false;
    return allowed;
}

constexpr Alphabet kind_alphabet = make_kind_alphabet();
constexpr Alphabet id_alphabet = make_id_alphabet();

bool is_word(std::string_view text, const Alphabet &alphabet, std::size_t most) noexcept {
    return !text.empty() && text.size() <= most &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return alphabet[static_cast<unsigned char>(c)]; });
}

} // namespace

bool is_id(std::string_view text) noexcept {
    return is_word(text, id_alphabet, max_id);
}

bool is_kind(std::string_view text) noexcept {
    return is_word(text, kind_alphabet, max_kind);
}

bool is_room(std::string_view text) noexcept {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return is_id(text);
    return is_kind(text.substr(0, colon)) && is_id(text.substr(colon + 1));
}

bool is_namespace(std::string_view text) noexcept {
    return text.starts_with('/') && text.size() <= max_namespace &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '*';
           });
}

bool can_be_rooms(std::string_view pattern) noexcept {
    if (!pattern.ends_with('*')) return is_room(pattern);
    pattern.remove_suffix(1);
    if (pattern.empty() || is_room(pattern)) return true;
    return pattern.ends_with(':') && is_kind(pattern.substr(0, pattern.size() - 1));
}

bool can_be_namespaces(std::string_view pattern) noexcept {
    if (!pattern.ends_with('*')) return is_namespace(pattern);
    pattern.remove_suffix(1);
    return pattern.empty() || is_namespace(pattern);
}

Parts split(std::string_view room) noexcept {
    assert(is_room(room));
    const auto colon = room.find(':');
    if (colon == std::string_view::npos) return {{}, room};
    return {room.substr(0, colon), room.substr(colon + 1)};
}

} // namespace roomd::rooms
