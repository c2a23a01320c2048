#include "auth/token_fixture.hpp"
#include "auth/token_text.hpp"
#include "base/base64.hpp"
#include "json/json.hpp"

#include <stdexcept>

using namespace roomd;
using namespace roomd::test;
using namespace std::string_literals;
using enum auth::Algorithm;

namespace {

std::string header_outcome(const std::string &header) {
    return verify(tokens(), sign("HS256", signing("secret.txt"), header, with_exp()));
}

} // namespace

TEST_CASE("the examples of RFC 7515 are accepted, until they expire") {
    constexpr std::int64_t expires = 1300819380000;
    struct Example {
        auth::Algorithm algorithm;
        const char *file;
    };
    for (const Example &example : {Example{HS256, "rfc7515_hs256.jwt"},
                                   {RS256, "rfc7515_rs256.jwt"},
                                   {ES256, "rfc7515_es256.jwt"}}) {
        const auto joe = tokens({issuer("joe", {example.algorithm}, checking("rfc7515.jwks"))});
        const std::string token = test::vector("token/valid/"s + example.file);
        CHECK(verify(joe, token, expires + leeway - 1) == "ok");
        CHECK(verify(joe, token, expires + leeway) == "token_expired");
    }
}

TEST_CASE("the good example tokens are accepted, the bad ones refused") {
    auto mine = studyspot();
    mine.audiences = {"roomd"};
    const auto taker =
        tokens({mine, issuer("joe", {HS256, RS256, ES256}, checking("rfc7515.jwks"))});
    constexpr std::int64_t then = 1300819379000;
    for (const auto &file : test::vectors("token/valid"))
        CHECK_MESSAGE(verify(taker, file.bytes, then) == "ok", file.name);
    for (const auto &file : test::vectors("token/invalid"))
        CHECK_MESSAGE(verify(taker, file.bytes, then) != "ok", file.name);
}

TEST_CASE("a good token gives its claims as they were signed, its expiry and its issuer") {
    const std::string claims = "{ \"iss\":\"b\",\n \"exp\":" + std::to_string(now_s + 60) +
                               R"(, "sub":"u1","role":["x"]})";
    const auto two = tokens({issuer("a", {HS256}, checking("secret.txt")),
                             issuer("b", {HS256}, checking("secret.txt"))});
    const auto result = two.verify(hs256(claims), now);
    REQUIRE(outcome(result) == "ok");
    const auto &good = std::get<auth::Verified>(result);
    CHECK(good.claims == claims);
    CHECK(good.issuer == 1);
    CHECK(good.expires_ms == now + 60000 + leeway);
    CHECK(two.identity(good.claims) == R"({"user":"u1","roles":["x"],"claims":)" + claims + '}');
}

TEST_CASE("a token without a signature is never accepted, however `none` is spelled") {
    const auto open = tokens();
    for (const char *alg : {"none", "None", "NONE", "nOnE", "nonE", "none ", " none", "", "null",
                            "hs256", "HS256 ", "Hs256", "HS257", "HMAC", "dir", "A128KW"}) {
        const std::string header = R"({"alg":")"s + alg + R"(","typ":"JWT"})";
        CAPTURE(alg);
        CHECK(verify(open, compact(header, with_exp(), "")) == "token_algorithm");
        CHECK(verify(open, compact(header, with_exp(), "x")) == "token_algorithm");
        CHECK(header_outcome(header) == "token_algorithm"); // signed as if it said HS256
    }
    CHECK(verify(open, compact(R"({"alg":"n\u006fne"})", with_exp(), "")) == "token_algorithm");
    for (const char *header : {R"({"alg":null})", R"({"alg":["none"]})", R"({"alg":0})", "{}",
                               R"({"ALG":"HS256"})", R"({"alg":["HS256"]})"})
        CHECK_MESSAGE(header_outcome(header) == "token_malformed", header);
    // A good algorithm and no signature.
    CHECK(verify(open, compact(R"({"alg":"HS256"})", with_exp(), "")) == "token_malformed");
}

TEST_CASE("a public key is not a secret: HS256 over it is refused where RS256 or ES256 is meant") {
    for (const char *file : {"rsa.pem", "p256.pem", "rsa.jwk", "certificate.pem"}) {
        CAPTURE(file);
        const auto algorithm = file[0] == 'p' ? ES256 : RS256;
        const std::string known = checking(file);
        const std::string trimmed = known.substr(0, known.find_last_not_of('\n') + 1);
        auto one = issuer("studyspot", {algorithm}, known);
        one.audiences = {"roomd"};
        auto both = issuer("studyspot", {algorithm, HS256}, known);
        both.audiences = {"roomd"};
        for (const auto &secret : {known, trimmed})
            for (const char *hmac : {"HS256", "HS384", "HS512"}) {
                const std::string forged = sign(hmac, secret, with_exp());
                CHECK(verify(tokens({one}), forged) == "token_algorithm");
                // Even where the issuer takes HS256 too, with no secret configured.
                CHECK(verify(tokens({both}), forged) ==
                      (hmac == "HS256"s ? "token_key_unknown" : "token_algorithm"));
            }
        // The other way: the secret's issuer is not moved by a public key's algorithm.
        const char *pem = algorithm == ES256 ? "p256.pem" : "rsa.pem";
        CHECK(verify(tokens(), sign(auth::name(algorithm), signing(pem), with_exp())) ==
              "token_algorithm");
    }
}

TEST_CASE("PSS and PKCS #1 signatures of one key are not interchangeable") {
    auto rsa = issuer("studyspot", {RS256, PS256}, checking("rsa.pem"));
    rsa.audiences = {"roomd"};
    const auto with = tokens({rsa});
    CHECK(verify(with, sign("RS256", signing("rsa.pem"), with_exp())) == "ok");
    CHECK(verify(with, sign("PS256", signing("rsa.pem"), with_exp())) == "ok");
    const auto says = [](const char *alg) { return R"({"alg":")"s + alg + "\"}"; };
    CHECK(verify(with, sign("RS256", signing("rsa.pem"), says("PS256"), with_exp())) ==
          "token_signature");
    CHECK(verify(with, sign("PS256", signing("rsa.pem"), says("RS256"), with_exp())) ==
          "token_signature");
    rsa.algorithms = {RS256};
    CHECK(verify(tokens({rsa}), sign("PS256", signing("rsa.pem"), with_exp())) ==
          "token_algorithm");
}

TEST_CASE("the header's own keys and addresses of keys are ignored") {
    const std::string own = R"(,"jwk":)" + checking("rsa.jwk") +
                            R"(,"jku":"https://evil.example/keys","x5u":"https://evil.example/c")" +
                            R"(,"x5c":["MIIB"],"x5t":"x","typ":7,"cty":{}})";
    CHECK(header_outcome(R"({"alg":"HS256")" + own) == "ok");
    auto other = issuer("studyspot", {RS256}, checking("rsa_other.pem"));
    CHECK(verify(tokens({other}), sign("RS256", signing("rsa.pem"), R"({"alg":"RS256")" + own,
                                       with_exp())) == "token_signature");
}

TEST_CASE("a header that the library cannot read is refused") {
    CHECK(header_outcome(R"({"alg":"HS256","x":"\u0000"})") == "token_malformed");
    CHECK(header_outcome(R"({"alg":"HS256","x":"\ud800"})") == "token_malformed");
    CHECK(header_outcome(R"({"alg":"HS256","x":1e999})") == "token_malformed");
}

TEST_CASE("a header that requires an extension is refused") {
    for (const char *more :
         {R"("crit":["exp"])", R"("crit":[])", R"("crit":null)", R"("crit":["b64"],"b64":false)",
          R"("b64":false)", R"("b64":true)", R"("cr\u0069t":["x"])"})
        CHECK_MESSAGE(header_outcome(R"({"alg":"HS256",)"s + more + '}') == "token_malformed",
                      more);
}

TEST_CASE("a key id that the issuer does not have is refused, and so is one that is not a string") {
    auto with_ids = issuer("studyspot", {HS256}, checking("secret.jwk"));
    with_ids.audiences = {"roomd"};
    const auto outcome_of = [&](const char *kid) {
        return verify(tokens({with_ids}),
                      sign("HS256", signing("secret.txt"), R"({"alg":"HS256","kid":)"s + kid + '}',
                           with_exp()));
    };
    CHECK(outcome_of("\"s1\"") == "ok");
    CHECK(outcome_of(R"("\u00731")") == "ok");
    for (const char *kid :
         {"\"s2\"", "\"\"", "\"S1\"", R"("s1\u0000")", "\"../../dev/null\"", "\"' OR 1=1\""})
        CHECK_MESSAGE(outcome_of(kid) == "token_key_unknown", kid);
    for (const char *kid : {"1", "null", "[\"s1\"]", "{}"})
        CHECK_MESSAGE(outcome_of(kid) == "token_malformed", kid);
    CHECK(verify(tokens({with_ids}), hs256(with_exp())) == "ok"); // no kid: all keys
}

TEST_CASE("one issuer's key, algorithm and key id do not count for another") {
    auto a = issuer("a", {RS256}, checking("set.jwks")); // r1, r2, and e1, which is not RS256's
    auto b = issuer("b", {ES256}, checking("set.jwks"));
    auto c = issuer("c", {HS256}, checking("secret.jwk"));
    const auto three = tokens({a, b, c});
    const auto claims = [](const char *iss) {
        return R"({"iss":")"s + iss + R"(","exp":)" + std::to_string(now_s + 9) + '}';
    };
    const auto with = [&](const char *alg, const char *key, const char *kid, const char *iss) {
        return verify(three,
                      sign(alg, signing(key), R"({"alg":")"s + alg + R"(","kid":")" + kid + "\"}",
                           claims(iss)));
    };
    CHECK(with("RS256", "rsa.pem", "r1", "a") == "ok");
    CHECK(with("ES256", "p256.pem", "e1", "b") == "ok");
    CHECK(with("HS256", "secret.txt", "s1", "c") == "ok");
    CHECK(with("ES256", "p256.pem", "e1", "a") == "token_algorithm");
    CHECK(with("RS256", "rsa.pem", "r1", "b") == "token_algorithm");
    CHECK(with("HS256", "secret.txt", "s1", "a") == "token_algorithm");
    CHECK(with("RS256", "rsa.pem", "s1", "a") == "token_key_unknown");
    CHECK(with("RS256", "rsa.pem", "e1", "a") == "token_key_unknown");
    CHECK(with("RS256", "rsa.pem", "r2", "a") == "token_signature");
}

TEST_CASE("the issuer is compared whole, and must be configured") {
    const auto with_iss = [](const std::string &iss) {
        return R"({"iss":)" + iss + R"(,"aud":"roomd","exp":)" + std::to_string(now_s + 9) + '}';
    };
    CHECK(signed_outcome(with_iss("\"studyspot\"")) == "ok");
    CHECK(signed_outcome(with_iss(R"("study\u0073pot")")) == "ok");
    for (const char *iss : {"\"\"", "\"StudySpot\"", "\"studyspot \"", "\"studyspot/\"",
                            "\"studyspo\"", R"("studyspot\u0000")", "\"evil\""})
        CHECK_MESSAGE(signed_outcome(with_iss(iss)) == "token_issuer", iss);
    for (const char *iss : {"null", "1", "[\"studyspot\"]", "{}", "true"})
        CHECK_MESSAGE(signed_outcome(with_iss(iss)) == "token_claims", iss);
    CHECK(signed_outcome(R"({"aud":"roomd","exp":1900000000})") == "token_issuer");
    // A lone issuer without a name takes tokens with any and with none.
    const auto unnamed = tokens({issuer("", {HS256}, checking("secret.txt"))});
    CHECK(verify(unnamed, hs256(R"({"exp":1900000000})")) == "ok");
    CHECK(verify(unnamed, hs256(R"({"iss":"x","exp":1900000000})")) == "ok");
    CHECK(verify(unnamed, hs256(R"({"iss":7,"exp":1900000000})")) == "token_claims");
}

TEST_CASE("an audience is a string or a list of strings, and one of them is ours") {
    const auto with_aud = [](const std::string &aud) {
        return R"({"iss":"studyspot","exp":1900000000)" + aud + '}';
    };
    for (const char *aud : {R"(,"aud":"roomd")", R"(,"aud":"other")", R"(,"aud":["roomd"])",
                            R"(,"aud":["x","y","other"])"})
        CHECK_MESSAGE(signed_outcome(with_aud(aud)) == "ok", aud);
    for (const char *aud : {"", R"(,"aud":"")", R"(,"aud":[])", R"(,"aud":"Roomd")",
                            R"(,"aud":"roomd ")", R"(,"aud":"room")", R"(,"aud":["x","roomd2"])",
                            R"(,"aud":"roomd other")", R"(,"aud":"roomd\u0000")"})
        CHECK_MESSAGE(signed_outcome(with_aud(aud)) == "token_audience", aud);
    for (const char *aud :
         {R"(,"aud":null)", R"(,"aud":7)", R"(,"aud":{"roomd":1})", R"(,"aud":[["roomd"]])",
          R"(,"aud":[7,"roomd"])", R"(,"aud":["roomd",null])"})
        CHECK_MESSAGE(signed_outcome(with_aud(aud)) == "token_claims", aud);
    // RFC 7519, 4.1.3: who has no name must refuse what is addressed to somebody.
    auto nameless = studyspot();
    nameless.audiences.clear();
    CHECK(verify(tokens({nameless}), hs256(with_aud(""))) == "ok");
    CHECK(verify(tokens({nameless}), hs256(with_aud(R"(,"aud":"roomd")"))) == "token_audience");
    CHECK(verify(tokens({nameless}), hs256(with_aud(R"(,"aud":[])"))) == "token_audience");
}

TEST_CASE("a token needs its signature by its issuer") {
    CHECK(verify(tokens(), sign("HS256", std::string(64, 'x'), with_exp())) == "token_signature");
    const std::string good = hs256(with_exp());
    // Another payload under the same signature.
    const std::string other = hs256(with_exp(R"(,"role":"staff")"));
    const std::string mixed = other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'));
    CHECK(verify(tokens(), mixed) == "token_signature");
    CHECK(verify(tokens(), good.substr(0, good.size() - 3)) == "token_signature");
}

TEST_CASE("only a correctly signed token learns what is wrong with its times") {
    CHECK(verify(tokens(), sign("HS256", std::string(64, 'x'), payload(R"(,"exp":1)"))) ==
          "token_signature");
}

TEST_CASE("issuers that could be mixed up are a programming error") {
    const auto a = issuer("a", {HS256}, checking("secret.txt"));
    const auto unnamed = issuer("", {HS256}, checking("secret.txt"));
    CHECK_THROWS_AS(tokens({a, a}), std::invalid_argument);
    CHECK_THROWS_AS(tokens({a, unnamed}), std::invalid_argument);
    CHECK_THROWS_AS(tokens({unnamed, a}), std::invalid_argument);
    auto without = a;
    without.keys.clear();
    CHECK_THROWS_AS(tokens({without}), std::invalid_argument);
    without = a;
    without.algorithms.clear();
    CHECK_THROWS_AS(tokens({without}), std::invalid_argument);
    CHECK(verify(tokens({}), hs256(with_exp())) == "token_issuer");
}

TEST_CASE("a fault says whether trying again may help, in text fit for a log line") {
    struct Expected {
        std::string token;
        const char *code;
        bool retryable;
    };
    const auto with_header = [](const char *header) {
        return sign("HS256", signing("secret.txt"), header, with_exp());
    };
    auto with_ids = issuer("studyspot", {HS256}, checking("secret.jwk"));
    with_ids.audiences = {"roomd"};
    const auto taker = tokens({with_ids});
    for (const Expected &expected :
         {Expected{"", "token_missing", false},
          {"a.b.c", "token_malformed", false},
          {std::string(20000, 'a'), "token_too_large", false},
          {with_header(R"({"alg":"no\u001bne\n"})"), "token_algorithm", false},
          {with_header(R"({"alg":"HS256","kid":"new"})"), "token_key_unknown", true},
          {sign("HS256", std::string(64, 'x'), with_exp()), "token_signature", false},
          {hs256(R"({"iss":"\u001b[31m\n"})"), "token_issuer", false},
          {hs256(R"({"iss":"studyspot","aud":"x"})"), "token_audience", false},
          {hs256(payload(R"(,"exp":5)")), "token_expired", true},
          {hs256(with_exp(R"(,"nbf":1900000000)")), "token_not_yet", true},
          {hs256(payload("")), "token_claims", false}}) {
        const auto result = taker.verify(expected.token, now);
        REQUIRE(outcome(result) == expected.code);
        const auto &refusal = std::get<auth::TokenRefusal>(result);
        CHECK(refusal.retryable == expected.retryable);
        CHECK(refusal.message.find_first_of("\n\r\x1b") == std::string::npos);
        CHECK(refusal.message.size() > 10);
    }
}

TEST_CASE("a token that names no key is tried with eight, one that names its key with that") {
    auth::Issuer many = issuer("studyspot", {auth::Algorithm::HS256}, checking("secret.txt"));
    many.audiences = {"roomd"};
    many.keys.clear();
    const auto token_by = [](int i, const std::string &kid) {
        return *auth::mint("secret number " + std::to_string(10 + i) + ", and more than 32 bytes",
                           auth::Algorithm::HS256, with_exp(), kid);
    };
    for (int i = 0; i < 10; ++i) {
        // base64url of the same text, in a JWK with an id
        const std::string secret =
            base::base64url("secret number " + std::to_string(10 + i) + ", and more than 32 bytes");
        many.keys.push_back(
            keys(R"({"kty":"oct","kid":"k)" + std::to_string(i) + R"(","k":")" + secret + "\"}",
                 {auth::Algorithm::HS256}));
    }
    const auto with = tokens({many});
    CHECK(verify(with, token_by(0, "")) == "ok");
    CHECK(verify(with, token_by(7, "")) == "ok");
    CHECK(verify(with, token_by(8, "")) == "token_signature");
    CHECK(verify(with, token_by(8, "k8")) == "ok");
    CHECK(verify(with, token_by(9, "k9")) == "ok");
}

TEST_CASE("a refused token reports the time it took, the longer the more") {
    const auto took = [](const std::string &token) {
        const auto result = tokens().verify(token, now);
        return std::get<auth::TokenRefusal>(result).us;
    };
    const std::string forged = sign("HS256", std::string(40, 'x'), with_exp());
    CHECK(took(forged) > took("x.y.z"));
    CHECK(took(std::string(auth::max_token, 'x')) > took("x"));
    CHECK(took(std::string(auth::max_token + 1, 'x')) == 0); // nobody reads it
}

TEST_CASE("a token that was accepted before is accepted again without a signature check, until it "
          "expires") {
    const auto taker = tokens();
    const std::string token = hs256(with_exp());
    const auto again = [&](const std::string &which, std::int64_t at) {
        return outcome(taker.verify_again(which, at));
    };
    CHECK(again(token, now) == "ok");
    CHECK(again(token, now + 60000 + leeway) == "token_expired");
    const std::string forged = sign("HS256", std::string(40, 'x'), with_exp());
    CHECK(again(forged, now) == "ok"); // the caller knows the token
}

TEST_CASE("an issuer whose keys are still to be fetched refuses for now, and says whose they are") {
    auth::Issuer fetched = issuer("a", {auth::Algorithm::RS256}, checking("rsa.pem"));
    const auto keys = std::exchange(fetched.keys, {});
    fetched.jwks_url = "https://id.example.com/jwks";
    fetched.audiences = {"roomd"};
    const std::string token =
        sign("RS256", signing("rsa.pem"), R"({"alg":"RS256","kid":"new"})",
             R"({"iss":"a","aud":"roomd","exp":)" + std::to_string(now_s + 60) + "}");
    const auto refusal = [&](const auth::Issuer &issuer) {
        return std::get<auth::TokenRefusal>(tokens({studyspot(), issuer}).verify(token, now));
    };
    auto refused = refusal(fetched);
    CHECK(refused.code == std::string("keys_unavailable"));
    CHECK(refused.retryable);
    CHECK(refused.lacks_key_of == std::size_t{1});

    fetched.are_fetched = true;
    refused = refusal(fetched);
    CHECK(refused.code == std::string("token_key_unknown"));
    CHECK(refused.lacks_key_of == std::size_t{1});

    fetched.keys = keys; // without ids: any may be meant
    CHECK(verify(tokens({studyspot(), fetched}), token) == "ok");
    const auto other =
        tokens({studyspot(), fetched}).verify(sign("HS256", "another secret", with_exp()), now);
    CHECK_FALSE(std::get<auth::TokenRefusal>(other).lacks_key_of);
}
