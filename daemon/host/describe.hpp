#pragma once

#include "base/ids.hpp"
#include "host/command.hpp"
#include "host/instance.hpp"
#include "session/handshake.hpp"

#include <deque>
#include <string>
#include <vector>

namespace roomd::host {

// The numbers by which plugins know clients.
std::vector<roomd_client> numbers(const std::vector<base::ClientId> &);

// The headers of a handshake that this instance asked for.  Views; into `text` where a value was
// not UTF-8.
std::vector<roomd_field> headers_for(const Instance &, const session::Handshake &,
                                     std::deque<std::string> &text);

// Calls the `fn` of a describe().
void describe(Instance &, const DescribeCommand &);
// Calls the `fn` of a find().
void find(Instance &, const FindCommand &);

} // namespace roomd::host
