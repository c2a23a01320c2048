#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::postgres {

// An SQL function that emits one event of the catalogue from a row.
struct Emitter {
    // A member of the event's data, and where in the row it is.
    struct Member {
        std::string name;
        std::string column;    // its other name there: library_id for libraryId
        bool needed = false;   // by the schema, or by a room
        bool nullable = false; // null is a value; else it is left out
        bool as_text = false;  // a number becomes text
    };
    std::string event;
    std::string function; // "emit_booking_created", in the schema roomd
    std::vector<Member> members;
    bool whole_row = false; // all columns go along, as they are
};

// "libraryId" -> "library_id"; what is neither a letter of ASCII nor a digit becomes "_".
std::string snake_case(std::string_view);

// `events` as roomd_command has it.  Throws Failure, INVALID, where two events would have the same
// function, or a name is too long for one.
std::vector<Emitter> read_emitters(const nlohmann::ordered_json &events);

// Makes the functions, and drops those of events that no longer exist.  In one transaction.
std::string emitters_sql(std::span<const Emitter>);

} // namespace roomd::postgres
