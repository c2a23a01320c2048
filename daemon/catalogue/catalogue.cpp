#include "catalogue/catalogue.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "catalogue/arguments.hpp"
#include "catalogue/template.hpp"
#include "schema/document.hpp"
#include "schema/schema.hpp"
#include "sio/event.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

namespace roomd::catalogue {
namespace {

// Why nothing can be an event of this name; null when something can.
const char *refuse_name(std::string_view name) noexcept {
    if (const char *why = sio::refuse_name(name)) return why;
    if (name.find('*') != std::string_view::npos)
        return "an event name must not contain \"*\": each event has an entry of its own";
    const bool control = std::any_of(name.begin(), name.end(), base::is_control);
    return control ? "an event name must not contain control characters" : nullptr;
}

// Each once, in their order.
void drop_repeated(std::vector<std::string> &rooms) {
    constexpr std::size_t few = 16;
    std::unordered_set<std::string_view> seen; // of many
    std::size_t kept = 0;
    for (std::string &room : rooms) {
        const auto end = rooms.begin() + static_cast<std::ptrdiff_t>(kept);
        if (rooms.size() <= few ? std::find(rooms.begin(), end, room) != end : seen.count(room) > 0)
            continue;
        if (&rooms[kept] != &room) rooms[kept] = std::move(room);
        if (rooms.size() > few) seen.insert(rooms[kept]);
        ++kept;
    }
    rooms.resize(kept);
}

Routed refused(const char *code, std::string pointer, std::string text) {
    Routed out;
    out.code = code;
    out.pointer = std::move(pointer);
    out.text = std::move(text);
    return out;
}

} // namespace

Catalogue Catalogue::build(const std::vector<EventConf> &confs, std::vector<EventFault> &faults) {
    Catalogue out;
    std::map<std::string_view, std::shared_ptr<const schema::Schema>>
        schemas; // by text: files are shared
    for (std::size_t i = 0; i < confs.size(); ++i) {
        const EventConf &conf = confs[i];
        const auto fault = [&](EventFault::Part part, std::string what) -> EventFault & {
            EventFault &added = faults.emplace_back();
            added.event = i;
            added.part = part;
            added.what = std::move(what);
            return added;
        };
        if (const char *why = refuse_name(conf.name)) fault(EventFault::Part::name, why);
        auto event = std::make_shared<Event>();
        event->droppable = conf.droppable;
        event->schema_source = conf.schema_source;
        for (std::size_t room = 0; room < conf.rooms.size(); ++room) {
            std::string why;
            if (auto parsed = RoomTemplate::parse(conf.rooms[room], why))
                event->rooms.push_back(*std::move(parsed));
            else
                fault(EventFault::Part::room, std::move(why)).nth = room;
        }
        if (!conf.schema.empty()) {
            const auto [schema, is_new] = schemas.try_emplace(conf.schema);
            std::vector<schema::SchemaFault> wrong; // of a schema that several share: reported once
            if (is_new) schema->second = schema::Schema::compile(conf.schema, wrong);
            event->schema = schema->second;
            for (schema::SchemaFault &found : wrong)
                fault(EventFault::Part::schema, {}).schema = std::move(found);
        }
        for (ArgumentFault &wrong : check_arguments(conf.arguments, conf.schema))
            fault(EventFault::Part::argument, std::move(wrong.what)).nth = wrong.at;
        if (!out.events_.emplace(conf.name, std::move(event)).second)
            fault(EventFault::Part::name, "duplicate event");
    }
    return out;
}

std::string_view Catalogue::nearest(std::string_view event) const {
    std::vector<std::string_view> names;
    names.reserve(events_.size());
    for (const auto &[name, known] : events_)
        names.push_back(name);
    std::sort(names.begin(), names.end()); // the same answer in each process
    return base::nearest(event, names);
}

Routed Catalogue::unknown(std::string_view event) const {
    std::string text = "the catalogue does not know " + base::in_quotes(event, 80);
    const std::string_view near = event.size() <= sio::max_name ? nearest(event) : "";
    if (!near.empty()) text += "; did you mean \"" + std::string(near) + "\"?";
    return refused("event_unknown", "/event", std::move(text));
}

Routed Catalogue::route(std::string_view event, std::string_view data, Rooms rooms) const {
    const auto found = events_.find(event);
    if (found == events_.end()) return unknown(event);
    const Event &known = *found->second;
    std::optional<schema::Document> index;
    if (known.schema) {
        index.emplace(data);
        if (const auto why = known.schema->check(*index)) {
            std::string text = why->text + " (" + known.schema_source;
            if (!why->keyword.empty()) (text += '#') += why->keyword;
            Routed out = refused("schema_mismatch", "/data" + why->pointer, text + ')');
            out.given_up = why->given_up;
            return out;
        }
    }
    Routed out;
    out.droppable = known.droppable;
    if (rooms == Rooms::given) return out;
    const Data fields{data, index ? &*index : nullptr};
    for (const RoomTemplate &room : known.rooms)
        if (auto why = room.expand(fields, out.rooms))
            return refused(why->code, std::move(why->pointer), std::move(why->text));
    if (out.rooms.empty() && !known.rooms.empty())
        return refused("room_field_invalid", "/data",
                       "must give at least one room: its lists of ids are empty");
    drop_repeated(out.rooms);
    if (out.rooms.size() > max_routed_rooms)
        return refused("room_field_invalid", "/data", "must not give more than 1000 rooms");
    return out;
}

std::string Catalogue::explain(std::string_view event, std::string_view data) const {
    const Routed routed = route(event, data);
    const std::string_view code = routed.code != nullptr ? routed.code : "";
    std::string out;
    const auto found = events_.find(event);
    if (found != events_.end()) {
        const Event &known = *found->second;
        out += known.schema ? explain_schema(known, data) : "schema: none; any data is accepted\n";
        if (code != "schema_mismatch") out += explain_rooms(known, data);
        out += known.droppable ? "volatile: yes\n" : "volatile: no\n";
    }
    if (code.empty()) return out + "taken";
    return ((out += "refused: ") += code) + ": " + routed.pointer + ' ' + routed.text;
}

// "schema: schemas/seat.json fits", or the line of the schema that refuses it.
std::string Catalogue::explain_schema(const Event &event, std::string_view data) {
    const auto why = event.schema->check(schema::Document(data));
    const std::string out = "schema: " + event.schema_source;
    if (!why) return out + " fits\n";
    const schema::LineColumn place = event.schema->find(why->keyword);
    return out + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) +
           " refuses /data" + why->pointer + '\n';
}

std::string Catalogue::explain_rooms(const Event &event, std::string_view data) {
    if (event.rooms.empty()) return "rooms: none; the emit names them\n";
    std::string out;
    for (const RoomTemplate &room : event.rooms) {
        std::vector<std::string> rooms;
        const auto refusal = room.expand({data, nullptr}, rooms);
        out += "room: " + room.text() + " ->";
        for (const std::string &one : rooms)
            (out += ' ') += one;
        out += refusal ? " none\n" : "\n";
    }
    return out;
}

} // namespace roomd::catalogue
