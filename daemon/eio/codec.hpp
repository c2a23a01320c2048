#pragma once

#include "base/frame.hpp"
#include "base/result.hpp"
#include "eio/packet.hpp"

#include <string>
#include <string_view>

namespace roomd::eio {

// One packet in text form: a websocket text frame, or one part of a polling payload.  Refuses
// unknown types, the empty packet and invalid UTF-8.  "b" + base64 is a binary message; its bytes
// are decoded into `blob` and the packet views there, else it views into `text`.
base::Result<Packet> decode(std::string_view text, std::string &blob);

// Frames.  Those without a parameter are made once per thread and shared.
base::FrameRef ping();
base::FrameRef close();
base::FrameRef noop();
base::FrameRef probe_answer(); // "3probe"
base::FrameRef message(std::string_view text);
base::FrameRef binary_message(std::string_view bytes);

} // namespace roomd::eio
