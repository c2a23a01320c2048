#pragma once

#include "host/command.hpp"

#include <cstddef>

namespace roomd::host {

class Instance;
class Moves;
class Questions;
class Spool;
class Store;

// Does what a plugin asked for and calls its `fn`.  Home loop, from no plugin's stack frame.
// Returns how many of its bytes stay counted against the budget.
std::size_t apply(Instance &, Questions &, Moves &, Store &, Spool &, Command &);

} // namespace roomd::host
