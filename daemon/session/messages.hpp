#pragma once

#include "base/ids.hpp"
#include "session/close_reason.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::session {

// Up from Engine.IO: everything that the layer above learns of sessions.  SocketIo implements it,
// and an echo in the conformance binary.  Any call may close any session: closing marks, reap()
// destroys.
class Messages {
public:
    virtual void opened(base::SessionId) = 0;
    // An open session has moved to websocket.
    virtual void upgraded(base::SessionId) {}
    virtual void text(base::SessionId, std::string_view message) = 0;
    virtual void binary(base::SessionId, std::string_view message) = 0;
    // Once per opened session, when it closes.  Nothing can be sent any more.
    virtual void closed(base::SessionId, CloseReason) = 0;
    // Who is at its other end, as far as that is known; for the log.
    virtual std::string_view user(base::SessionId) const noexcept { return {}; }
    // The largest message it takes of this session now, in bytes of its Engine.IO packet.
    virtual std::size_t message_limit(base::SessionId) const noexcept { return SIZE_MAX; }

    // A message is larger than that.  Returns whether its client was told.
    virtual bool too_large(base::SessionId) { return false; }

    // There is no room for another session: closes the oldest one that has joined no namespace,
    // unless that is new.  Returns whether it closed one.
    virtual bool make_room() { return false; }

protected:
    ~Messages() = default;
};

} // namespace roomd::session
