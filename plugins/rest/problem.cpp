#include "rest/problem.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"

#include <span>

namespace roomd::rest {

const Problem not_json{415, "not_json", "send the body as Content-Type: application/json"};

std::string pointer_token(std::string_view name) {
    return json::escaped_token(name);
}

void append_quoted(std::string &json, std::string_view text) {
    json::append_quoted(json, text);
}

void append_error(std::string &out, const Problem &why) {
    out += json::error(why.code, why.message, why.pointer).done();
}

std::string failure(const Problem &why) {
    return json::failure(json::error(why.code, why.message, why.pointer));
}

void refuse(Response &response, const Problem &problem) {
    const Field later[] = {{"Retry-After", "1"}};
    const bool again = problem.status == 429 || problem.status == 503;
    response.send(problem.status, failure(problem), {}, std::span(later, again ? 1 : 0));
}

Problem problem_of(roomd_status status, const Emitted &what) {
    const auto say = [&](int http, std::string_view code, std::string_view text) {
        return Problem{http, std::string(what.code.empty() ? code : what.code),
                       std::string(what.text.empty() ? text : what.text),
                       std::string(what.pointer)};
    };
    switch (status) {
    case ROOMD_AGAIN:
        return say(what.code.starts_with("store_") ? 503 : 429, "over_budget",
                   "too many events are in flight; nothing was sent");
    case ROOMD_EXPIRED: return say(503, "store_unsure", "it may have been stored");
    case ROOMD_UNSUPPORTED:
        return say(422, "durable_unavailable", "this daemon cannot store events");
    case ROOMD_STOPPING: return say(503, "stopping", "the daemon is going down");
    case ROOMD_TOO_BIG: return say(413, "emit_too_big", "the event is over the size limit");
    case ROOMD_DENIED: return say(403, "denied", "this key may not emit that");
    case ROOMD_INVALID:
        return say(what.code == "idempotency_conflict" ? 409 : 422, "event_invalid",
                   "this cannot be emitted");
    case ROOMD_GONE: return say(422, "gone", "there is no such client");
    default: return say(what.code == "not_sent" ? 422 : 500, "emit_failed", name(status));
    }
}

std::string timestamp() {
    return base::iso8601(base::unix_ms());
}

bool is_json(const Request &request) noexcept {
    const auto encoding = base::trim(request.header("content-encoding"));
    if (!encoding.empty() && !base::equal_nocase(encoding, "identity")) return false;
    const auto type = request.header("content-type");
    const auto semicolon = type.find(';');
    if (!base::equal_nocase(base::trim(type.substr(0, semicolon)), "application/json"))
        return false;
    if (semicolon == std::string_view::npos) return true;
    const auto parameter = base::trim(type.substr(semicolon + 1));
    return parameter.empty() || base::equal_nocase(parameter, "charset=utf-8") ||
           base::equal_nocase(parameter, "charset=\"utf-8\"");
}

} // namespace roomd::rest
