#include "catalogue/digest.hpp"

#include "schema/document.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>

namespace roomd::catalogue {
namespace {

std::string canonical(const EventConf &event) {
    std::vector<std::string> rooms = event.rooms;
    std::sort(rooms.begin(), rooms.end());
    rooms.erase(std::unique(rooms.begin(), rooms.end()), rooms.end());
    json::Object out;
    out.text("name", event.name)
        .raw("rooms", json::list(rooms))
        .raw("arguments", json::list(event.arguments))
        .flag("volatile", event.droppable);
    if (!event.schema.empty() && json::check(event.schema))
        out.raw("schema", schema::Document(event.schema).canonical(schema::Document::root));
    return out.done();
}

} // namespace

std::string canonical(const std::vector<EventConf> &events) {
    std::vector<std::string> each;
    each.reserve(events.size());
    for (const EventConf &event : events)
        each.push_back(canonical(event));
    std::sort(each.begin(), each.end());
    json::List out;
    for (const std::string &event : each)
        out.raw(event);
    return out.done();
}

} // namespace roomd::catalogue
