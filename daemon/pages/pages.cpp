#include "pages/pages.hpp"

#include "base/text.hpp"
#include "json/answer.hpp"
#include "json/object.hpp"

namespace roomd::pages {
namespace {

std::string list_of(const std::vector<Part> &parts, Detail detail) {
    json::List out;
    for (const Part &part : parts) {
        json::Object one;
        one.text("name", part.name)
            .text("status", part.state == Part::State::down ? "down" : "degraded");
        if (detail == Detail::reasons) one.text("why", part.why);
        out.raw(one.done());
    }
    return out.done();
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
        return {503, "application/json", json::failure("draining", "The daemon is stopping.")};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.uptime).count();
    json::Object data;
    data.text("status", now.ailing.empty() ? "healthy" : "degraded");
    if (!now.ailing.empty()) data.raw("parts", list_of(now.ailing, detail));
    data.text("service", now.service)
        .text("websocket", now.websocket ? "enabled" : "disabled")
        .text("version", now.version)
        .text("catalogue", now.catalogue)
        .number("uptime", seconds)
        .text("timestamp", base::iso8601(now.now_ms));
    return {200, "application/json", json::success(data.done())};
}

Page ready(const Readiness &now) {
    if (now.draining)
        return {503, "application/json", json::failure("draining", "The daemon is stopping.")};
    if (!now.listening)
        return {503, "application/json", json::failure("not_ready", "Not every listener is up.")};
    if (!now.missing.empty())
        return {
            503, "application/json",
            json::failure("not_ready", "Required plugins are not up: " + names(now.missing) + ".")};
    json::Object data;
    data.text("status", "ready")
        .text("catalogue", now.catalogue)
        .text("timestamp", base::iso8601(now.now_ms));
    return {200, "application/json", json::success(data.done())};
}

Page metrics(const std::vector<metrics::Family> &families) {
    return {200, metrics::content_type, metrics::text(families)};
}

} // namespace roomd::pages
