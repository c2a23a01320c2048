#include "host/stats.hpp"

#include "json/json.hpp"

namespace roomd::host {

std::string stats_json(const dispatch::Stats &stats) {
    std::string out = "{\"clients\":" + std::to_string(stats.clients) +
                      ",\"rooms\":" + std::to_string(stats.rooms) + ",\"active\":[";
    for (const dispatch::Stats::Room &room : stats.largest) {
        if (out.back() == '}') out += ',';
        out += "{\"nsp\":";
        json::append_quoted(out, room.nsp);
        out += ",\"room\":";
        json::append_quoted(out, room.name);
        out += ",\"members\":" + std::to_string(room.members) + "}";
    }
    out += "],\"emits\":" + std::to_string(stats.emits) +
           ",\"deliveries\":" + std::to_string(stats.deliveries) +
           ",\"events_in\":" + std::to_string(stats.events_in) +
           ",\"joins_refused\":" + std::to_string(stats.joins_refused) + "}";
    return out;
}

} // namespace roomd::host
