#include "net/answered.hpp"

#include <algorithm>

namespace roomd::net {
namespace {

constexpr std::size_t longest_id = 128, longest_text = 200;

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool are_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), is_hex);
}

bool are_zero(std::string_view text) noexcept {
    return text.find_first_not_of('0') == std::string_view::npos;
}

// "00-" 32 digits "-" 16 digits "-" 2 digits, neither id zero.  A later version may have more
// behind another "-".
bool is_traceparent(std::string_view text) noexcept {
    constexpr std::size_t least = 55;
    if (text.size() < least || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const std::string_view version = text.substr(0, 2);
    if (!are_hex(version) || version == "ff") return false;
    if (text.size() > least && (version == "00" || text[least] != '-')) return false;
    const std::string_view trace = text.substr(3, 32), parent = text.substr(36, 16);
    return are_hex(trace) && are_hex(parent) && are_hex(text.substr(53, 2)) && !are_zero(trace) &&
           !are_zero(parent);
}

bool is_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_id &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string header(const http::Head &head, std::string_view name) {
    return std::string(head.find(name).value_or(std::string_view()).substr(0, longest_text));
}

} // namespace

std::string Told::lines() const {
    return request.empty() ? std::string() : "X-Request-Id: " + request + "\r\n";
}

Told tell_of(const http::Head &head) {
    Told out;
    out.method = http::name(head.method());
    out.path = head.path().substr(0, longest_text);
    out.origin = header(head, "origin");
    out.agent = header(head, "user-agent");
    out.request = request_id(head.find("x-request-id").value_or(std::string_view()),
                             head.find("traceparent").value_or(std::string_view()));
    out.came = std::chrono::steady_clock::now();
    return out;
}

std::string_view request_id(std::string_view x_request_id, std::string_view traceparent) noexcept {
    if (is_id(x_request_id)) return x_request_id;
    if (traceparent.size() <= longest_id && is_traceparent(traceparent) && is_id(traceparent))
        return traceparent;
    return {};
}

} // namespace roomd::net
