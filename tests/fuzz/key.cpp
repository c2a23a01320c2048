// Key material as an operator may hand it over: PEM, JWK, JWKS, secrets, and anything else.
#include "auth/token_keys.hpp"
#include "base/base64.hpp"
#include "fuzz/fuzz.hpp"
#include "json/json.hpp"

#include <openssl/err.h>

#include <string>
#include <string_view>
#include <vector>

using namespace roomd;
using enum auth::Algorithm;

namespace {

void check(bool taken, const char *why, std::size_t keys) {
    fuzz::must(taken ? keys > 0 : std::string_view(why).size() > 10);
    fuzz::must(ERR_peek_error() == 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto text = fuzz::text(data, size);
    for (const auto &algorithms : std::vector<std::vector<auth::Algorithm>>{
             {HS256}, {RS256, PS512}, {ES256, ES384, ES512}, {HS512, RS384, ES256}}) {
        const auto keys = auth::parse_keys(text, algorithms);
        check(keys.ok(), keys.error(), keys ? keys->size() : 0);
        if (keys && algorithms.size() == 1)
            fuzz::must(text.find("-----BEGIN ") == std::string_view::npos);
    }
    // A secret that signs checks what it signed.
    const auto token = auth::mint(text, HS256, "{}");
    check(token.ok(), token.error(), 1);
    if (!token) return 0;
    const auto keys = auth::parse_keys(text, {HS256});
    const auto signature = base::unbase64url(token->substr(token->rfind('.') + 1));
    // A JWK's key_ops may let it sign alone.
    if (keys && signature)
        fuzz::must(keys->check(*token, *signature, HS256, {}).found ==
                   auth::VerifyKeys::Found::good);
    return 0;
}
