#pragma once

#include "dispatch/emit.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::app {

// Why a request of an operator is refused, in the words of the HTTP answer.
struct Problem {
    int status = 400;
    std::string code, message, pointer = {};
};

// One event as `POST /admin/emit` takes it: the members of `POST /api/emit`.
struct EmitBody {
    std::string event, nsp = "/";
    std::string args; // a JSON array of the one value
    std::vector<std::string> rooms, except;
    bool one_room = false; // said as "room", not "rooms"
    bool broadcast = false;
    bool droppable = false;

    // Views into this.  The catalogue checks it, and chooses rooms when none are given.
    dispatch::Emit emit() const;
};

std::variant<EmitBody, Problem> read_emit(std::string_view body);

// What a refused emit means to the one who asked.
Problem problem_of(const EmitBody &, const dispatch::Emitted &);

} // namespace roomd::app
