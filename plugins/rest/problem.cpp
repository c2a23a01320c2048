#include "rest/problem.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <vector>

namespace roomd::rest {
namespace {

bool equal_nocase(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

const Problem not_json{415, "not_json", "send the body as Content-Type: application/json"};

std::string pointer_token(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

void append_quoted(std::string &json, std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
    if (plain) {
        json += '"';
        json += text;
        json += '"';
        return;
    }
    json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_error(std::string &json, const Problem &problem) {
    json += R"({"code":)";
    append_quoted(json, problem.code);
    json += R"(,"message":)";
    append_quoted(json, problem.message);
    if (!problem.pointer.empty()) {
        json += R"(,"pointer":)";
        append_quoted(json, problem.pointer);
    }
    json += '}';
}

std::string failure(const Problem &problem) {
    std::string json = R"({"success":false,"error":)";
    append_error(json, problem);
    json += '}';
    return json;
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
        return say(429, "over_budget", "too many events are in flight; nothing was sent");
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
    using namespace std::chrono;
    const auto ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm day{};
    gmtime_r(&seconds, &day);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &day);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(ms % 1000));
    return text.data();
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
    std::string_view best;
    if (name.size() > 64) return best;
    auto least = name.size() / 2 + 1; // more than half wrong is no slip of the pen
    for (const auto candidate : known) {
        const auto far = distance(name, candidate);
        if (far < least) {
            least = far;
            best = candidate;
        }
    }
    return best;
}

bool is_json(const Request &request) noexcept {
    const auto encoding = trim(request.header("content-encoding"));
    if (!encoding.empty() && !equal_nocase(encoding, "identity")) return false;
    const auto type = request.header("content-type");
    const auto semicolon = type.find(';');
    if (!equal_nocase(trim(type.substr(0, semicolon)), "application/json")) return false;
    if (semicolon == std::string_view::npos) return true;
    const auto parameter = trim(type.substr(semicolon + 1));
    return parameter.empty() || equal_nocase(parameter, "charset=utf-8") ||
           equal_nocase(parameter, "charset=\"utf-8\"");
}

} // namespace roomd::rest
