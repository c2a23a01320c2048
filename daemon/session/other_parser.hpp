#pragma once

#include "base/frame.hpp"

#include <string_view>

namespace roomd::session {

// CONNECT_ERROR in MessagePack, the one other parser that clients are shipped with, as the answer
// to a CONNECT in it.  A client that gets it does not come back to try again.
base::FrameRef refuse_msgpack(std::string_view connect);

} // namespace roomd::session
