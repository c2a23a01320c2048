#include "dispatch/answers.hpp"

#include "dispatch/wish.hpp"
#include "sio/encoder.hpp"
#include "json/json.hpp"

#include <string>

namespace roomd::dispatch {
namespace {

void add_reason(std::string &json, std::string_view code, std::string_view message,
                std::string_view data) {
    json += R"("code":)";
    json::append_quoted(json, code);
    json += R"(,"message":)";
    json::append_quoted(json, message);
    if (!data.empty()) {
        json += R"(,"data":)";
        json += data;
    }
}

} // namespace

void Answers::accept(const Asker &asker, std::string_view room, std::size_t members) {
    if (!asker.ack) return;
    std::string json = R"([{"ok":true,"room":)";
    json::append_quoted(json, room);
    json += R"(,"members":)" + std::to_string(members) + "}]";
    clients_.ack(asker.client, *asker.ack, {json, {}});
}

void Answers::refuse(const Asker &asker, std::string_view shown, std::string_view code,
                     std::string_view message, std::string_view data) {
    std::string json;
    if (asker.ack) {
        json = R"([{"ok":false,"error":{)";
        add_reason(json, code, message, data);
        json += "}}]";
        clients_.ack(asker.client, *asker.ack, {json, {}});
    } else if (!asker.notice.empty()) {
        json = R"([{"room":)";
        json += shown;
        json += ',';
        add_reason(json, code, message, data);
        json += "}]";
        const sio::Frames frames = sio::event(clients_nsp, asker.notice, {json, {}});
        clients_.send(asker.client, frames, session::Delivery::reliable);
    }
}

} // namespace roomd::dispatch
