#include "webhook/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace roomd::webhook {
namespace {

constexpr std::size_t digest_size = 32;
using Digest = std::array<unsigned char, digest_size>;

std::string hex(const Digest &bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

const unsigned char *raw(std::string_view text) {
    return reinterpret_cast<const unsigned char *>(text.data());
}

} // namespace

std::string hmac_sha256(std::string_view secret, std::string_view text) {
    Digest out{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), raw(text), text.size(),
             out.data(), &size) == nullptr ||
        size != out.size())
        throw std::runtime_error("HMAC-SHA256 failed");
    return hex(out);
}

std::string sha256(std::string_view text) {
    Digest out{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 failed");
    return {reinterpret_cast<const char *>(out.data()), out.size()};
}

std::string signature(const std::vector<std::string> &secrets, std::int64_t unix_seconds,
                      std::string_view body) {
    const std::string time = std::to_string(unix_seconds);
    std::string text;
    text.reserve(time.size() + 1 + body.size());
    text.append(time).append(".").append(body);
    std::string out = "t=" + time;
    for (const std::string &secret : secrets)
        out.append(",v1=").append(hmac_sha256(secret, text));
    return out;
}

} // namespace roomd::webhook
