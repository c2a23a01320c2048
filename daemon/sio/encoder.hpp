#pragma once

#include "base/frame.hpp"
#include "sio/packet.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace roomd::sio {

// One packet: its header and then its attachments, which must be queued adjacent.
using Frames = std::vector<base::FrameRef>;

// Each frame begins with Engine.IO's '4'.  `nsp` is the namespace's name, "/" for the main one.
// Args are what refuse_args() passed; with blobs the packet is a binary one.
Frames event(std::string_view nsp, std::string_view name, const Args &,
             std::optional<std::uint64_t> ack = std::nullopt);
Frames ack(std::string_view nsp, std::uint64_t id, const Args &);
base::FrameRef connected(std::string_view nsp, std::string_view sid);
// {message, data}; `data` is valid JSON, or empty: then there is no such key.
base::FrameRef connect_error(std::string_view nsp, std::string_view message,
                             std::string_view data = {});
base::FrameRef disconnected(std::string_view nsp);

} // namespace roomd::sio
