#pragma once

#include "dispatch/emit.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::dispatch {

// Whether a routed emit is one at all: its event, its one target, its names and sizes, and for an
// emit to many its namespace.  Says nothing of whether anyone is there.
Emitted check_form(const Options &, const Namespaces &, const Emit &);

// Ok, or that it is no room's name, and which one of them is none.  A list has `pointer`, and each
// name in it its place below.
Emitted check_room(std::string_view name, std::string pointer);
Emitted check_rooms(const std::vector<std::string_view> &names, const std::string &pointer);

} // namespace roomd::dispatch
