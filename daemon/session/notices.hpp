#pragma once

#include "base/frame.hpp"
#include "sio/encoder.hpp"
#include "sio/packet.hpp"

#include <cstdint>
#include <string_view>

namespace roomd::session {

// What clients are told when they reach a limit, as packets.  docs/errors.md lists the codes.

enum class Retry : std::uint8_t { no, later };

// CONNECT_ERROR with {code, retryable}.
base::FrameRef connect_refused(std::string_view nsp, std::string_view code,
                               std::string_view message, Retry);
// An event is not delivered because too many wait: as its answer when one was asked for, else as
// `rate:warning`.
sio::Frames event_dropped(std::string_view nsp, const sio::Event &);
// Events wait because they come faster than `events_per_second`.
sio::Frames slowed_down(std::string_view nsp, double events_per_second);

} // namespace roomd::session
