#pragma once

#include "auth/key_material.hpp"

#include <cjose/cjose.h>

#include <memory>

// Owners of cjose's objects.
namespace roomd::auth {

struct Release {
    void operator()(cjose_jwk_t *key) const noexcept { cjose_jwk_release(key); }
    void operator()(cjose_jws_t *jws) const noexcept { cjose_jws_release(jws); }
    void operator()(cjose_header_t *header) const noexcept { cjose_header_release(header); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, Release>;
using Jws = std::unique_ptr<cjose_jws_t, Release>;
using JoseHeader = std::unique_ptr<cjose_header_t, Release>;

enum class Part : std::uint8_t { public_only, with_private };

// Null when the numbers are not a valid key: a point that is not on its curve.
Jwk make_jwk(const KeyMaterial &, Part);

// cjose leaves errors in OpenSSL's queue of this thread, where the next user of OpenSSL, TLS above
// all, must not find them.
class CleanErrors {
public:
    CleanErrors() = default;
    ~CleanErrors();
    CleanErrors(const CleanErrors &) = delete;
    CleanErrors &operator=(const CleanErrors &) = delete;
};

} // namespace roomd::auth
