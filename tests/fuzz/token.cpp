// Tokens from strangers, and headers and claims that a signature goes with.
#include "auth/token.hpp"
#include "auth/signer.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "fuzz/fuzz.hpp"
#include "vectors/vectors.hpp"
#include "json/json.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace roomd;
using enum auth::Algorithm;

namespace {

constexpr std::int64_t now = 1300819379000; // before the examples of RFC 7515 expire

const std::string secret = test::vector("key/signing/secret.txt");

auth::Issuer issuer(const char *name, std::vector<auth::Algorithm> algorithms, const char *key) {
    auth::Issuer out;
    out.issuer = name;
    const auto keys =
        auth::parse_keys(test::vector(std::string("key/checking/") + key), algorithms);
    fuzz::must(keys.ok());
    out.keys = {*keys};
    out.algorithms = std::move(algorithms);
    return out;
}

const auth::Tokens &tokens() {
    static const auth::Tokens made = [] {
        auth::Issuer mine = issuer("studyspot", {HS256}, "secret.txt");
        mine.audiences = {"roomd"};
        return auth::Tokens({std::move(mine), issuer("joe", {HS256, RS256, ES256}, "rfc7515.jwks")},
                            {"sub", "/realm_access/roles", "tenant"}, base::Duration(30000));
    }();
    return made;
}

void check_refusal(const auth::TokenRefusal &refusal) {
    fuzz::must(std::string_view(refusal.code).starts_with("token_"));
    fuzz::must(!refusal.message.empty() && base::is_utf8(refusal.message));
    for (const char c : refusal.message)
        fuzz::must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

void check_verified(const auth::Verified &good) {
    fuzz::must(good.issuer < 2 && good.expires_ms > now);
    for (const std::string &text : {good.claims, tokens().identity(good.claims)}) {
        const auto kind = json::check(text);
        fuzz::must(kind.ok() && *kind == json::Kind::object && !json::has_duplicates(text));
    }
}

void verify(const std::string &token) {
    const auto result = tokens().verify(token, now);
    if (const auto *refusal = std::get_if<auth::TokenRefusal>(&result))
        check_refusal(*refusal);
    else
        check_verified(std::get<auth::Verified>(result));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(fuzz::text(data, size));
    verify(text);
    verify(test::sign("HS256", secret, text));
    verify(
        test::sign("HS256", secret, text, R"({"iss":"studyspot","aud":"roomd","exp":1900000000})"));
    // The parts of a token, changed and signed again.
    const auto dot = text.find('.');
    const auto second = dot == text.npos ? dot : text.find('.', dot + 1);
    if (second != text.npos)
        verify(test::sign("HS256", secret, base::unbase64(text.substr(0, dot)),
                          base::unbase64(text.substr(dot + 1, second - dot - 1))));
    return 0;
}
