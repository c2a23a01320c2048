#include "auth/jose.hpp"

#include <openssl/err.h>

#include <string>

namespace roomd::auth {
namespace {

using Kind = KeyMaterial::Kind;

// cjose's structs point at bytes they do not change.
std::uint8_t *bytes(std::string_view text) noexcept {
    return reinterpret_cast<std::uint8_t *>(const_cast<char *>(text.data()));
}

Jwk make_rsa(const KeyMaterial &key, std::string_view d) {
    cjose_jwk_rsa_keyspec spec{};
    spec.n = bytes(key.n);
    spec.nlen = key.n.size();
    spec.e = bytes(key.e);
    spec.elen = key.e.size();
    spec.d = d.empty() ? nullptr : bytes(d);
    spec.dlen = d.size();
    return Jwk(cjose_jwk_create_RSA_spec(&spec, nullptr));
}

Jwk make_curve(const KeyMaterial &key, std::string_view d) {
    cjose_jwk_ec_keyspec spec{};
    spec.crv = key.kind == Kind::p256   ? CJOSE_JWK_EC_P_256
               : key.kind == Kind::p384 ? CJOSE_JWK_EC_P_384
                                        : CJOSE_JWK_EC_P_521;
    spec.x = bytes(key.x);
    spec.xlen = key.x.size();
    spec.y = bytes(key.y);
    spec.ylen = key.y.size();
    spec.d = d.empty() ? nullptr : bytes(d);
    spec.dlen = d.size();
    return Jwk(cjose_jwk_create_EC_spec(&spec, nullptr));
}

} // namespace

CleanErrors::~CleanErrors() {
    ERR_clear_error();
}

Jwk make_jwk(const KeyMaterial &key, Part part) {
    const CleanErrors clean;
    const std::string_view secret = key.secret.reveal();
    if (key.kind == Kind::secret)
        return Jwk(cjose_jwk_create_oct_spec(bytes(secret), secret.size(), nullptr));
    const std::string_view d = part == Part::with_private ? secret : std::string_view{};
    return key.kind == Kind::rsa ? make_rsa(key, d) : make_curve(key, d);
}

} // namespace roomd::auth
