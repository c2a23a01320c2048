#include "auth/token_fixture.hpp"
#include "auth/token_keys.hpp"
#include "base/base64.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::auth;
using Found = VerifyKeys::Found;
using enum Algorithm;
using test::checking, test::signing;

namespace {

const std::vector<Algorithm> all{HS256, HS384, HS512, RS256, RS384, RS512,
                                 PS256, PS384, PS512, ES256, ES384, ES512};

std::string refused(const std::string &name) {
    return test::vector("key/refused/" + name);
}

using test::keys;
VerifyKeys keys(const std::string &material) {
    return keys(material, all);
}

std::string why(const std::string &material, const std::vector<Algorithm> &algorithms = all) {
    return parse_keys(material, algorithms).error();
}

Found check(const VerifyKeys &with, const std::string &token, Algorithm algorithm,
            const std::optional<std::string> &id = {}) {
    const auto signature = base::unbase64url(token.substr(token.rfind('.') + 1));
    REQUIRE(signature.has_value());
    return with.check(token, *signature, algorithm, id).found;
}

// What kind of key signs with it.
std::string signer(Algorithm algorithm) {
    switch (algorithm) {
    case ES256: return signing("p256.pem");
    case ES384: return signing("p384.pem");
    case ES512: return signing("p521.pem");
    default: return signing(family(algorithm) == Family::rsa ? "rsa.pem" : "secret.txt");
    }
}

std::string checker(Algorithm algorithm) {
    switch (algorithm) {
    case ES256: return checking("p256.pem");
    case ES384: return checking("p384.pem");
    case ES512: return checking("p521.pem");
    default: return checking(family(algorithm) == Family::rsa ? "rsa.pem" : "secret.txt");
    }
}

} // namespace

TEST_CASE("every algorithm accepts what OpenSSL signed, and no other algorithm does") {
    for (const Algorithm algorithm : all) {
        CAPTURE(name(algorithm));
        const VerifyKeys right = keys(checker(algorithm), {algorithm});
        for (const Algorithm other : all) {
            CAPTURE(name(other));
            const std::string token = test::sign(name(other), signer(other), "{}");
            const Found found = check(right, token, other);
            if (other == algorithm)
                CHECK(found == Found::good);
            else
                CHECK(found != Found::good);
        }
    }
}

TEST_CASE("a token with one changed bit is refused") {
    for (const Algorithm algorithm : all) {
        const VerifyKeys right = keys(checker(algorithm), {algorithm});
        const std::string token = test::sign(name(algorithm), signer(algorithm), R"({"a":1})");
        const std::size_t dot = token.find('.'), last = token.rfind('.');
        for (const std::size_t at : {dot + 3, last + 1, last + 9, token.size() - 4}) {
            std::string changed = token;
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            CHECK_MESSAGE(check(right, changed, algorithm) == Found::bad, name(algorithm), at);
        }
    }
}

TEST_CASE("a signature of another length is refused, and nothing is read beyond it") {
    const auto with_signature = [](const std::string &token, const std::string &signature) {
        return token.substr(0, token.rfind('.') + 1) + base::base64url(signature);
    };
    for (const Algorithm algorithm : all) {
        CAPTURE(name(algorithm));
        const VerifyKeys right = keys(checker(algorithm), {algorithm});
        const std::string token = test::sign(name(algorithm), signer(algorithm), "{}");
        const std::string good = *base::unbase64url(token.substr(token.rfind('.') + 1));
        const std::string half = good.substr(0, good.size() / 2);
        const std::string zero(1, '\0');
        for (const std::string &other :
             {std::string("x"), half, good.substr(1), good.substr(0, good.size() - 1), good + zero,
              zero + good, good + good,
              // the same two numbers, each one byte longer
              zero + half + zero + good.substr(good.size() / 2)})
            CHECK(check(right, with_signature(token, other), algorithm) == Found::bad);
    }
}

TEST_CASE("curves are bound to their algorithm") {
    const VerifyKeys p256 = keys(checking("p256.pem"));
    CHECK(check(p256, test::sign("ES256", signing("p256.pem"), "{}"), ES256) == Found::good);
    // A P-256 key signing a SHA-512 digest, called ES512.
    const std::string odd = test::sign("ES512", signing("p256.pem"), R"({"alg":"ES512"})", "{}");
    CHECK(check(p256, odd, ES512) == Found::no_key);
    CHECK(why(checking("p256.pem"), {ES384, ES512, RS256}) ==
          "its kind of key suits none of the algorithms");
}

TEST_CASE("a public key never serves as a secret, in no form") {
    for (const char *file : {"rsa.pem", "p256.pem", "rsa_pkcs1.pem", "certificate.pem"})
        CHECK(why(checking(file), {HS256}).starts_with("it is a PEM key: as a secret of HS256"));
    for (const char *file : {"rsa.der", "p256.der", "rsa_pkcs1.der", "certificate.der",
                             "rsa.base64", "p256.base64", "rsa.ssh"})
        CHECK_MESSAGE(why(refused(file), {HS256}) ==
                          "it is a public key: as a secret, anyone could sign with it",
                      file);
    CHECK(why(checking("rsa.jwk"), {HS256}) == "its kind of key suits none of the algorithms");
    // Beside other algorithms text is never a secret, whatever it looks like.
    CHECK(why(checking("secret.txt"), {HS256, RS256}).starts_with("it is neither PEM nor a JWK"));
    // The classic: the public key as it is in the file, taken as an HMAC secret.
    const std::string forged = test::sign("HS256", checking("rsa.pem"), "{}");
    CHECK(check(keys(checking("rsa.pem")), forged, HS256) == Found::no_key);
}

TEST_CASE("every file in the folder of refused keys is refused, for every use") {
    for (const auto &file : test::vectors("key/refused"))
        for (const auto &algorithms : std::vector<std::vector<Algorithm>>{
                 all, {HS256}, {RS256}, {ES256}, {PS512, ES384}, {HS256, HS512}}) {
            const auto read = parse_keys(file.bytes, algorithms);
            CHECK_MESSAGE(!read.ok(), file.name);
            CHECK_MESSAGE(std::string_view(read.error()).size() > 10, file.name);
        }
}

TEST_CASE("why a key is refused names what to do about it") {
    CHECK(why(signing("rsa.pem")) == "it is a private key: give its public part, which `openssl "
                                     "pkey -in KEY -pubout` writes");
    CHECK(why(signing("p256.pem")).starts_with("it is a private key"));
    CHECK(why(refused("private_in_set.jwks")).starts_with("it is a private key"));
    CHECK(why(refused("encrypted.pem")) == "the private key is encrypted");
    CHECK(why(refused("encrypted_traditional.pem")) == "the private key is encrypted");
    CHECK(why(refused("chain.pem")).starts_with("it holds two certificates"));
    CHECK(why(refused("rsa_1024.pem")) == "an RSA key of less than 2048 bits is too weak");
    CHECK(why(refused("rsa_2047.pem")) == "an RSA key of less than 2048 bits is too weak");
    CHECK(why(refused("rsa_short.jwk")) == "an RSA key of less than 2048 bits is too weak");
    CHECK(why(refused("rsa_long.jwk")) ==
          "an RSA key of more than 8192 bits takes too long to check");
    CHECK(why(refused("exponent_1.jwk")).starts_with("its public exponent"));
    CHECK(why(refused("exponent_even.jwk")).starts_with("its public exponent"));
    CHECK(why(refused("exponent_huge.jwk")).starts_with("its public exponent"));
    CHECK(why(refused("off_curve.jwk")) == "its point is not on its curve");
    CHECK(why(refused("secp256k1.pem")) == "its curve is not P-256, P-384 or P-521");
    CHECK(why(refused("own_generator.pem")) == "its curve is not P-256, P-384 or P-521");
    CHECK(why(refused("ed25519.pem")).starts_with("it is neither an RSA key nor a P-256"));
    CHECK(why(refused("rsa_pss.pem")).starts_with("it is neither an RSA key nor a P-256"));
    CHECK(why(refused("cut.pem")) == "a PEM block in it cannot be read");
    CHECK(why(refused("cut.jwk")) == "it looks like JSON but is not a JSON object");
    CHECK(why(refused("member_twice.jwk")) == "it has a duplicate member");
    CHECK(why(refused("too_many.jwks")) == "it holds more than 32 keys");
    CHECK(why(refused("none_usable.jwks")) == "it holds no signature key");
    CHECK(why(refused("use_enc.jwk")).starts_with("the key is not for signatures"));
    CHECK(why(refused("alg_other_curve.jwk")) == "the key's \"alg\" does not suit its kind");
    CHECK(why(refused("short_point.jwk")).starts_with("an EC key needs \"x\" and \"y\""));
    CHECK(why(refused("trailing.pem")) == "a PEM block in it is neither a key nor a certificate");
    CHECK(why(refused("bom.jwk"), {HS256}) == "it begins with a byte order mark");
}

TEST_CASE("a secret is at least as long as the longest hash that is asked of it") {
    CHECK(why(std::string(31, 'k'), {HS256}) == "a secret for HS256 needs at least 32 bytes");
    CHECK(parse_keys(std::string(32, 'k'), {HS256}).ok());
    CHECK(why(std::string(47, 'k'), {HS256, HS384}) ==
          "a secret for HS384 needs at least 48 bytes");
    CHECK(why(std::string(63, 'k'), {HS512, HS256}) ==
          "a secret for HS512 needs at least 64 bytes");
    CHECK(why("", {HS256}) == "a secret for HS256 needs at least 32 bytes");
    CHECK(why(refused("secret_short.jwk"), {HS256}) ==
          "a secret for HS256 needs at least 32 bytes");
    // A JWK that says what it is for need not serve more.
    const std::string jwk =
        R"({"kty":"oct","alg":"HS256","k":")" + base::base64url(std::string(32, 'k')) + "\"}";
    CHECK(parse_keys(jwk, {HS256, HS512}).ok());
}

TEST_CASE("PEM holds public keys in their usual forms, or one certificate") {
    const std::string token = test::sign("RS256", signing("rsa.pem"), "{}");
    for (const char *file : {"rsa.pem", "rsa_pkcs1.pem", "certificate.pem", "two.pem"})
        CHECK_MESSAGE(check(keys(checking(file)), token, RS256) == Found::good, file);
    CHECK(keys(checking("two.pem")).size() == 2);
    CHECK(keys(checking("p256_explicit.pem")).size() == 1); // written out, it is the named curve
    CHECK(check(keys(checking("rsa_other.pem")), token, RS256) == Found::bad);
    // Each block was meant: none is passed over.
    CHECK(why(checking("rsa.pem") + refused("cut.pem")) == "a PEM block in it cannot be read");
    CHECK(why(checking("rsa.pem") + signing("p256.pem")).starts_with("it is a private key"));
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += checking("p256.pem");
    CHECK(why(many) == "it holds more than 32 keys");
    CHECK(why(checking("rsa.pem") + refused("rsa_1024.pem")) ==
          "an RSA key of less than 2048 bits is too weak");
    CHECK(why(refused("rsa_1024.pem") + checking("rsa.pem")) ==
          "an RSA key of less than 2048 bits is too weak");
}

TEST_CASE("a set's keys for other purposes are left out") {
    const VerifyKeys set = keys(checking("set.jwks"));
    CHECK(set.size() == 3);
    CHECK(keys(checking("set.jwks"), {ES256}).size() == 1);
    CHECK(why(checking("set.jwks"), {ES384}) == "its kind of key suits none of the algorithms");
    const std::string by_r2 = test::sign("RS256", signing("rsa_other.pem"), "{}");
    CHECK(check(set, by_r2, RS256, "r2") == Found::good);
    // The same numbers stand in the set for encryption, under another id.
    CHECK(check(set, by_r2, RS256, "enc") == Found::no_key);
    // r1 says "alg": "RS256", and is none for PS256; r2 says nothing.
    CHECK(check(set, test::sign("PS256", signing("rsa.pem"), "{}"), PS256, "r1") == Found::no_key);
    CHECK(check(set, test::sign("PS256", signing("rsa_other.pem"), "{}"), PS256, "r2") ==
          Found::good);
}

TEST_CASE("a key id chooses the key; without one all keys are tried") {
    const VerifyKeys set = keys(checking("set.jwks"));
    const std::string by_r1 = test::sign("RS256", signing("rsa.pem"), "{}");
    CHECK(check(set, by_r1, RS256, "r1") == Found::good);
    CHECK(check(set, by_r1, RS256, "r2") == Found::bad);
    for (const char *other : {"r3", "", "R1", "r1 ", "../r1"})
        CHECK(check(set, by_r1, RS256, other) == Found::no_key);
    CHECK(check(set, by_r1, RS256, "e1") == Found::no_key); // a key, of another kind
    CHECK(check(set, by_r1, RS256) == Found::good);

    const VerifyKeys pem = keys(checking("rsa.pem"));
    CHECK(check(pem, by_r1, RS256, "whatever") == Found::good); // PEM has no ids to compare
    const VerifyKeys both = VerifyKeys::joined({pem, keys(checking("p256.jwk")), set});
    CHECK(both.size() == 5);
    CHECK(check(both, by_r1, RS256, "whatever") == Found::no_key);
    CHECK(check(both, by_r1, RS256, "r1") == Found::good);
}

TEST_CASE("nothing of a bad signature or a bad key stays in OpenSSL's queue of errors") {
    ERR_clear_error();
    for (const Algorithm algorithm : all) {
        const VerifyKeys right = keys(checker(algorithm), {algorithm});
        std::string token = test::sign(name(algorithm), signer(algorithm), "{}");
        const std::size_t at = token.rfind('.') + 2;
        token[at] = token[at] == 'A' ? 'B' : 'A';
        CHECK(check(right, token, algorithm) == Found::bad);
        CHECK(ERR_peek_error() == 0);
    }
    for (const auto &file : test::vectors("key/refused")) {
        CHECK_FALSE(parse_keys(file.bytes, {HS256}).ok());
        CHECK_FALSE(parse_keys(file.bytes, all).ok());
        CHECK_MESSAGE(ERR_peek_error() == 0, file.name);
    }
}

TEST_CASE("a token whose header means another algorithm to the library is refused") {
    const VerifyKeys rsa = keys(checking("rsa.pem"));
    const std::string token = test::sign("PS256", signing("rsa.pem"), "{}");
    CHECK(check(rsa, token, PS256) == Found::good);
    CHECK(check(rsa, token, RS256) == Found::unclear);
    // jansson does not accept NUL in a text.
    const std::string nul =
        test::sign("RS256", signing("rsa.pem"), R"({"alg":"RS256","x":"\u0000"})", "{}");
    CHECK(check(rsa, nul, RS256) == Found::unclear);
}

TEST_CASE("without a key every token is refused") {
    const std::string token = test::sign("HS256", signing("secret.txt"), "{}");
    CHECK(check(VerifyKeys{}, token, HS256) == Found::no_key);
    CHECK(check(VerifyKeys::joined({}), token, HS256) == Found::no_key);
}

namespace {

std::string nth_secret(int i) {
    return std::string(31, 'k') + static_cast<char>('A' + i);
}

// A secret as a JWK, with an id when it has one.
VerifyKeys jwk(int i, const std::string &id = "") {
    return keys(R"({"kty":"oct","alg":"HS256","k":")" + base::base64url(nth_secret(i)) + '"' +
                    (id.empty() ? "" : R"(,"kid":")" + id + '"') + '}',
                {HS256});
}

} // namespace

TEST_CASE("a token without a key id is tried with eight keys, those without an id first") {
    std::vector<VerifyKeys> some;
    for (int i = 0; i < 12; ++i)
        some.push_back(jwk(i, "k" + std::to_string(i)));
    for (int i = 12; i < 15; ++i)
        some.push_back(jwk(i));
    const VerifyKeys all_of_them = VerifyKeys::joined(some);
    const auto by = [&](int i, const std::optional<std::string> &id) {
        return check(all_of_them, test::sign("HS256", nth_secret(i), "{}"), HS256, id);
    };
    for (const int tried : {14, 13, 12, 0, 4})
        CHECK_MESSAGE(by(tried, {}) == Found::good, tried);
    for (const int beyond : {5, 11})
        CHECK_MESSAGE(by(beyond, {}) == Found::bad, beyond);
    CHECK(by(11, "k11") == Found::good);

    const VerifyKeys::Count count = all_of_them.serving(HS256);
    CHECK(count.all == 15);
    CHECK(count.nameless == 3);
    CHECK(all_of_them.serving(ES256).all == 0);
}

TEST_CASE(
    "the more keys a token is tried with, and the slower they are, the more it is said to take") {
    const auto took = [](const VerifyKeys &with, const std::string &token, Algorithm algorithm) {
        const auto signature = base::unbase64url(token.substr(token.rfind('.') + 1));
        return with.check(token, *signature, algorithm, {}).us;
    };
    const auto by = [](Algorithm algorithm, const std::string &file, int times) {
        return VerifyKeys::joined(
            std::vector(static_cast<std::size_t>(times), keys(checking(file), {algorithm})));
    };
    const std::string es256 = test::sign("ES256", signing("p256.pem"), "{}");
    const std::string es384 = test::sign("ES384", signing("p384.pem"), "{}");
    const std::string rs256 = test::sign("RS256", signing("rsa_other.pem"), "{}");
    const unsigned one = took(by(RS256, "rsa.pem", 1), rs256, RS256);
    CHECK(one > 0);
    CHECK(took(by(RS256, "rsa.pem", 5), rs256, RS256) == 5 * one);
    CHECK(took(by(RS256, "rsa.pem", 64), rs256, RS256) == 8 * one);
    CHECK(took(by(ES256, "p256.pem", 64), es256, ES256) > one); // good at the first
    CHECK(took(by(ES384, "p384.pem", 64), es384, ES384) >
          5 * took(by(ES256, "p256.pem", 1), es256, ES256));
    CHECK(took(by(ES384, "p384.pem", 1), es256, ES384) == 0); // of another length: not tried
}

TEST_CASE("a key set from outside has public keys only") {
    const auto set = [](const std::string &keys) { return "{\"keys\":[" + keys + "]}"; };
    const std::string rsa = checking("rsa.jwk"), curve = checking("p256.jwk");
    const auto good = parse_key_set(set(rsa + "," + curve));
    REQUIRE_MESSAGE(good.ok(), good.error());
    CHECK(good->size() == 2);
    CHECK(good->serving(RS256).all + good->serving(ES256).all >= 1);
    const auto why = [](const std::string &text) {
        return std::string(parse_key_set(text).error());
    };
    CHECK(why(rsa) == "it is a single key: a set (JWKS) is needed");
    CHECK(why(set(rsa + "," + checking("secret.jwk"))).find("whoever reads it could sign") !=
          std::string::npos);
    CHECK(why(set(rsa + "," + signing("rsa.jwk"))).find("whoever reads it could sign") !=
          std::string::npos);
    // Neither where the key is of a kind, or for a use, that is not for us.
    for (const std::string &exposed :
         {std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"})"),
          std::string(R"({"kty":"oct","use":"enc","k":"AA"})"),
          std::string(R"({"kty":"RSA","alg":"RSA-OAEP","n":"AQ","e":"AQAB","d":"AA"})")})
        CHECK_MESSAGE(why(set(rsa + "," + exposed)).find("whoever reads it could sign") !=
                          std::string::npos,
                      exposed);
    for (const std::string &bad :
         {std::string(), std::string("<html>"), checking("rsa.pem"), checking("secret.txt"),
          set(""), std::string("{\"keys\":{}}"), std::string("[]")})
        CHECK_MESSAGE(!why(bad).empty(), bad);
}
