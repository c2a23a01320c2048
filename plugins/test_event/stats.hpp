#pragma once

#include <string>
#include <string_view>

namespace roomd::test_event {

// The answer to `GET /api/test/socket-stats`, from the JSON of the host's stats().
// Room names once each and in order, whatever namespace they are in.
std::string socket_stats(std::string_view host_stats, std::string_view timestamp);

} // namespace roomd::test_event
