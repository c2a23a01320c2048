#include "dispatch/answers.hpp"

#include "json/answer.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <string>
#include <utility>

namespace roomd::dispatch {

void Answers::accept(const Asker &asker, std::string_view room, std::size_t members) {
    if (!asker.ack) return;
    std::string json = R"([{"ok":true,"room":)";
    json::append_quoted(json, room);
    json += R"(,"members":)" + std::to_string(members) + "}]";
    clients_.ack(asker.client, *asker.ack, {json, {}});
}

void Answers::refuse(const Asker &asker, std::string_view shown, std::string_view code,
                     std::string_view message, std::string_view data) {
    if (!asker.ack && asker.notice.empty()) return;
    json::Object out;
    if (!asker.ack) out.raw("room", shown);
    out.text("code", code).text("message", message);
    if (!data.empty()) out.raw("data", data);
    if (asker.ack) {
        const std::string json = json::refused_ack(std::move(out));
        clients_.ack(asker.client, *asker.ack, {json, {}});
    } else {
        session::Clients::Info info;
        if (!clients_.info(asker.client, info)) return;
        const std::string json = json::List().raw(out.done()).done();
        const sio::Frames frames = sio::event(info.nsp, asker.notice, {json, {}});
        clients_.send(asker.client, frames, session::Delivery::reliable);
    }
}

sio::Frames room_left(std::string_view nsp, std::string_view room, std::string_view reason) {
    const std::string notice = json::Object().text("room", room).text("reason", reason).done();
    return sio::event(nsp, "room:left", {json::List().raw(notice).done(), {}});
}

} // namespace roomd::dispatch
