#pragma once

#include "auth/algorithm.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::auth {

// The numbers of one key, from any format: big endian, RSA's without leading zeros, those of curves
// as long as the curve's field.
struct KeyMaterial {
    enum class Kind : std::uint8_t { secret, rsa, p256, p384, p521 };
    Kind kind = Kind::secret;
    std::string n, e;              // RSA
    std::string x, y;              // EC
    base::Secret secret;           // the shared secret, or the private number `d` if there is one
    std::optional<std::string> id; // JWK's `kid`
    std::optional<Algorithm> algorithm;      // JWK's `alg`: the only one it may be used with
    bool may_sign = true, may_verify = true; // JWK's `use` and `key_ops`
};

// Whether a key of this kind suits this algorithm.  A public key never serves as a secret, a curve
// serves one algorithm.
bool fits(const KeyMaterial &, Algorithm) noexcept;
// Bytes of a signature made with it.
std::size_t signature_size(const KeyMaterial &, Algorithm) noexcept;
// About how long it takes to check a signature, in microseconds of one core.
unsigned check_us(const KeyMaterial &) noexcept;
// Why such a key may never be used: too short, too weak.  Null when it may.
const char *weakness(const KeyMaterial &) noexcept;

// Of one file.
inline constexpr std::size_t most_keys = 32;

// The keys in PEM text, one for each block: public keys, certificates, private keys.
base::Result<std::vector<KeyMaterial>> read_pem(std::string_view text);
bool is_pem(std::string_view text) noexcept;

// A JWK, or a JWKS with at most 32 keys.  Keys of a set that cannot be read, or are of a kind that
// is not used here, are left out; such a single JWK is refused.
base::Result<std::vector<KeyMaterial>> read_jwk(std::string_view text);

// Why text must not be a shared secret: it is a public key in another form (DER, bare base64, SSH),
// or was meant to be JSON.  Null when it may.
const char *no_secret(std::string_view text);

} // namespace roomd::auth
