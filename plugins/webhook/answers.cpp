#include "webhook/answers.hpp"

#include "base/text.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"

#include <charconv>
#include <cmath>

namespace roomd::webhook {
namespace {

constexpr std::string_view unavailable_message = "the backend does not answer; try again";
constexpr std::size_t longest_message = 500;

bool is_success(int status) {
    return status >= 200 && status < 300;
}

bool is_object(std::string_view text) {
    const auto kind = json::check(text);
    return kind && *kind == json::Kind::object;
}

// Of a number of seconds; 0 when it is none, or not a time that one can mean.
std::int64_t milliseconds(std::string_view number) {
    double seconds = 0;
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), seconds);
    if (error != std::errc{} || end != number.data() + number.size()) return 0;
    if (!(seconds > 0 && seconds < 1e11)) return 0;
    return static_cast<std::int64_t>(std::floor(seconds * 1000));
}

json::Object refusal(std::string_view code, std::string_view message) {
    return json::error(code, message);
}

std::string text_of(std::string_view object, std::string_view key) {
    const std::string_view value = json::member(object, key);
    if (value.empty() || json::kind(value) != json::Kind::string) return {};
    return json::string(value);
}

} // namespace

std::string unavailable_ack() {
    return json::refused_ack(
        refusal("backend_unavailable", unavailable_message).flag("retryable", true));
}

bool is_refusal(int status) noexcept {
    switch (status) {
    case 401:
    case 403:
    case 404:
    case 407:
    case 408:
    case 429: return false;
    default: return status >= 400 && status < 500;
    }
}

std::optional<std::string> ack_of(const Reply &reply) {
    const std::string_view body = json::trim(reply.body);
    const bool valid = !body.empty() && json::check(body);
    if (is_success(reply.status)) {
        if (body.empty()) return std::string("[]");
        if (valid) return json::List().raw(body).done();
        return {};
    }
    if (reply.status < 400 || reply.status >= 500 || reply.status == 408 || reply.status == 429)
        return {};
    auto error = refusal("backend_refused", "the backend refuses this")
                     .flag("retryable", false)
                     .number("status", reply.status);
    if (valid) error.raw("body", body);
    return json::refused_ack(std::move(error));
}

std::optional<Decision> decision_of(const Reply &reply) {
    if (!is_success(reply.status)) return {};
    const std::string_view body = json::trim(reply.body);
    if (!is_object(body)) return {};
    const std::string_view allow = json::member(body, "allow");
    if (allow != "true" && allow != "false") return {};
    Decision out;
    out.allow = allow == "true";
    if (out.allow) {
        const std::string_view identity = json::member(body, "identity");
        if (!identity.empty() && !is_object(identity)) return {};
        out.identity = identity;
        const std::string_view expires = json::member(body, "expires_at");
        if (!expires.empty() && expires != "null") {
            out.expires_ms = milliseconds(expires);
            if (out.expires_ms == 0) return {}; // a bound that cannot be read is no bound
        }
        return out;
    }
    out.message = base::to_utf8(text_of(body, "message").substr(0, longest_message));
    if (out.message.empty()) out.message = "the backend does not allow this";
    std::string code = text_of(body, "code");
    if (code.empty()) code = "denied";
    out.data = json::member(body, "data");
    if (out.data.empty())
        out.data = json::Object().text("code", code).flag("retryable", false).done();
    return out;
}

Decision undecided() {
    Decision out;
    out.message = unavailable_message;
    out.data = json::Object().text("code", "backend_unavailable").flag("retryable", true).done();
    return out;
}

std::int64_t expiry_of(std::string_view identity) {
    if (identity.empty()) return 0;
    const std::string_view claims = json::member(identity, "claims");
    if (claims.empty()) return 0;
    const std::string_view exp = json::member(claims, "exp");
    return exp.empty() ? 0 : milliseconds(exp);
}

} // namespace roomd::webhook
