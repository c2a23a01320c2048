#include "auth/key_material.hpp"

namespace roomd::auth {
namespace {

using Kind = KeyMaterial::Kind;

constexpr std::size_t least_rsa = 2048 / 8;
constexpr std::size_t most_rsa = 8192 / 8; // the time to verify grows with its square

std::size_t field_size(Kind kind) noexcept {
    return kind == Kind::p256 ? 32 : kind == Kind::p384 ? 48 : 66;
}

// With a public exponent of 1 every text is its own signature, an even one has no inverse; OpenSSL
// accepts at most 64 bits with large keys.
bool is_exponent(std::string_view e) noexcept {
    if (e.empty() || e.size() > 8 || e.front() == '\0') return false;
    const auto last = static_cast<unsigned char>(e.back());
    return (last & 1u) != 0 && (e.size() > 1 || last >= 3);
}

} // namespace

bool fits(const KeyMaterial &key, Algorithm algorithm) noexcept {
    if (key.algorithm && *key.algorithm != algorithm) return false;
    switch (key.kind) {
    case Kind::secret: return family(algorithm) == Family::hmac;
    case Kind::rsa: return family(algorithm) == Family::rsa;
    case Kind::p256: return algorithm == Algorithm::ES256;
    case Kind::p384: return algorithm == Algorithm::ES384;
    case Kind::p521: return algorithm == Algorithm::ES512;
    }
    return false;
}

std::size_t signature_size(const KeyMaterial &key, Algorithm algorithm) noexcept {
    switch (key.kind) {
    case Kind::secret: return hash_size(algorithm);
    case Kind::rsa: return key.n.size();
    default: return 2 * field_size(key.kind);
    }
}

unsigned check_us(const KeyMaterial &key) noexcept {
    switch (key.kind) { // as tests/auth/verify_bench measures them
    case Kind::secret: return 2;
    case Kind::rsa: return static_cast<unsigned>(25 * key.n.size() * key.n.size() / (256 * 256));
    case Kind::p256: return 60;
    case Kind::p384: return 650;
    case Kind::p521: return 470;
    }
    return 0;
}

const char *weakness(const KeyMaterial &key) noexcept {
    if (key.kind != Kind::rsa) return nullptr;
    // 2,047 bits or fewer: a byte less, or the first bit not set.
    if (key.n.size() < least_rsa ||
        (key.n.size() == least_rsa && (static_cast<unsigned char>(key.n.front()) & 0x80u) == 0))
        return "an RSA key of less than 2048 bits is too weak";
    if (key.n.size() > most_rsa) return "an RSA key of more than 8192 bits takes too long to check";
    if (!is_exponent(key.e)) return "its public exponent is even, 1, or larger than 64 bits";
    return nullptr;
}

} // namespace roomd::auth
