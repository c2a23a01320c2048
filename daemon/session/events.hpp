#pragma once

#include "base/ids.hpp"
#include "session/close_reason.hpp"
#include "sio/packet.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::session {

enum class Answer : std::uint8_t { ok, gone, expired };

// Up from Socket.IO: what a client does.  Dispatch implements it.  Views are valid during the call.
class Events {
public:
    // CONNECT to `nsp`.  Owed: Clients::accept() or refuse(), now or later; until then the client's
    // further packets wait (the hold rule) and it is in no room.  `auth`: JSON object or empty.
    virtual void connecting(base::ClientId, std::string_view nsp, std::string_view auth) = 0;
    // An event of an accepted client.  With `ack`, Clients::ack() answers it at most once.
    virtual void event(base::ClientId, const sio::Event &) = 0;
    // The outcome of Clients::ask(), once for each client that was asked.
    virtual void answered(base::ClientId, std::uint64_t token, Answer, const sio::Args &) = 0;
    // A client that was announced by connecting() has ended, accepted or not.  The id is valid
    // until the call returns.
    virtual void gone(base::ClientId, CloseReason) = 0;
    // Its user, for the log; empty: nobody known.
    virtual std::string_view user(base::ClientId) const noexcept { return {}; }

protected:
    ~Events() = default;
};

} // namespace roomd::session
