#include "net/cors.hpp"

#include "net/guards.hpp"

namespace roomd::net {

bool origin_allowed(const Options &options, const Head &head) {
    if (!head.origin_given) return options.cors.allow_missing_origin;
    return !options.portal_of || options.portal_of(head.origin).has_value();
}

std::string_view portal(const Options &options, const Head &head) {
    if (!head.origin_given || !options.portal_of) return {};
    return options.portal_of(head.origin).value_or(std::string_view{});
}

std::string cors_lines(const Options &options, const Head &head, bool preflight) {
    std::string out =
        preflight ? "Vary: Origin, Access-Control-Request-Headers\r\n" : "Vary: Origin\r\n";
    // An allowed origin is echoed, so nothing that could end a header line may be in it.
    if (!head.origin_given || has_illegal_byte(head.origin) || !origin_allowed(options, head))
        return out;
    out += "Access-Control-Allow-Origin: " + head.origin + "\r\n";
    if (options.cors.credentials) out += "Access-Control-Allow-Credentials: true\r\n";
    return out;
}

void vary_by(std::string &lines, std::string_view header) {
    constexpr std::string_view first = "Vary: Origin";
    if (lines.starts_with(first)) lines.insert(first.size(), ", " + std::string(header));
}

std::string preflight_lines(const Options &options, const std::string &asked) {
    std::string out = "Access-Control-Allow-Methods: ";
    for (std::size_t i = 0; i < options.cors.methods.size(); ++i)
        out += (i == 0 ? "" : ",") + options.cors.methods[i];
    out += "\r\n";
    if (!asked.empty() && !has_illegal_byte(asked))
        out += "Access-Control-Allow-Headers: " + asked + "\r\n";
    return out;
}

} // namespace roomd::net
