#pragma once

#include "base/text_hash.hpp"
#include "schema/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roomd::catalogue {

class RoomTemplate;

// An event as the configuration has it.
struct EventConf {
    std::string name;
    std::vector<std::string> rooms;     // templates: "library:{libraryId}", "role:staff"
    std::string schema;                 // JSON text; empty: any data is accepted
    std::string schema_source;          // what messages call the schema: "schemas/booking.json"
    bool droppable = false;             // volatile
    std::vector<std::string> arguments; // members of the data that generated calls take ahead of it
};

// What is wrong with an event, and where.
struct EventFault {
    enum class Part : std::uint8_t { name, room, schema, argument };
    std::size_t event = 0; // its index in the list
    Part part = Part::name;
    std::size_t nth = 0; // which template or argument of it
    std::string what;    // of a name, a template or an argument
    schema::SchemaFault schema;
};

// What becomes of an event.
struct Routed {
    // Null, or why it is refused: event_unknown, schema_mismatch, room_field_missing,
    // room_field_invalid.
    const char *code = nullptr;
    std::string pointer;            // into the event: "/data/seatId"
    std::string text;               // behind the pointer: "must be integer (schemas/seat.json#/..)"
    std::vector<std::string> rooms; // none when the event has no templates
    bool droppable = false;
    bool given_up = false; // refused because checking it would take too long
};

// Which events there are, what their data must be, and which rooms they go to.  Immutable: may be
// read by any thread.
class Catalogue {
public:
    Catalogue() = default; // knows no event
    // Good only when no fault was added.
    static Catalogue build(const std::vector<EventConf> &, std::vector<EventFault> &faults);

    bool knows(std::string_view event) const { return events_.find(event) != events_.end(); }
    std::size_t size() const noexcept { return events_.size(); }
    // A known name close to this one, or empty.
    std::string_view nearest(std::string_view event) const;

    enum class Rooms : std::uint8_t { chosen, given };
    // `data` has passed json::check().  Rooms::given: the rooms were named by the emit, so the
    // templates are not used; the schema is checked all the same.
    Routed route(std::string_view event, std::string_view data, Rooms = Rooms::chosen) const;

    // The same for people, in lines, the last without a line end: which line of the schema refuses
    // the data, and which rooms each template gives.
    std::string explain(std::string_view event, std::string_view data) const;

private:
    struct Event {
        std::vector<RoomTemplate> rooms;
        std::shared_ptr<const schema::Schema> schema; // null: any data
        std::string schema_source;
        bool droppable = false;
    };

    Routed unknown(std::string_view event) const;
    static std::string explain_schema(const Event &, std::string_view data);
    static std::string explain_rooms(const Event &, std::string_view data);

    std::unordered_map<std::string, std::shared_ptr<const Event>, base::TextHash, std::equal_to<>>
        events_;
};

} // namespace roomd::catalogue
