// exp, nbf and iat to the millisecond; the leeway of the fixture is 30 s.
#include "auth/token_fixture.hpp"

using namespace roomd;
using namespace roomd::test;
using namespace std::string_literals;

namespace {

std::string exp(const std::string &value) {
    return payload(R"(,"exp":)" + value);
}

std::string at_now(const char *claim) {
    return payload(R"(,"exp":1900000000,")"s + claim + R"(":)" + std::to_string(now_s));
}

std::string verify_without_leeway(const std::string &claims, std::int64_t at) {
    return outcome(auth::Tokens({studyspot()}, {}, base::Duration(0)).verify(hs256(claims), at));
}

} // namespace

TEST_CASE("a token ends at exp and the leeway, to the millisecond") {
    const std::string claims = exp(std::to_string(now_s));
    CHECK(signed_outcome(claims, now - 1) == "ok");
    CHECK(signed_outcome(claims, now) == "ok");
    CHECK(signed_outcome(claims, now + leeway - 1) == "ok");
    CHECK(signed_outcome(claims, now + leeway) == "token_expired");
    CHECK(signed_outcome(claims, now + leeway + 1) == "token_expired");
    CHECK(verify_without_leeway(claims, now - 1) == "ok");
    CHECK(verify_without_leeway(claims, now) == "token_expired");
}

TEST_CASE("the reported expiry is the first moment at which the token is refused") {
    const auto taker = tokens();
    const std::string token = hs256(exp(std::to_string(now_s)));
    const auto result = taker.verify(token, now);
    REQUIRE(outcome(result) == "ok");
    const std::int64_t end = std::get<auth::Verified>(result).expires_ms;
    CHECK(verify(taker, token, end - 1) == "ok");
    CHECK(verify(taker, token, end) == "token_expired");
}

TEST_CASE("a token is valid from nbf and iat on, less the leeway") {
    for (const char *claim : {"nbf", "iat"}) {
        CAPTURE(claim);
        CHECK(signed_outcome(at_now(claim), now) == "ok");
        CHECK(signed_outcome(at_now(claim), now + 1) == "ok");
        CHECK(signed_outcome(at_now(claim), now - leeway) == "ok");
        CHECK(signed_outcome(at_now(claim), now - leeway - 1) == "token_not_yet");
        CHECK(verify_without_leeway(at_now(claim), now) == "ok");
        CHECK(verify_without_leeway(at_now(claim), now - 1) == "token_not_yet");
    }
}

TEST_CASE("exp is required, unless the issuer says otherwise") {
    CHECK(signed_outcome(payload("")) == "token_claims");
    auto lax = studyspot();
    lax.require_exp = false;
    const auto result = tokens({lax}).verify(hs256(payload("")), now);
    REQUIRE(outcome(result) == "ok");
    CHECK(std::get<auth::Verified>(result).expires_ms == 0);
    // What is there counts all the same.
    CHECK(verify(tokens({lax}), hs256(exp("5"))) == "token_expired");
    CHECK(verify(tokens({lax}), hs256(exp("\"never\""))) == "token_claims");
}

TEST_CASE("a time may have a fraction or an exponent, as JSON numbers do") {
    CHECK(signed_outcome(exp("1800000000.0"), now + leeway - 1) == "ok");
    CHECK(signed_outcome(exp("1800000000.0"), now + leeway) == "token_expired");
    CHECK(signed_outcome(exp("1800000000.5"), now + leeway + 499) == "ok");
    CHECK(signed_outcome(exp("1800000000.5"), now + leeway + 500) == "token_expired");
    CHECK(signed_outcome(exp("18e8"), now + leeway - 1) == "ok");
    CHECK(signed_outcome(exp("1.8E+9"), now + leeway) == "token_expired");
}

TEST_CASE("a time that is not a number of seconds is refused") {
    for (const char *claim : {"exp", "nbf", "iat"})
        for (const char *value :
             {"\"1900000000\"", "\"\"", "null", "true", "[1900000000]", "{}", "-1", "-0.001",
              "253402300800", "1900000000000", "9223372036854775808", "99999999999999999999999999",
              "\"2099-01-01T00:00:00Z\""}) {
            const std::string more = claim == "exp"s ? "" : R"(,"exp":1900000000)";
            CAPTURE(claim);
            CHECK_MESSAGE(signed_outcome(payload(more + R"(,")" + claim + R"(":)" + value)) ==
                              "token_claims",
                          value);
        }
}

TEST_CASE("claims with a number beyond a double are not valid JSON") {
    CHECK(signed_outcome(exp("1e400")) == "token_malformed");
    CHECK(signed_outcome(payload(R"(,"exp":1900000000,"x":-1e400)")) == "token_malformed");
}

TEST_CASE("the smallest and the largest time are times") {
    CHECK(signed_outcome(exp("0")) == "token_expired");
    CHECK(signed_outcome(exp("-0")) == "token_expired");
    CHECK(signed_outcome(exp("1e-400")) == "token_claims"); // no double is that small
    CHECK(signed_outcome(exp("253402300799")) == "ok");
    CHECK(signed_outcome(exp("0." + std::string(5000, '9'))) == "token_expired");
    CHECK(signed_outcome(exp("1900000000,\"iat\":0,\"nbf\":0")) == "ok");
}
