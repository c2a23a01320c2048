#pragma once

#include "base/clock.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/event_counts.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/options.hpp"
#include "log/causes.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace roomd::dispatch {

// Events that clients emit to rooms: emit('typing', 'library:1', data) reaches everyone else in
// that room as typing('library:1', data, {"user": ..}), whose last argument is the daemon's word
// on who sent it.  Only what `client_events` names, from who is in the room; within the sender's
// namespace, where it has verbs.
class ClientEvents {
public:
    ClientEvents(const Options &options, session::Clients &clients, rooms::Hub &hub,
                 const Identities &identities, const base::Clock &clock, EventCounts &counts) :
        options_(options),
        clients_(clients),
        hub_(hub),
        identities_(identities),
        clock_(clock),
        counts_(counts) {}

    void explain_to(log::Causes &causes) noexcept { causes_ = &causes; }
    // Why an event is refused; `room` as far as one was named.
    void tell(base::ClientId, std::string_view event, std::string_view room, std::string_view code,
              std::string_view why) const;
    bool traced() const noexcept { return causes_ != nullptr && causes_->traced(); }
    void trace(base::ClientId, const sio::Event &) const;   // that it came; only while traced()
    void trace(base::ClientId, session::CloseReason) const; // that it goes

    // What a client wants to have emitted.
    struct Wanted {
        base::ClientId client;
        std::optional<std::uint64_t> ack;
        std::string nsp, event, room;    // the room as far as one was named
        std::string args;                // of the emit
        std::string code, pointer, text; // why not; code is empty when it may be emitted
        bool droppable = false;
    };
    // Nothing when the event is not a client event.
    std::optional<Wanted> read(base::ClientId, const sio::Event &) const;
    // A view into `wanted` and `event`.
    static Emit emit_of(const Wanted &wanted, const sio::Event &event);
    static Emitted refusal_of(const Wanted &); // of one that may not be emitted
    // Tells the client what became of it: its ack, or `emit:error` when it asked for none.
    void answer(const Wanted &, const Emitted &);

private:
    void check(Wanted &, const ClientEvent &, const sio::Event &) const;

    const Options &options_;
    session::Clients &clients_;
    rooms::Hub &hub_;
    const Identities &identities_;
    const base::Clock &clock_;
    EventCounts &counts_;
    log::Causes *causes_ = nullptr; // null: nobody is told of refusals
};

} // namespace roomd::dispatch
