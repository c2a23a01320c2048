#include "auth/strength.hpp"

#include <algorithm>
#include <bitset>

namespace roomd::auth {
namespace {

// Of the bytes, or of the steps from each to the next.
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

// Is it the same piece, twice or more?
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

} // namespace

// Of 16 random hexadecimal digits fewer than 4 are different once in 10^9 times, of 32 fewer than 8
// once in 10^7; steps are more varied still.
bool is_guessable(std::string_view secret) noexcept {
    const std::size_t least = std::min<std::size_t>(8, secret.size() / 4);
    return different(secret, false) < least || different(secret, true) < least ||
           is_repeated(secret);
}

const char *doubt(const KeyMaterial &key) noexcept {
    switch (key.kind) {
    case KeyMaterial::Kind::secret:
        return is_guessable(key.secret.reveal()) ? "the secret is no random one: it repeats itself"
                                                 : nullptr;
    case KeyMaterial::Kind::rsa:
        return has_small_factor(key.n)
                   ? "the modulus of an RSA key has a small factor: anyone can sign with it"
                   : nullptr;
    default: return nullptr;
    }
}

} // namespace roomd::auth
