#include "auth/token.hpp"
#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "app/explain.hpp"
#include "auth/strength.hpp"
#include "auth/token_keys.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/given_token.hpp"
#include "cli/report.hpp"
#include "cli/standard_input.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"
#include "json/json.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <system_error>

namespace roomd::cli {
namespace {

constexpr std::size_t most_key = 64u << 10;

struct Mint {
    std::string key, algorithm = "HS256", claims, key_id;
    std::size_t seconds = 3600;
    bool json = false;
};

// Reads the key without its last newline, as the configuration does.  Empty on success, else why
// not.
std::string read_key(const std::string &path, std::string &out) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return base::error_text(errno);
    std::error_code none;
    if (std::filesystem::is_directory(path, none)) return "it is a folder";
    out = all_of(file, most_key);
    if (out.size() > most_key) return "it is larger than " + std::to_string(most_key) + " bytes";
    if (out.ends_with('\n')) out.pop_back();
    if (out.ends_with('\r')) out.pop_back();
    const char *why = auth::misread(out);
    return why != nullptr ? why : "";
}

// `claims` with iat and exp added unless it has them.
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
    const auto refuse = [&](int exit_code, const char *code, const std::string &what) {
        return fail(io, form(given.json), exit_code, code, what);
    };
    const auto algorithm = auth::parse_algorithm(given.algorithm);
    if (!algorithm)
        return refuse(
            app::exit_usage, "usage",
            '"' + base::visible(given.algorithm) +
                "\" is not an algorithm: write HS256, RS256, PS256 or ES256, or one of them "
                "with 384 or 512");
    const auto kind = json::check(given.claims);
    if (!kind || *kind != json::Kind::object)
        return refuse(
            app::exit_usage, "usage",
            "the claims are not a JSON object: write '{\"sub\":\"u1\",\"role\":\"student\"}'");
    std::string key;
    if (const std::string why = read_key(given.key, key); !why.empty())
        return refuse(app::exit_runtime, "key_unreadable",
                      "the key " + base::visible(given.key) + " cannot be read: " + why);
    const auto token =
        auth::mint(key, *algorithm, with_times(given.claims, given.seconds), given.key_id);
    if (!token)
        return refuse(app::exit_runtime, "key_unfit",
                      base::visible(given.key) + " cannot sign: " + token.error());
    if (given.json)
        print_success(io, R"({"token":)" + json::quoted(*token) + "}");
    else
        io.out << *token << '\n';
    return app::exit_ok;
}

struct Verify {
    app::ConfigFile file{config::default_file(), ""};
    std::string token;
    bool json = false;
};

int verify(const Verify &given, Io &io) {
    const Form how = form(given.json);
    config::Config config;
    if (const int failed = read_token_config(io, how, given.file, config)) return failed;
    if (config.auth.mode == config::Auth::Mode::none)
        return fail(io, how, app::exit_configuration, "no_issuers",
                    given.file.path + ": \"auth.mode\" is none, so tokens are ignored");
    for (const std::string &note : use_key_copies(config))
        io.err << note << '\n';
    const auth::Tokens tokens(config.auth.issuers, config.auth.claims, config.auth.leeway);
    const auto verified = tokens.verify(given_token(io, given.token), base::unix_ms());
    if (const auto *refusal = std::get_if<auth::TokenRefusal>(&verified)) {
        const std::string_view hint = app::what_to_do(refusal->code);
        return fail(io, how, app::exit_runtime, refusal->code,
                    std::string(refusal->code) + ": " + refusal->message +
                        (hint.empty() ? "" : "\n  ") + std::string(hint));
    }
    const auto &good = std::get<auth::Verified>(verified);
    const std::string identity = tokens.identity(good.claims);
    const std::string until = good.expires_ms == 0 ? "never" : base::iso8601(good.expires_ms);
    if (given.json) {
        print_success(io,
                      R"({"identity":)" + identity + R"(,"expires":)" + json::quoted(until) + "}");
        return app::exit_ok;
    }
    print_table(io.out, {{"identity", identity}, {"accepted until", until}});
    return app::exit_ok;
}

} // namespace

void add_token_mint(Tree &tree) {
    auto given = std::make_shared<Mint>();
    tree.command("token", "Tokens of clients", "mint", "Sign a token, for development and tests",
                 [given](Io &io) { return mint(*given, io); })
        .text("claims", given->claims, "JSON", "Its claims: {\"sub\":\"u1\",\"role\":\"student\"}")
        .needed()
        .text("--key", given->key, "FILE", "The secret, a private JWK or a private PEM key")
        .needed()
        .text("--algorithm", given->algorithm, "NAME", "How it is signed")
        .initially("HS256")
        .text("--kid", given->key_id, "ID", "The key's id, for the header")
        .count("--seconds", given->seconds, 1, 315360000, "N", "How long it is valid")
        .initially("3600")
        .json(given->json)
        .more("Adds iat and exp unless the claims have them.");
}

void add_token_verify(Tree &tree) {
    auto given = std::make_shared<Verify>();
    Syntax syntax = tree.command("token", "Tokens of clients", "verify",
                                 "Would this token be accepted, and as whom?",
                                 [given](Io &io) { return verify(*given, io); });
    syntax.text("token", given->token, "TOKEN", "The token; - reads it from standard input")
        .needed()
        .text("-c,--config", given->file.path, "FILE", "The configuration file")
        .json(given->json);
}

} // namespace roomd::cli
