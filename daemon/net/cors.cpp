#include "net/cors.hpp"

namespace roomd::net {

namespace {

// An empty one counts as none, as with Node.
std::string_view origin(const http::Head &head) noexcept {
    return head.find("origin").value_or(std::string_view());
}

} // namespace

bool origin_allowed(const Options &options, const http::Head &head) {
    const std::string_view from = origin(head);
    if (from.empty()) return options.cors.allow_missing_origin;
    return !options.portal_of || options.portal_of(from).has_value() ||
           options.own_origin.admits(from, head.find("host").value_or(std::string_view()));
}

std::string_view portal(const Options &options, const http::Head &head) {
    const std::string_view from = origin(head);
    if (from.empty() || !options.portal_of) return {};
    return options.portal_of(from).value_or(std::string_view{});
}

std::string cors_lines(const Options &options, const http::Head &head, bool preflight) {
    std::string out =
        preflight ? "Vary: Origin, Access-Control-Request-Headers\r\n" : "Vary: Origin\r\n";
    // An allowed origin is echoed; the head's reader refuses anything that could end a line.
    const std::string_view from = origin(head);
    if (from.empty() || !origin_allowed(options, head)) return out;
    out.append("Access-Control-Allow-Origin: ").append(from).append("\r\n");
    if (options.cors.credentials) out += "Access-Control-Allow-Credentials: true\r\n";
    return out;
}

void vary_by(std::string &lines, std::string_view header) {
    constexpr std::string_view first = "Vary: Origin";
    if (lines.starts_with(first)) lines.insert(first.size(), ", " + std::string(header));
}

std::string preflight_lines(const Options &options, std::string_view asked) {
    std::string out = "Access-Control-Allow-Methods: ";
    for (std::size_t i = 0; i < options.cors.methods.size(); ++i)
        out += (i == 0 ? "" : ",") + options.cors.methods[i];
    out += "\r\n";
    if (!asked.empty()) out.append("Access-Control-Allow-Headers: ").append(asked).append("\r\n");
    return out;
}

} // namespace roomd::net
