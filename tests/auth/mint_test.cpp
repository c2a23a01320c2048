#include "auth/signer.hpp"
#include "auth/token_keys.hpp"
#include "base/base64.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <string>

using namespace roomd;
using namespace roomd::auth;
using enum Algorithm;
using test::checking, test::signing;

namespace {

std::string part(const std::string &token, int which) {
    std::size_t from = 0;
    for (int i = 0; i < which; ++i)
        from = token.find('.', from) + 1;
    return base::unbase64url(token.substr(from, token.find('.', from) - from)).value();
}

} // namespace

TEST_CASE("a minted token is accepted by the public part of its key") {
    struct Pair {
        Algorithm algorithm;
        const char *signer, *checker;
    };
    for (const Pair &pair : {Pair{HS256, "secret.txt", "secret.txt"},
                             {HS512, "secret.jwk", "secret.txt"},
                             {RS256, "rsa.pem", "rsa.jwk"},
                             {RS256, "rsa.jwk", "rsa.pem"},
                             {PS512, "rsa.pem", "rsa.pem"},
                             {ES256, "p256.pem", "p256.jwk"},
                             {ES256, "p256.jwk", "p256.pem"},
                             {ES384, "p384.pem", "p384.pem"},
                             {ES512, "p521.jwk", "p521.pem"}}) {
        CAPTURE(pair.signer);
        const auto token = mint(signing(pair.signer), pair.algorithm, R"({"sub":"u1"})");
        REQUIRE_MESSAGE(token.ok(), token.error());
        CHECK(part(*token, 1) == R"({"sub":"u1"})");
        const auto keys = parse_keys(checking(pair.checker), {pair.algorithm});
        REQUIRE(keys.ok());
        CHECK(keys->check(*token, part(*token, 2), pair.algorithm, {}).found ==
              VerifyKeys::Found::good);
    }
}

TEST_CASE("a minted token names its key, as asked or as the key does") {
    CHECK(part(*mint(signing("secret.txt"), HS256, "{}"), 0) == R"({"typ":"JWT","alg":"HS256"})");
    CHECK(part(*mint(signing("secret.jwk"), HS256, "{}"), 0) ==
          R"({"typ":"JWT","alg":"HS256","kid":"s1"})");
    CHECK(part(*mint(signing("secret.txt"), HS256, "{}", "k\"7"), 0) ==
          R"({"typ":"JWT","alg":"HS256","kid":"k\"7"})");
    const std::string set = "{\"keys\":[" + signing("rsa.jwk") + ',' + signing("p256.jwk") + "]}";
    CHECK(part(*mint(set, ES256, "{}"), 0) == R"({"typ":"JWT","alg":"ES256","kid":"e1"})");
    CHECK(part(*mint(set, RS256, "{}", "r1"), 0) == R"({"typ":"JWT","alg":"RS256","kid":"r1"})");
    CHECK_FALSE(mint(set, RS256, "{}", "r2").ok());
    CHECK_FALSE(mint(signing("secret.txt"), HS256, "{}", std::string("a\0b", 3)).ok());
}

TEST_CASE("minting fails with a key that does not suit the algorithm") {
    ERR_clear_error();
    const auto why = [](const std::string &key, Algorithm algorithm) {
        return std::string(mint(key, algorithm, "{}").error());
    };
    constexpr const char *none = "it holds no private key or secret that signs with this algorithm";
    CHECK(why(signing("rsa.pem"), ES256) == none);
    CHECK(why(signing("p256.pem"), ES384) == none);
    CHECK(why(checking("rsa.pem"), RS256) == none);
    CHECK(why(checking("rsa.jwk"), RS256) == none);
    CHECK(why(signing("rsa.pem"), HS256).starts_with("it is a PEM key"));
    CHECK(why("short", HS256) == "a secret for HS256 needs at least 32 bytes");
    CHECK(why(signing("secret.txt"), RS256).starts_with("it is neither PEM"));
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("claims must be one JSON object without duplicate members") {
    for (const char *claims : {"", "[]", "\"a\"", "{", R"({"a":1,"a":2})", "null"})
        CHECK_MESSAGE(!mint(signing("secret.txt"), HS256, claims).ok(), claims);
}
