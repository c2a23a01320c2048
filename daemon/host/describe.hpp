#pragma once

#include "base/ids.hpp"
#include "host/command.hpp"
#include "host/instance.hpp"
#include "session/handshake.hpp"

#include <deque>
#include <string>
#include <vector>

namespace roomd::host {

// Clients as plugins know them.
std::vector<roomd_client> numbers(const std::vector<base::ClientId> &);

// Of a handshake's headers those that this instance asked for.  Views, into `text` where a change
// was needed.
std::vector<roomd_field> headers_for(const Instance &, const session::Handshake &,
                                     std::deque<std::string> &text);

// Calls the `fn` of a describe().
void describe(Instance &, const DescribeCommand &);

} // namespace roomd::host
