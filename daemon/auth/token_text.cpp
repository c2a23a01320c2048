#include "auth/token_text.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace roomd::auth {
namespace {

constexpr std::size_t max_header = 2048;
constexpr std::size_t deepest = 32;     // of a header and a payload
constexpr double latest = 253402300799; // the last second of the year 9999
constexpr const char *malformed = "token_malformed";

// The JSON object in a part of the token; nothing, and `why`, when it is not one.
std::optional<std::string> object(std::string_view part, const char *&why) {
    auto text = base::unbase64url(part);
    if (!text) {
        why = "is not base64url";
        return {};
    }
    const auto kind = json::check(*text, deepest);
    if (!kind || *kind != json::Kind::object) {
        why = "is not a JSON object";
        return {};
    }
    return text;
}

std::optional<TokenRefusal> read_header(std::string_view header, TokenText &out) {
    if (!json::member(header, "crit").empty() || !json::member(header, "b64").empty())
        return refuse(malformed, "the token's header requires an extension (crit, b64)");
    const auto algorithm = json::member(header, "alg");
    if (algorithm.empty() || json::kind(algorithm) != json::Kind::string)
        return refuse(malformed, "the token's header has no algorithm (alg)");
    const std::string named = json::string(algorithm);
    const auto known = parse_algorithm(named);
    if (!known)
        return refuse("token_algorithm", "the token's algorithm \"" + base::printable(named, 32) +
                                             "\" is not accepted");
    out.algorithm = *known;
    const auto id = json::member(header, "kid");
    if (id.empty()) return {};
    if (json::kind(id) != json::Kind::string)
        return refuse(malformed, "the token's key id (kid) must be a string");
    out.key_id = json::string(id);
    return {};
}

// A NumericDate of RFC 7519: seconds, with or without a fraction.
bool read_time(std::string_view payload, const char *name, std::optional<std::int64_t> &out) {
    const auto literal = json::trim(json::member(payload, name));
    if (literal.empty()) return true;
    double seconds = 0;
    const char *end = literal.data() + literal.size();
    const auto read = std::from_chars(literal.data(), end, seconds);
    if (read.ec != std::errc{} || !(seconds >= 0 && seconds <= latest)) return false;
    out = static_cast<std::int64_t>(seconds * 1000);
    return true;
}

} // namespace

std::variant<TokenText, TokenRefusal> read_token(std::string_view token) {
    if (token.empty()) return refuse("token_missing", "there is no token");
    if (token.size() > max_token)
        return refuse("token_too_large",
                      "a token may have at most " + std::to_string(max_token) + " bytes");
    const std::size_t first = token.find('.');
    const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos)
        return refuse(malformed, "a token must have three parts separated by dots");
    TokenText out;
    const char *why = nullptr;
    const auto header = object(token.substr(0, first), why);
    if (!header) return refuse(malformed, std::string("the token's header ") + why);
    if (header->size() > max_header) return refuse(malformed, "the token's header is too large");
    if (json::has_duplicates(*header))
        return refuse(malformed, "the token's header has a duplicate member");
    if (auto refused = read_header(*header, out)) return std::move(*refused);
    auto payload = object(token.substr(first + 1, second - first - 1), why);
    if (!payload) return refuse(malformed, std::string("the token's payload ") + why);
    auto signature = base::unbase64url(token.substr(second + 1));
    if (!signature || signature->empty())
        return refuse(malformed, "the token's signature is missing or not base64url");
    out.payload = std::move(*payload);
    out.signature = std::move(*signature);
    return out;
}

std::variant<Times, TokenRefusal> read_times(std::string_view payload) {
    Times times;
    const std::array<std::pair<const char *, std::optional<std::int64_t> *>, 3> all{
        {{"exp", &times.expires}, {"nbf", &times.not_before}, {"iat", &times.issued}}};
    for (const auto &[name, place] : all)
        if (!read_time(payload, name, *place))
            return refuse("token_claims", std::string("the token's ") + name +
                                              " is not a time in seconds since 1970");
    return times;
}

} // namespace roomd::auth
