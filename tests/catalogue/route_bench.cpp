// What routing an event costs, and which part of it what takes.  Not a test: run it by hand.
#include "catalogue/catalogue.hpp"
#include "catalogue/template.hpp"
#include "schema/document.hpp"
#include "schema/schema.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::catalogue;

namespace {

constexpr const char *booking_schema = R"({
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["bookingId", "userId", "libraryId", "tenantId", "status", "startTime", "endTime"],
    "properties": {
        "bookingId": { "$ref": "#/definitions/id" },
        "userId": { "$ref": "#/definitions/id" },
        "libraryId": { "$ref": "#/definitions/id" },
        "tenantId": { "$ref": "#/definitions/id" },
        "seatId": { "$ref": "#/definitions/id" },
        "status": { "type": "string", "enum": ["pending", "confirmed", "cancelled", "checked_in"] },
        "startTime": { "type": "string", "format": "date-time" },
        "endTime": { "type": "string", "format": "date-time" },
        "totalPrice": { "type": "number", "minimum": 0 },
        "currency": { "type": "string", "pattern": "^[A-Z]{3}$" },
        "guests": { "type": "integer", "minimum": 1, "maximum": 20 }
    },
    "definitions": {
        "id": { "type": "string", "minLength": 1, "maxLength": 128 }
    }
})";

constexpr const char *booking =
    R"({"bookingId":"b3f1c2d4-7a5e-4c1b-9f0a-2d6e8b7c9a10","userId":"user-48151623",)"
    R"("libraryId":"library123","tenantId":"tenant-7","seatId":"seat-42","status":"confirmed",)"
    R"("startTime":"2026-03-14T09:00:00.000Z","endTime":"2026-03-14T13:00:00.000Z",)"
    R"("totalPrice":149.50,"currency":"EUR","guests":1,"createdAt":"2026-03-13T18:22:11.123Z"})";

double now_us() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

template <class Fn> void measure(const char *what, Fn fn) {
    std::uint64_t sum = 0;
    int rounds = 0;
    const double begin = now_us();
    double end = begin;
    while (end - begin < 500000) {
        for (int i = 0; i < 1000; ++i, ++rounds)
            sum += fn();
        end = now_us();
    }
    std::printf("%-46s %7.3f us of CPU  (%llu)\n", what, (end - begin) / rounds,
                static_cast<unsigned long long>(sum));
}

} // namespace

int main() {
    std::vector<EventFault> faults;
    const std::vector<std::string> rooms{"user:{userId}", "library:{libraryId}",
                                         "tenant:{tenantId}"};
    const auto catalogue = Catalogue::build(
        {{.name = "whole",
          .rooms = rooms,
          .schema = booking_schema,
          .schema_source = "booking.json"},
         {.name = "schema", .rooms = {}, .schema = booking_schema, .schema_source = "booking.json"},
         {.name = "rooms", .rooms = rooms, .schema = "", .schema_source = ""},
         {.name = "literal", .rooms = {"role:student"}, .schema = "", .schema_source = ""}},
        faults);
    if (!faults.empty()) return 1;
    std::vector<schema::SchemaFault> wrong;
    const auto compiled = schema::Schema::compile(booking_schema, wrong);
    const std::string data = booking, bad = data.substr(0, data.size() - 1) + R"(,"seatId":7})";
    const schema::Document index(data);
    const auto route = [&](const char *event, const std::string &what) {
        return [&, event] { return catalogue.route(event, what).rooms.size(); };
    };

    std::printf("a booking of %zu bytes\n", data.size());
    measure("route: schema and three templates", route("whole", data));
    measure("route: schema alone", route("schema", data));
    measure("route: three templates, no schema", route("rooms", data));
    measure("route: a literal room, no schema", route("literal", data));
    measure("route: an unknown name", route("schemas", data));
    measure("route: refused by the schema", route("whole", bad));
    measure("  index of the data", [&] { return schema::Document(data).values(); });
    measure("  schema over the index", [&] { return compiled->check(index) ? 1u : 0u; });
    measure("  (json::check, done before)", [&] { return json::check(data).ok() ? 1u : 0u; });
}
