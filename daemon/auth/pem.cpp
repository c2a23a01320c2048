#include "auth/jose.hpp"
#include "auth/key_material.hpp"
#include "base/base64.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <new>

namespace roomd::auth {
namespace {

using Kind = KeyMaterial::Kind;

constexpr std::string_view begin = "-----BEGIN ";
constexpr const char *public_labels[] = {"PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"};

template <auto Free> struct With {
    template <class T> void operator()(T *thing) const { Free(thing); }
};
using Bio = std::unique_ptr<BIO, With<BIO_free>>;
using Pkey = std::unique_ptr<EVP_PKEY, With<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, With<BN_clear_free>>;
using Certificate = std::unique_ptr<X509, With<X509_free>>;

std::size_t count(std::string_view text, std::string_view word) noexcept {
    std::size_t out = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size()))
        ++out;
    return out;
}

// One block between BEGIN and END.
struct Block {
    std::string label, header;
    base::Secret der;
};

bool next_block(BIO *from, Block &block) {
    char *label = nullptr, *header = nullptr;
    unsigned char *der = nullptr;
    long size = 0;
    if (PEM_read_bio(from, &label, &header, &der, &size) != 1) return false;
    block.label = label;
    block.header = header;
    block.der = base::Secret(
        std::string(reinterpret_cast<const char *>(der), static_cast<std::size_t>(size)));
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(der, static_cast<std::size_t>(size));
    return true;
}

const unsigned char *unsigned_bytes(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char *>(text.data());
}

Pkey key_of(const Block &block) {
    const std::string_view der = block.der.reveal();
    const unsigned char *at = unsigned_bytes(der);
    const auto size = static_cast<long>(der.size());
    Pkey key;
    if (block.label == "PUBLIC KEY") {
        key.reset(d2i_PUBKEY(nullptr, &at, size));
    } else if (block.label == "RSA PUBLIC KEY") {
        key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size));
    } else if (block.label == "CERTIFICATE") {
        const Certificate certificate(d2i_X509(nullptr, &at, size));
        if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    } else {
        key.reset(d2i_AutoPrivateKey(nullptr, &at, size));
    }
    return at == unsigned_bytes(der) + der.size() ? std::move(key) : nullptr;
}

// A number of the key, padded to `size` bytes; empty when the key has none of that name.
std::string number(const EVP_PKEY *key, const char *name, std::size_t size = 0) {
    BIGNUM *raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    const Number n(raw);
    std::string out(std::max(size, static_cast<std::size_t>(BN_num_bytes(n.get()))), '\0');
    const int length = static_cast<int>(out.size());
    if (BN_bn2binpad(n.get(), reinterpret_cast<unsigned char *>(out.data()), length) != length)
        return {};
    return out;
}

const char *read_curve(const EVP_PKEY *from, KeyMaterial &key) {
    char curve[64] = "";
    EVP_PKEY_get_group_name(from, curve, sizeof curve, nullptr);
    const std::string_view name = curve;
    if (name == "prime256v1")
        key.kind = Kind::p256;
    else if (name == "secp384r1")
        key.kind = Kind::p384;
    else if (name == "secp521r1")
        key.kind = Kind::p521;
    else
        return "its curve is not P-256, P-384 or P-521";
    const std::size_t size = signature_size(key, Algorithm::ES256) / 2;
    key.x = number(from, OSSL_PKEY_PARAM_EC_PUB_X, size);
    key.y = number(from, OSSL_PKEY_PARAM_EC_PUB_Y, size);
    key.secret = base::Secret(number(from, OSSL_PKEY_PARAM_PRIV_KEY));
    return key.x.empty() || key.y.empty() ? "its point cannot be read" : nullptr;
}

const char *read_numbers(const EVP_PKEY *from, KeyMaterial &key) {
    switch (EVP_PKEY_get_base_id(from)) {
    case EVP_PKEY_RSA:
        key.kind = Kind::rsa;
        key.n = number(from, OSSL_PKEY_PARAM_RSA_N);
        key.e = number(from, OSSL_PKEY_PARAM_RSA_E);
        key.secret = base::Secret(number(from, OSSL_PKEY_PARAM_RSA_D));
        return key.n.empty() || key.e.empty() ? "its numbers cannot be read" : nullptr;
    case EVP_PKEY_EC: return read_curve(from, key);
    default: return "it is neither an RSA key nor a P-256, P-384 or P-521 key";
    }
}

bool is_public_der(const std::string &der) {
    return std::any_of(std::begin(public_labels), std::end(public_labels), [&](const char *label) {
        return key_of({label, "", base::Secret(der)}) != nullptr;
    });
}

} // namespace

bool is_pem(std::string_view text) noexcept {
    return text.find(begin) != std::string_view::npos;
}

base::Result<std::vector<KeyMaterial>> read_pem(std::string_view text) {
    const CleanErrors clean;
    const Bio from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!from) throw std::bad_alloc{};
    std::vector<KeyMaterial> out;
    std::size_t blocks = 0, certificates = 0;
    for (Block block; next_block(from.get(), block); ++blocks) {
        if (block.label == "EC PARAMETERS")
            continue; // the private key beside it names the curve too
        if (out.size() == most_keys) return base::Error{"it holds more than 32 keys"};
        if (block.label == "ENCRYPTED PRIVATE KEY" || !block.header.empty())
            return base::Error{"the private key is encrypted"};
        if (block.label == "CERTIFICATE" && ++certificates > 1)
            return base::Error{"it holds two certificates: a chain would let its authorities sign "
                               "too; give the signer's alone"};
        const Pkey from_block = key_of(block);
        if (!from_block) return base::Error{"a PEM block in it is neither a key nor a certificate"};
        KeyMaterial key;
        if (const char *why = read_numbers(from_block.get(), key)) return base::Error{why};
        out.push_back(std::move(key));
    }
    // OpenSSL stops at the first block that it cannot read, as it does at the end.
    if (blocks != count(text, begin)) return base::Error{"a PEM block in it cannot be read"};
    if (out.empty()) return base::Error{"it is PEM but holds no key"};
    return out;
}

const char *no_secret(std::string_view text) {
    const CleanErrors clean;
    constexpr const char *public_key = "it is a public key: as a secret, anyone could sign with it";
    if (text.starts_with("\xEF\xBB\xBF")) return "it begins with a byte order mark";
    if (text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-")) return public_key;
    if (is_public_der(std::string(text)) || is_public_der(base::unbase64(text))) return public_key;
    return nullptr;
}

} // namespace roomd::auth
