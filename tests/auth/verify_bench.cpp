// What taking a token costs, and what the identity made of it.  Not a test: run it by hand.
#include "auth/token.hpp"
#include "vectors/vectors.hpp"

#include <cstdio>
#include <ctime>
#include <string>
#include <variant>

using namespace roomd;
using enum auth::Algorithm;

namespace {

constexpr std::int64_t now = 1800000000000;

// Of this process's time, so that neighbours do not count.
template <class Fn> double us_per_call(const Fn &fn) {
    int rounds = 0;
    const std::clock_t begin = std::clock();
    std::clock_t end = begin;
    while (end - begin < CLOCKS_PER_SEC / 2) {
        for (int i = 0; i < 16; ++i, ++rounds)
            fn();
        end = std::clock();
    }
    return 1e6 * static_cast<double>(end - begin) / CLOCKS_PER_SEC / rounds;
}

void measure(auth::Algorithm algorithm, const char *signer, const char *checker,
             const std::string &claims) {
    auth::Issuer issuer;
    issuer.issuer = "studyspot";
    issuer.audiences = {"roomd"};
    issuer.algorithms = {algorithm};
    const auto keys =
        auth::parse_keys(test::vector(std::string("key/checking/") + checker), {algorithm});
    const auto token =
        auth::mint(test::vector(std::string("key/signing/") + signer), algorithm, claims);
    if (!keys || !token) {
        std::printf("%s%s\n", keys.error(), token.error());
        return;
    }
    issuer.keys = {*keys};
    const auth::Tokens tokens({issuer}, {}, base::Duration(30000));
    std::string bad = *token;
    bad[bad.size() - 9] = bad[bad.size() - 9] == 'A' ? 'B' : 'A';
    bool good = true;
    std::size_t size = 0;
    const double verified = us_per_call(
        [&] { good &= std::holds_alternative<auth::Verified>(tokens.verify(*token, now)); });
    const double refused = us_per_call(
        [&] { good &= std::holds_alternative<auth::TokenRefusal>(tokens.verify(bad, now)); });
    const double named = us_per_call([&] { size += tokens.identity(claims).size(); });
    std::printf("%s  %5zu bytes  taken %7.2f us  refused %7.2f us  identity %5.2f us%s\n",
                std::string(auth::name(algorithm)).c_str(), token->size(), verified, refused, named,
                good && size > 0 ? "" : "  WRONG");
}

} // namespace

int main() {
    const std::string usual =
        R"({"iss":"studyspot","aud":"roomd","sub":"01HV6Z8Q4T3N9S5R7W2X1Y0ABC","role":"student",)"
        R"("tenantId":"tenant17","libraryIds":["library1","library2"],"iat":1799999000,"exp":1800003600})";
    std::string large = usual.substr(0, usual.size() - 1) + R"(,"more":[)";
    for (int i = 0; i < 600; ++i)
        large += "\"library" + std::to_string(i) + "\",";
    large += "0]}";
    measure(HS256, "secret.txt", "secret.txt", usual);
    measure(RS256, "rsa.pem", "rsa.pem", usual);
    measure(PS256, "rsa.pem", "rsa.pem", usual);
    measure(ES256, "p256.pem", "p256.pem", usual);
    measure(ES384, "p384.pem", "p384.pem", usual);
    measure(ES512, "p521.pem", "p521.pem", usual);
    measure(HS256, "secret.txt", "secret.txt", large);
}
