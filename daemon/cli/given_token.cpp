#include "cli/given_token.hpp"

#include "app/exit_code.hpp"
#include "auth/token_text.hpp"
#include "cli/standard_input.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace roomd::cli {

int read_config(Io &io, Form how, const app::ConfigFile &file, config::Config &out,
                config::Credentials credentials) {
    config::Faults faults;
    host::Libraries libraries("");
    out = file.read(libraries, faults, credentials);
    if (faults.empty()) return app::exit_ok;
    return fail(io, how, app::exit_configuration, "configuration_invalid", faults.text());
}

std::string given_token(Io &io, const std::string &argument) {
    return argument == "-" ? first_line(io.in, auth::max_token) : argument;
}

std::string_view what_to_do(std::string_view code) noexcept {
    using Row = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Row, 10> rows{{
        {"token_missing", "send one in CONNECT: auth: { token }"},
        {"token_expired", "get a new one from the issuer"},
        {"token_not_yet", "compare the clocks of the issuer and of this machine"},
        {"token_key_unknown", "put the issuer's new key into its \"key\" and reload"},
        {"token_signature", "compare the issuer's key with its \"key\"; or the token was changed"},
        {"token_issuer", "compare its iss with \"auth.issuers\""},
        {"token_audience", "compare its aud with \"audience\" of the issuer"},
        {"token_algorithm", "compare its alg with \"algorithms\" of the issuer"},
        {"token_claims", "the issuer makes it incorrectly: fix it there"},
        {"token_malformed", "give all three parts, without quotes and without \"Bearer\""},
    }};
    const auto *const found =
        std::find_if(rows.begin(), rows.end(), [&](const Row &row) { return row.first == code; });
    return found == rows.end() ? std::string_view{} : found->second;
}

} // namespace roomd::cli
