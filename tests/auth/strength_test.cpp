#include "auth/strength.hpp"

#include "auth/token_keys.hpp"
#include "base/base64.hpp"
#include "base/random.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

using namespace roomd;
using namespace roomd::auth;

namespace {

const std::string drawn = "kHZzvVk3vR9B0mQyX1dT5uJwL8cNs2Ae";

std::string base64url(const std::string &bytes) {
    std::string text = base::base64(bytes);
    for (char &c : text)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text.substr(0, text.find('='));
}

std::string rsa(const std::string &modulus) {
    return R"({"kty":"RSA","n":")" + base64url(modulus) + R"(","e":"AQAB"})";
}

// 2,048 bits that end in this byte, so a number of that remainder by 256.
std::string modulus(unsigned char last) {
    std::string n(256, '\0');
    for (std::size_t i = 0; i < n.size(); ++i)
        n[i] = static_cast<char>(0x80 + i * 37 % 128);
    n.back() = static_cast<char>(last);
    return n;
}

std::vector<const char *> doubts(const std::string &material, Algorithm algorithm) {
    const auto keys = parse_keys(material, {algorithm});
    REQUIRE_MESSAGE(keys.ok(), keys.error());
    return keys->doubts();
}

} // namespace

TEST_CASE("a secret that repeats itself, or is a sequence, is guessable") {
    CHECK(is_guessable(std::string(64, 'a')));
    CHECK(is_guessable(std::string(64, '\0')));
    CHECK(is_guessable("abababababababababababababababab"));
    CHECK(is_guessable("changeme-changeme-changeme-changeme-"));
    CHECK(is_guessable("0123456789abcdef0123456789abcdef")); // each different, and then again
    CHECK(is_guessable("abcdefghijklmnopqrstuvwxyz{|}~"));
    CHECK(is_guessable("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
    CHECK(is_guessable("1111111111111111"));
}

TEST_CASE("a random secret is not guessable, in whatever form") {
    for (int i = 0; i < 2000; ++i) {
        char bytes[32];
        base::random_bytes(bytes, sizeof bytes);
        const std::string_view raw(bytes, sizeof bytes);
        std::string hex;
        for (const char c : raw)
            for (const int digit : {(c >> 4) & 15, c & 15})
                hex += "0123456789abcdef"[digit];
        CHECK_FALSE(is_guessable(raw));
        CHECK_FALSE(is_guessable(raw.substr(0, 16)));
        CHECK_FALSE(is_guessable(base::base64(raw)));
        CHECK_FALSE(is_guessable(hex));
        CHECK_FALSE(is_guessable(hex.substr(0, 16)));
    }
    CHECK_FALSE(is_guessable(drawn));
    CHECK_FALSE(is_guessable("a long sentence that somebody can remember"));
}

TEST_CASE("a guessable secret works, with a warning") {
    const std::string weak(64, 'a');
    const std::vector<const char *> said = doubts(weak, Algorithm::HS256);
    REQUIRE(said.size() == 1);
    CHECK(std::strstr(said[0], "repeats itself") != nullptr);
    CHECK(doubts(R"({"kty":"oct","k":")" + base64url(weak) + "\"}", Algorithm::HS256) == said);
    CHECK(doubts(drawn, Algorithm::HS256).empty());
}

TEST_CASE("an RSA key whose modulus is even, or has a small factor, works with a warning") {
    const std::vector<const char *> said = doubts(rsa(modulus(0xFE)), Algorithm::RS256);
    REQUIRE(said.size() == 1);
    CHECK(std::strstr(said[0], "small factor") != nullptr);
    std::string with_three = modulus(1);
    unsigned sum = 0; // 256 is 1 more than a multiple of 3
    for (const char c : with_three)
        sum += static_cast<unsigned char>(c);
    with_three.back() = static_cast<char>(1 + (3 - sum % 3) * 4 % 6);
    CHECK(doubts(rsa(with_three), Algorithm::RS256) == said);
    const std::string set = "{\"keys\":[" + rsa(modulus(0xFE)) + "," + rsa(modulus(0xFC)) + "]}";
    CHECK(doubts(set, Algorithm::RS256) == said); // once
    CHECK(doubts(test::vector("key/checking/rsa.pem"), Algorithm::RS256).empty());
    CHECK(doubts(test::vector("key/checking/p256.pem"), Algorithm::ES256).empty());
}
