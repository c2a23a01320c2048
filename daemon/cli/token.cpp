#include "auth/token.hpp"
#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "auth/token_keys.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/given_token.hpp"
#include "cli/report.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct Mint {
    std::string key, algorithm = "HS256", claims, key_id;
    std::size_t seconds = 3600;
};

// The key's text, without one line end at its end: as the configuration reads it.
bool read_key(const std::string &path, std::string &out) {
    std::ifstream file(path, std::ios::binary);
    out.assign(std::istreambuf_iterator<char>(file), {});
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return file.good() || file.eof();
}

// `claims` with iat and exp, unless it has them.
std::string with_times(std::string_view claims, std::size_t seconds) {
    const std::int64_t now = base::unix_ms() / 1000;
    std::string out{json::trim(claims)};
    const auto add = [&](const char *name, std::int64_t value) {
        if (!json::member(out, name).empty()) return;
        const bool empty = json::trim(std::string_view(out).substr(1)) == "}";
        out.insert(1, json::quoted(name) + ":" + std::to_string(value) + (empty ? "" : ","));
    };
    add("exp", now + static_cast<std::int64_t>(seconds));
    add("iat", now);
    return out;
}

int mint(const Mint &given, Io &io) {
    const auto refuse = [&](const std::string &what) {
        return fail(io, Form::text, app::exit_usage, "usage", what);
    };
    const auto algorithm = auth::parse_algorithm(given.algorithm);
    if (!algorithm) return refuse("\"" + base::printable(given.algorithm) + "\" is no algorithm");
    const auto kind = json::check(given.claims);
    if (!kind || *kind != json::Kind::object)
        return refuse(
            "the claims are no JSON object: write '{\"sub\":\"u1\",\"role\":\"student\"}'");
    std::string key;
    if (!read_key(given.key, key)) return refuse("the key file " + given.key + " can not be read");
    const auto token =
        auth::mint(key, *algorithm, with_times(given.claims, given.seconds), given.key_id);
    if (!token) return refuse(std::string("the key does not sign: ") + token.error());
    io.out << *token << '\n';
    return app::exit_ok;
}

struct Verify {
    TokenOption token;
    bool json = false;
};

int verify(const Verify &given, Io &io) {
    config::Config config;
    std::string token;
    if (const int failed = given.token.read(io, form(given.json), config, token)) return failed;
    const auth::Tokens tokens(config.auth.issuers, config.auth.claims, config.auth.leeway);
    const auto verified = tokens.verify(token, base::unix_ms());
    if (const auto *fault = std::get_if<auth::TokenFault>(&verified))
        return fail(io, form(given.json), app::exit_runtime, fault->code, fault->message);
    const auto &good = std::get<auth::Verified>(verified);
    const std::string identity = tokens.identity(good.claims);
    const std::string until = good.expires_ms == 0 ? "never" : base::iso8601(good.expires_ms);
    if (given.json) {
        print_success(io,
                      R"({"identity":)" + identity + R"(,"expires":)" + json::quoted(until) + "}");
        return app::exit_ok;
    }
    print_table(io.out, {{"identity", identity}, {"taken until", until}});
    return app::exit_ok;
}

} // namespace

void add_token_mint(Tree &tree) {
    auto given = std::make_shared<Mint>();
    tree.command("token", "Tokens of clients", "mint", "Sign a token, for development and tests",
                 [given](Io &io) { return mint(*given, io); })
        .text("claims", given->claims, "JSON",
              "What it says: {\"sub\":\"u1\",\"role\":\"student\"}")
        .needed()
        .text("--key", given->key, "FILE", "The secret, a private JWK or a private PEM key")
        .needed()
        .text("--algorithm", given->algorithm, "NAME", "How it is signed")
        .initially("HS256")
        .text("--kid", given->key_id, "ID", "The key's id, for the header")
        .count("--seconds", given->seconds, 1, 315360000, "N", "How long it holds")
        .initially("3600")
        .more("Adds iat and exp unless the claims have them.");
}

void add_token_verify(Tree &tree) {
    auto given = std::make_shared<Verify>();
    Syntax syntax = tree.command("token", "Tokens of clients", "verify",
                                 "Would this token be taken, and for whom?",
                                 [given](Io &io) { return verify(*given, io); });
    syntax.text("token", given->token.text, "TOKEN", "The token; - reads it from standard input")
        .needed()
        .text("-c,--config", given->token.file.path, "FILE", "The configuration file")
        .json(given->json);
}

} // namespace roomd::cli
