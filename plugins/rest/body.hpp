#pragma once

#include "emits/reader.hpp"

#include <roomd/plugin.hpp>

#include <string>

namespace roomd::rest {

// Bodies are read as everywhere in the daemon.
using emits::Batch;
using emits::Event;
using emits::Form;
using emits::is_key;
using emits::place_in_body;
using emits::read_batch;
using emits::read_event;

// The emit that a body asks for, with views into the event and `args`, which is overwritten.  The
// catalogue checks it, and chooses the rooms when none are given.
Emit emit_of(const Event &, std::string &args);

} // namespace roomd::rest
