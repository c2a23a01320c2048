#include "test_event/stats.hpp"

#include "rest/problem.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <set>
#include <stdexcept>

namespace roomd::test_event {

std::string socket_stats(std::string_view host_stats, std::string_view timestamp) {
    const auto stats = nlohmann::json::parse(host_stats, nullptr, false);
    if (!stats.is_object() || !stats.contains("clients") || !stats["clients"].is_number_unsigned())
        throw std::runtime_error("the host's stats are not what this plugin reads");
    std::set<std::string> rooms;
    if (stats.contains("active") && stats["active"].is_array()) {
        for (const auto &active : stats["active"]) {
            const auto room = active.is_object() ? active.find("room") : active.end();
            if (room != active.end() && room->is_string()) rooms.insert(room->get<std::string>());
        }
    }
    std::string json = R"({"success":true,"data":{"totalConnections":)" +
                       std::to_string(stats["clients"].get<std::uint64_t>()) +
                       R"(,"activeRooms":[)";
    bool first = true;
    for (const auto &room : rooms) {
        if (!first) json += ',';
        first = false;
        rest::append_quoted(json, room);
    }
    json += R"(],"timestamp":)";
    rest::append_quoted(json, timestamp);
    json += "}}";
    return json;
}

} // namespace roomd::test_event
