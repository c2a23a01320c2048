#pragma once

#include "base/ids.hpp"
#include "dispatch/emit.hpp"
#include "session/close_reason.hpp"
#include "session/events.hpp"
#include "session/handshake.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace roomd::dispatch {

struct Connecting {
    base::ClientId client;
    std::string_view id, nsp;
    std::string_view auth;     // JSON, or empty
    std::string_view identity; // JSON, or empty
    const session::Handshake *handshake;
};

struct Connected {
    base::ClientId client;
    std::string_view id, nsp, identity;
};

struct NotConnected {
    base::ClientId client;
    std::string_view id, nsp, identity;
    bool refused;            // by a CONNECT_ERROR with these:
    std::string_view reason; // its message; else the reason why the client left
    std::string_view data;   // JSON, or empty
};

struct Joining {
    base::ClientId client;
    std::string_view nsp, room, identity;
};

struct Left {
    base::ClientId client;
    std::string_view nsp, id, identity;
    session::CloseReason reason;
    std::span<const std::string_view> rooms; // those it was in, its own id's room not among them
};

// What plugins may say about what clients do.  The host implements it over the plugins' hooks in
// the order of the configuration; tests use FakeHooks.  `taken`: a plugin owes the verdict and
// gives it through the Router, inside the call or later.  Any function of the Router may be called
// from any of these; none of these is called while an emit is being delivered.
class Hooks {
public:
    enum class Next : std::uint8_t { pass, taken };

    // Does any plugin serve this namespace (a name or a pattern)?  One that is not configured and
    // that no plugin takes in connecting() is an invalid one all the same.
    virtual bool knows(std::string_view nsp) const = 0;
    virtual Next connecting(const Connecting &) = 0; // Router::decide_connect
    virtual Next joining(const Joining &) = 0;       // Router::decide_join
    virtual Next event(base::ClientId, std::string_view identity, const sio::Event &) = 0;
    // The CONNECT reply is queued and the client is in its rooms; its first event comes later.
    virtual void connected(const Connected &) = 0;
    // Once for each client that connecting() asked about and that connected() will not tell of.
    // Also for one that was refused before any plugin was asked.
    virtual void not_connected(const NotConnected &) = 0;
    // Once for each client that connected() told of; it still is in its rooms.
    virtual void left(const Left &) = 0;
    virtual void answered(std::uint64_t token, session::Answer, const sio::Args &) = 0;
    // Every emit to rooms or to all that is not local, after it was delivered here: the cluster
    // bus.  Emits to one client are not included: its id means nothing elsewhere.
    virtual void publish(const Emit &) = 0;

protected:
    ~Hooks() = default;
};

} // namespace roomd::dispatch
