#pragma once

#include "base/frame.hpp"

#include <string_view>

namespace roomd::session {

// CONNECT_ERROR in MessagePack, for whoever sent this CONNECT in it: the one other parser that
// clients are shipped with.  One that is told so does not come back to try again.
base::FrameRef refuse_msgpack(std::string_view connect);

} // namespace roomd::session
