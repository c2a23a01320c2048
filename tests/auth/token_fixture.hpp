#pragma once

#include "auth/signer.hpp"
#include "auth/token.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

// One issuer with a secret, and short words for what its tokens come to.
namespace roomd::test {

inline constexpr std::int64_t now_s = 1800000000;
inline constexpr std::int64_t now = now_s * 1000;
inline constexpr std::int64_t leeway = 30000;

inline auth::VerifyKeys keys(const std::string &material,
                             const std::vector<auth::Algorithm> &algorithms) {
    auto read = auth::parse_keys(material, algorithms);
    REQUIRE_MESSAGE(read.ok(), read.error());
    return *read;
}

inline auth::Issuer issuer(std::string name, std::vector<auth::Algorithm> algorithms,
                           const std::string &material) {
    auth::Issuer out;
    out.issuer = std::move(name);
    out.keys = {keys(material, algorithms)};
    out.algorithms = std::move(algorithms);
    return out;
}

inline auth::Issuer studyspot() {
    auth::Issuer out = issuer("studyspot", {auth::Algorithm::HS256}, checking("secret.txt"));
    out.audiences = {"roomd", "other"};
    return out;
}

inline auth::Tokens tokens(std::vector<auth::Issuer> issuers = {studyspot()}) {
    return {std::move(issuers), {}, base::Duration(leeway)};
}

// "ok", or the code of the fault.
inline std::string outcome(const std::variant<auth::Verified, auth::TokenRefusal> &result) {
    const auto *refusal = std::get_if<auth::TokenRefusal>(&result);
    return refusal == nullptr ? "ok" : refusal->code;
}

inline std::string verify(const auth::Tokens &with, const std::string &token,
                          std::int64_t at = now) {
    return outcome(with.verify(token, at));
}

// A good payload with `more` in it, such as ,"exp":5
inline std::string payload(const std::string &more) {
    return R"({"iss":"studyspot","aud":"roomd","sub":"u1")" + more + '}';
}

inline std::string with_exp(const std::string &more = "") {
    return payload(R"(,"exp":)" + std::to_string(now_s + 60) + more);
}

inline std::string hs256(const std::string &payload) {
    return sign("HS256", signing("secret.txt"), payload);
}

// What becomes of a payload that the issuer signed.
inline std::string signed_outcome(const std::string &payload, std::int64_t at = now) {
    return verify(tokens(), hs256(payload), at);
}

} // namespace roomd::test
