#include "session/notices.hpp"

#include "json/answer.hpp"
#include "json/object.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace roomd::session {

base::FrameRef connect_refused(std::string_view nsp, std::string_view code,
                               std::string_view message, Retry retry) {
    const auto data =
        json::Object().text("code", code).flag("retryable", retry == Retry::later).done();
    return sio::connect_error(nsp, message, data);
}

sio::Frames event_dropped(std::string_view nsp, const sio::Event &event) {
    json::Object notice;
    if (!event.ack) notice.text("event", event.name);
    notice.text("code", "too_many_events")
        .text("message", "too many events wait: this one is dropped");
    if (!event.ack) {
        const std::string args = json::List().raw(notice.done()).done();
        return sio::event(nsp, "rate:warning", {args, {}});
    }
    const std::string args = json::refused_ack(std::move(notice));
    return sio::ack(nsp, *event.ack, {args, {}});
}

sio::Frames slowed_down(std::string_view nsp, double events_per_second) {
    const auto limit = static_cast<std::uint64_t>(events_per_second);
    const auto notice =
        json::Object()
            .number("limit", limit)
            .text("code", "slowed_down")
            .text("message", "more than " + std::to_string(limit) + " events a second: they wait")
            .done();
    const std::string args = json::List().raw(notice).done();
    return sio::event(nsp, "rate:warning", {args, {}});
}

} // namespace roomd::session
