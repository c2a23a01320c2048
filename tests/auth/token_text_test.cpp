// What a token may look like; who signs it is in token_test.cpp.
#include "auth/token_fixture.hpp"
#include "auth/token_text.hpp"
#include "base/base64.hpp"

#include <chrono>

using namespace roomd;
using namespace roomd::test;
using namespace std::string_literals;

namespace {

const std::string good = hs256(with_exp());

// `good` with other parts.
std::string spliced(const std::string &header, const std::string &payload,
                    const std::string &signature) {
    return header + '.' + payload + '.' + signature;
}

struct Parts {
    std::string header = good.substr(0, good.find('.'));
    std::string payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
    std::string signature = good.substr(good.rfind('.') + 1);
};

} // namespace

TEST_CASE("a token has three parts, none of them empty") {
    const Parts part;
    CHECK(verify(tokens(), good) == "ok");
    CHECK(verify(tokens(), "") == "token_missing");
    for (const std::string &bad : {"x"s,
                                   "."s,
                                   ".."s,
                                   "..."s,
                                   part.header,
                                   part.header + '.',
                                   part.header + '.' + part.payload,
                                   part.header + '.' + part.payload + '.',
                                   spliced("", part.payload, part.signature),
                                   spliced(part.header, "", part.signature),
                                   good + '.',
                                   '.' + good,
                                   good + ".x",
                                   good + '.' + part.signature,
                                   part.header + ".." + part.payload + '.' + part.signature,
                                   good + "..",
                                   "null"s,
                                   with_exp(),
                                   "Bearer " + good,
                                   '"' + good + '"'})
        CHECK_MESSAGE(verify(tokens(), bad) == "token_malformed", bad);
    // An encrypted token has five.
    const auto five = tokens().verify(good + ".x.y", now);
    CHECK(std::get<auth::TokenRefusal>(five).message ==
          "a token must have three parts separated by dots");
}

TEST_CASE("each part is base64url without padding, and nothing is skipped in it") {
    const Parts part;
    for (const std::string &odd :
         {"="s, "=="s, " "s, "\n"s, "\r\n"s, "\0"s, "+"s, "/"s, "%3D"s, "\x80"s, "A"s, "é"s}) {
        CAPTURE(odd);
        CHECK(verify(tokens(), spliced(part.header + odd, part.payload, part.signature)) != "ok");
        CHECK(verify(tokens(), spliced(part.header, part.payload + odd, part.signature)) != "ok");
        CHECK(verify(tokens(), spliced(part.header, part.payload, part.signature + odd)) != "ok");
    }
    CHECK(verify(tokens(), good + "=") == "token_malformed");
    CHECK(verify(tokens(), ' ' + good) == "token_malformed");
    CHECK(verify(tokens(), good + '\n') == "token_malformed");
    // 32 bytes leave two bits of the last letter unused: they are zero in one of four spellings.
    const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string twin = good;
    twin.back() = letters[letters.find(good.back()) | 1];
    REQUIRE(twin != good);
    CHECK(verify(tokens(), twin) == "token_malformed");
}

TEST_CASE("a header and a payload are each one JSON object") {
    for (const std::string &other :
         {""s, "null"s, "[]"s, "\"x\""s, "7"s, "true"s, "{"s, "{}{}"s, "{} x"s, "{'a':1}"s, "[{}]"s,
          "\xEF\xBB\xBF{}"s, "{}\0"s, "{\"a\":\"\xFF\"}"s, "{\"a\":1,}"s,
          std::string(100, '[') + std::string(100, ']')}) {
        CAPTURE(other);
        CHECK(signed_outcome(other) == "token_malformed");
        CHECK(verify(tokens(), sign("HS256", signing("secret.txt"), other, with_exp())) ==
              "token_malformed");
    }
    // A token in a token, as `cty: JWT` would say.
    CHECK(signed_outcome(good) == "token_malformed");
    std::string deep = "1";
    for (int i = 0; i < 40; ++i)
        deep = "{\"a\":" + deep + '}';
    CHECK(signed_outcome(with_exp(R"(,"deep":)" + deep)) == "token_malformed");
}

TEST_CASE("a duplicate member is refused, in the header and at any depth of the payload") {
    for (const char *header :
         {R"({"alg":"HS256","alg":"none"})", R"({"alg":"none","alg":"HS256"})",
          R"({"alg":"HS256","al\u0067":"HS256"})", R"({"alg":"HS256","kid":"a","kid":"b"})",
          R"({"alg":"HS256","jwk":{"a":1,"a":2}})"})
        CHECK_MESSAGE(verify(tokens(), sign("HS256", signing("secret.txt"), header, with_exp())) ==
                          "token_malformed",
                      header);
    for (const char *more :
         {R"(,"sub":"u2")", R"(,"s\u0075b":"u2")", R"(,"exp":1900000000)", R"(,"iss":"studyspot")",
          R"(,"aud":"roomd")", R"(,"a":{"role":"x","role":"y"})", R"(,"a":[{"b":{"c":1,"c":1}}])"})
        CHECK_MESSAGE(signed_outcome(with_exp(more)) == "token_malformed", more);
}

TEST_CASE("a token of 8 kB is accepted, one of 1 MB is refused at once") {
    std::string claims = with_exp(R"(,"x":")" + std::string(6000, 'x') + '"');
    REQUIRE(hs256(claims).size() > 8000);
    CHECK(signed_outcome(claims) == "ok");

    const auto size_of = [](std::size_t filler) {
        return hs256(with_exp(R"(,"x":")" + std::string(filler, 'x') + '"')).size();
    };
    std::size_t filler = 11000;
    while (size_of(filler + 1) <= auth::max_token)
        ++filler;
    CHECK(signed_outcome(with_exp(R"(,"x":")" + std::string(filler, 'x') + '"')) == "ok");
    CHECK(signed_outcome(with_exp(R"(,"x":")" + std::string(filler + 1, 'x') + '"')) ==
          "token_too_large");

    const std::string huge = hs256(with_exp(R"(,"x":")" + std::string(750000, 'x') + '"'));
    REQUIRE(huge.size() > 1000000);
    const auto taker = tokens();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; ++i)
        CHECK(outcome(taker.verify(huge, now)) == "token_too_large");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)); // 1 us in truth
}
