#include "catalogue/catalogue.hpp"
#include "fuzz/fuzz.hpp"
#include "rooms/names.hpp"
#include "schema/document.hpp"
#include "json/json.hpp"

#include <cstdlib>
#include <string>
#include <vector>

using namespace roomd;

namespace {

// Every keyword, and each way to combine them.
constexpr const char *schema = R"-({
    "properties": {
        "bookingId": { "$ref": "#/definitions/id" },
        "status": { "enum": ["confirmed", "cancelled", 1, null, [1.0, { "a": 0 }]] },
        "from": { "type": "string", "format": "date-time" }, "day": { "format": "date" },
        "time": { "format": "time" }, "mail": { "format": "email" }, "host": { "format": "hostname" },
        "ip": { "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] }, "uri": { "format": "uri" },
        "uuid": { "format": "uuid" }, "currency": { "pattern": "^[A-Z]{3}$" },
        "price": { "type": "number", "minimum": 0, "exclusiveMaximum": 1e6, "multipleOf": 0.01 },
        "guests": { "type": "integer", "maximum": 20, "exclusiveMinimum": 0 },
        "seats": { "items": { "type": ["integer", "string"] }, "uniqueItems": true, "minItems": 1,
                   "maxItems": 9, "contains": { "type": "integer" } },
        "pair": { "items": [{ "type": "null" }, true], "additionalItems": false },
        "parts": { "items": { "$ref": "#" } }, "never": false,
        "either": { "oneOf": [{ "minLength": 3 }, { "type": "string", "maxLength": 5 }] },
        "other": { "not": { "required": ["a"], "minProperties": 2 } }
    },
    "patternProperties": { "^x-": { "maxProperties": 2 } },
    "additionalProperties": { "const": { "a": [null] } },
    "propertyNames": { "maxLength": 20 },
    "dependencies": { "guests": ["seats"], "price": { "required": ["currency"] } },
    "if": { "required": ["day"] }, "then": { "required": ["time"] }, "else": { "minProperties": 1 },
    "definitions": { "id": { "type": "string", "minLength": 1, "maxLength": 255 } }
})-";

catalogue::Catalogue build() {
    std::vector<catalogue::EventFault> faults;
    const std::vector<std::string> rooms{"booking:{bookingId}", "seat:{bookingId}.{seats}",
                                         "x:{parts/x~1y}"};
    auto out = catalogue::Catalogue::build({{"checked", rooms, schema, "schema.json", false, {}},
                                            {"unchecked", rooms, "", "", true, {}}},
                                           faults);
    if (!faults.empty()) std::abort();
    return out;
}

void check(const catalogue::Routed &routed) {
    if (routed.code == nullptr) {
        for (const std::string &room : routed.rooms)
            fuzz::must(rooms::is_room(room));
        return;
    }
    fuzz::must(routed.rooms.empty() && !routed.text.empty());
    fuzz::must(routed.pointer.starts_with("/data"));
    fuzz::must(routed.text.size() < 1000);
    fuzz::must(json::check(json::quoted(routed.text)).ok());
}

// Every value is where its pointer leads, and is equal to what its canonical text says.
void check(const std::string &data) {
    const schema::Document index(data);
    fuzz::must(index.next(0) == index.values());
    const auto none = schema::Document::none;
    if (index.duplicate() != none) return; // refused as they are
    const std::string canonical = index.canonical(0);
    fuzz::must(json::check(canonical).ok());
    fuzz::must(schema::Document(canonical).canonical(0) == canonical);
    schema::Document::Index value = 0;
    for (std::size_t step = 0; step < 64 && value < index.values(); ++step, value += 3) {
        const auto found = index.find(index.pointer(value));
        fuzz::must(found == value || found == value + 1); // a name stands for its member
    }
}

} // namespace

// Data of any kind is routed to rooms with good names, or refused with a place in it; with and
// without an index of it alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const catalogue::Catalogue events = build();
    const std::string text(fuzz::text(data, size));
    if (!json::check(text)) return 0;
    const auto checked = events.route("checked", text);
    const auto unchecked = events.route("unchecked", text);
    check(checked);
    check(unchecked);
    fuzz::must(!checked.droppable && (unchecked.code != nullptr || unchecked.droppable));
    if (checked.code == nullptr)
        fuzz::must(unchecked.code == nullptr && checked.rooms == unchecked.rooms);
    const auto given = events.route("checked", text, catalogue::Catalogue::Rooms::given);
    if (checked.code == nullptr) fuzz::must(given.code == nullptr);
    fuzz::must(!events.explain("checked", text).empty());
    check(text);
    return 0;
}
