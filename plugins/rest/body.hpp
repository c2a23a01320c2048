#pragma once

#include "rest/problem.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::rest {

// What a body may hold, so that unknown members are refused with the nearest name.
enum class Members { all, event_data_room };

// One event as a body asks for it.  `data` views into the body: its text goes through verbatim.
struct Wanted {
    std::string event, nsp;
    std::string_view data;
    std::vector<std::string> rooms, except;
    bool one_room = false; // said as "room", not "rooms"
    bool broadcast = false;
    bool droppable = false;
    std::optional<Problem> problem; // the first thing wrong with it; pointers begin at the event

    // To hand to the host; views into this.  The catalogue checks it, and chooses rooms if none
    // are given.  `args` keeps the text of the arguments.
    Emit emit(std::string &args) const;
};

struct Batch {
    std::vector<Wanted> events;
    bool atomic = false;
};

// `{event, data, room?|rooms?, except?, broadcast?, volatile?, namespace?}`, parsed once.
// 400: not JSON; 422: JSON that asks for what cannot be.
std::variant<Wanted, Problem> read_event(std::string_view body, Members members);

// `{events:[..], atomic?}`.  A Problem is one of the whole body; each event has its own.
std::variant<Batch, Problem> read_batch(std::string_view body, std::size_t most);

// Where in the body the core's complaint is: it says "/rooms/0" of a room that was said as "room".
std::string pointer_in(const Wanted &, std::string_view pointer);

constexpr std::size_t max_depth = 127;  // of `data`: the array of arguments around it is one more
constexpr std::size_t max_rooms = 1000; // and as many exceptions
constexpr std::size_t max_name = 256;   // bytes of an event, a room or a namespace

} // namespace roomd::rest
