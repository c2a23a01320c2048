#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <span>

namespace roomd::net {

// The protocol of a connection that has switched protocols.  It owns nothing of the connection, and
// is destroyed with it.
class Stream {
public:
    virtual ~Stream() = default;
    virtual void on_bytes(std::span<char>) = 0;
    virtual void on_room() = 0; // the output has run empty
    virtual void on_end() = 0;  // the connection is over
    virtual void on_pace() = 0; // its Wait::pace is over
    virtual void on_late() = 0; // the deadline of its Wait::body has passed
    // Its write in Batch was carried out: `sent` bytes went out, negative when the socket is
    // broken.  `frames` are those of put(), in order.
    virtual void on_sent(std::ptrdiff_t sent, std::span<const base::FrameRef> frames) = 0;
};

} // namespace roomd::net
