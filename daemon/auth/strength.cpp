#include "auth/strength.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <bitset>

namespace roomd::auth {
namespace {

// Different bytes, or different steps from each to the next.
std::size_t different(std::string_view text, bool steps) noexcept {
    std::bitset<256> seen;
    unsigned char last = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        seen.set(steps ? static_cast<unsigned char>(byte - last) : byte);
        last = byte;
    }
    return seen.count();
}

// Whether it is the same piece, twice or more.
bool is_repeated(std::string_view text) noexcept {
    for (std::size_t piece = 1; piece <= text.size() / 2; ++piece)
        if (text.substr(piece) == text.substr(0, text.size() - piece)) return true;
    return false;
}

bool divides(unsigned prime, std::string_view number) noexcept {
    unsigned rest = 0;
    for (const char c : number)
        rest = (rest * 256 + static_cast<unsigned char>(c)) % prime;
    return rest == 0;
}

bool has_small_factor(std::string_view number) noexcept {
    constexpr unsigned largest = 1000;
    if (divides(2, number)) return true;
    for (unsigned candidate = 3; candidate < largest; candidate += 2)
        if (divides(candidate, number)) return true;
    return false;
}

// ASCII in UTF-16: every second byte is NUL, and no other.
bool is_utf16(std::string_view text) noexcept {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) text.remove_prefix(2);
    bool little = text.size() > 1, big = little;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool nul = text[i] == '\0', even = i % 2 == 0;
        little = little && nul != even;
        big = big && nul == even;
    }
    return little || big;
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

const char *misread(std::string_view secret) noexcept {
    if (is_utf16(secret)) return "it is UTF-16: save it as UTF-8";
    if (secret.empty() || !base::is_utf8(secret)) return nullptr;
    if (secret.starts_with("\xef\xbb\xbf"))
        return "it begins with a byte order mark: save it as UTF-8 without one";
    const char first = secret.front(), last = secret.back();
    if (secret.size() > 1 && first == last && (first == '"' || first == '\''))
        return "it is in quotes, which would be part of it: remove them";
    const bool marked_up = secret.starts_with("-----BEGIN ") || first == '{';
    if (is_blank(first) || (is_blank(last) && !marked_up))
        return "it has blanks or empty lines around it, which would be part of it: remove them";
    return nullptr;
}

// 16 random hexadecimal digits have fewer than 4 different ones once in 10^9, 32 fewer than 8 once
// in 10^7; steps vary even more.
bool is_guessable(std::string_view secret) noexcept {
    const std::size_t least = std::min<std::size_t>(8, secret.size() / 4);
    return different(secret, false) < least || different(secret, true) < least ||
           is_repeated(secret);
}

const char *doubt(const KeyMaterial &key) noexcept {
    switch (key.kind) {
    case KeyMaterial::Kind::secret:
        return is_guessable(key.secret.reveal()) ? "the secret is not random: it repeats itself"
                                                 : nullptr;
    case KeyMaterial::Kind::rsa:
        return has_small_factor(key.n)
                   ? "the modulus of an RSA key has a small factor: anyone can sign with it"
                   : nullptr;
    default: return nullptr;
    }
}

} // namespace roomd::auth
