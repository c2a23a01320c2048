#pragma once

#include "emits/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace roomd::emits {

// A body that holds one event, with no problem in it.  400: it is not JSON, or no object; 422: the
// event cannot be as it says.  Whether it is a good event for good rooms is decided where it goes.
std::variant<Event, Problem> read_event(std::string_view body, Form = Form::alone);

// {"events":[..],"atomic":..} with at most `most` events.  A Problem is one of the whole body; each
// event has its own.
std::variant<Batch, Problem> read_batch(std::string_view body, std::size_t most);

// The object that a body is, for bodies that ask for something else.
std::variant<std::string_view, Problem> read_object(std::string_view body);

// Where in the body of `event` a fault is that was found in the emit made of it: a room that was
// given as "room" is at "/rooms/0" there, and a key that a header gave is nowhere in the body.
std::string place_in_body(const Event &, std::string_view pointer);

} // namespace roomd::emits
