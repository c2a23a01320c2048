#include "pages/pages.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

namespace roomd::pages {
namespace {

void append_parts(std::string &out, const std::vector<Part> &parts, Detail detail) {
    out += ",\"parts\":[";
    bool first = true;
    for (const Part &part : parts) {
        if (!first) out += ',';
        first = false;
        out += "{\"name\":";
        json::append_quoted(out, part.name);
        out +=
            part.state == Part::State::down ? ",\"status\":\"down\"" : ",\"status\":\"degraded\"";
        if (detail == Detail::reasons) {
            out += ",\"why\":";
            json::append_quoted(out, part.why);
        }
        out += '}';
    }
    out += ']';
}

std::string names(const std::vector<Part> &parts) {
    std::string out;
    for (const Part &part : parts)
        (out += out.empty() ? "" : ", ") += part.name;
    return out;
}

} // namespace

Page health(const Snapshot &now, Detail detail) {
    if (now.draining)
        return {503, "application/json", failure("draining", "The daemon is stopping.")};
    std::string body = "{\"success\":true,\"data\":{\"status\":";
    body += now.ailing.empty() ? "\"healthy\"" : "\"degraded\"";
    if (!now.ailing.empty()) append_parts(body, now.ailing, detail);
    body += ",\"service\":";
    json::append_quoted(body, now.service);
    body += now.websocket ? ",\"websocket\":\"enabled\"" : ",\"websocket\":\"disabled\"";
    body += ",\"version\":";
    json::append_quoted(body, now.version);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.uptime).count();
    body += ",\"uptime\":" + std::to_string(seconds);
    body += ",\"timestamp\":\"" + base::iso8601(now.now_ms) + "\"}}";
    return {200, "application/json", std::move(body)};
}

Page ready(const Readiness &now) {
    if (now.draining)
        return {503, "application/json", failure("draining", "The daemon is stopping.")};
    if (!now.listening)
        return {503, "application/json", failure("not_ready", "Not every listener is up.")};
    if (!now.missing.empty())
        return {503, "application/json",
                failure("not_ready", "Required plugins are not up: " + names(now.missing) + ".")};
    return {200, "application/json",
            "{\"success\":true,\"data\":{\"status\":\"ready\",\"timestamp\":\"" +
                base::iso8601(now.now_ms) + "\"}}"};
}

Page metrics(const std::vector<metrics::Family> &families) {
    return {200, metrics::content_type, metrics::text(families)};
}

std::string failure(std::string_view code, std::string_view message) {
    std::string out = "{\"success\":false,\"error\":{\"code\":";
    json::append_quoted(out, code);
    out += ",\"message\":";
    json::append_quoted(out, message);
    out += "}}";
    return out;
}

} // namespace roomd::pages
