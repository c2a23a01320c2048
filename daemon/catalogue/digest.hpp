#pragma once

#include "catalogue/catalogue.hpp"

#include <string>
#include <vector>

namespace roomd::catalogue {

// What a catalogue says, as one text: the same for every order of events, of rooms and of members
// in a schema, and another one after any change that backends or clients could notice.
std::string canonical(const std::vector<EventConf> &);

} // namespace roomd::catalogue
