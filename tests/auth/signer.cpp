#include "auth/signer.hpp"

#include "base/base64.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>

namespace roomd::test {
namespace {

const unsigned char *bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char *>(text.data());
}

void must(bool good) {
    if (!good) throw std::runtime_error("signing failed");
}

const EVP_MD *hash_of(std::string_view algorithm) {
    const auto size = algorithm.substr(2);
    return size == "256" ? EVP_sha256() : size == "384" ? EVP_sha384() : EVP_sha512();
}

std::string hmac(const EVP_MD *hash, std::string_view key, std::string_view input) {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    must(HMAC(hash, key.data(), static_cast<int>(key.size()), bytes(input), input.size(),
              reinterpret_cast<unsigned char *>(out.data()), &size) != nullptr);
    out.resize(size);
    return out;
}

// r and s, each as long as the curve's field.
std::string flat(const std::string &der, std::size_t field) {
    const unsigned char *at = bytes(der);
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    must(parts != nullptr);
    std::string out(2 * field, '\0');
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), to, static_cast<int>(field));
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), to + field, static_cast<int>(field));
    return out;
}

std::string with_key(std::string_view algorithm, std::string_view pem, std::string_view input) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> from(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    must(key && context);
    EVP_PKEY_CTX *of_key = nullptr;
    must(EVP_DigestSignInit(context.get(), &of_key, hash_of(algorithm), nullptr, key.get()) == 1);
    if (algorithm.starts_with("PS")) {
        must(EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) == 1);
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    std::size_t size = 0;
    must(EVP_DigestSign(context.get(), nullptr, &size, bytes(input), input.size()) == 1);
    std::string out(size, '\0');
    must(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(out.data()), &size,
                        bytes(input), input.size()) == 1);
    out.resize(size);
    if (!algorithm.starts_with("ES")) return out;
    return flat(out, (static_cast<std::size_t>(EVP_PKEY_get_bits(key.get())) + 7) / 8);
}

} // namespace

std::string compact(std::string_view header, std::string_view payload, std::string_view signature) {
    return base::base64url(header) + '.' + base::base64url(payload) + '.' +
           base::base64url(signature);
}

std::string sign(std::string_view algorithm, std::string_view key, std::string_view header,
                 std::string_view payload) {
    const std::string input = base::base64url(header) + '.' + base::base64url(payload);
    const std::string signature = algorithm.starts_with("HS") ? hmac(hash_of(algorithm), key, input)
                                                              : with_key(algorithm, key, input);
    return input + '.' + base::base64url(signature);
}

std::string sign(std::string_view algorithm, std::string_view key, std::string_view payload) {
    return sign(algorithm, key, R"({"alg":")" + std::string(algorithm) + R"(","typ":"JWT"})",
                payload);
}

} // namespace roomd::test
