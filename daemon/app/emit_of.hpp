#pragma once

#include "dispatch/emit.hpp"
#include "emits/event.hpp"

#include <string>

namespace roomd::app {

// The emit that an operator's body asks for, with views into the event and `args`, which is
// overwritten.  The catalogue checks it, and chooses the rooms when none are given.
dispatch::Emit emit_of(const emits::Event &, std::string &args);

// Why that emit was refused, in the words of the HTTP answer.
emits::Problem problem_of(const emits::Event &, const dispatch::Emitted &);

} // namespace roomd::app
