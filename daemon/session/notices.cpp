#include "session/notices.hpp"

#include "json/json.hpp"

#include <string>

namespace roomd::session {

base::FrameRef connect_refused(std::string_view nsp, std::string_view code,
                               std::string_view message, Retry retry) {
    const std::string data = R"({"code":)" + json::quoted(code) + R"(,"retryable":)" +
                             (retry == Retry::later ? "true" : "false") + '}';
    return sio::connect_error(nsp, message, data);
}

sio::Frames event_dropped(std::string_view nsp, const sio::Event &event) {
    const std::string why =
        R"("code":"too_many_events","message":"too many events wait: this one is dropped")";
    if (event.ack) {
        const std::string json = R"([{"ok":false,"error":{)" + why + "}}]";
        return sio::ack(nsp, *event.ack, {json, {}});
    }
    const std::string json = R"([{"event":)" + json::quoted(event.name) + ',' + why + "}]";
    return sio::event(nsp, "rate:warning", {json, {}});
}

sio::Frames slowed_down(std::string_view nsp, double events_per_second) {
    const std::string limit = std::to_string(static_cast<std::uint64_t>(events_per_second));
    const std::string json = R"([{"limit":)" + limit +
                             R"(,"code":"slowed_down","message":"more than )" + limit +
                             R"( events a second: they wait"}])";
    return sio::event(nsp, "rate:warning", {json, {}});
}

} // namespace roomd::session
