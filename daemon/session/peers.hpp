#pragma once

#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "sio/decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace roomd::session {

// How long a packet may wait for its attachments.  Each is looked at when it is that old, or at
// most as much later.
inline constexpr base::Duration attachments_timeout{30000};
// A session that was refused too often may try again after this long without a refusal.
inline constexpr base::Duration forgiven_after{10000};
// A client whose events wait is told so at most once in this time.
inline constexpr base::Duration warned_for{10000};

// What Socket.IO knows of one session.
struct Peer {
    base::SessionId session = base::SessionId::none;
    base::ClientId first = base::ClientId::none; // of its clients; the others follow by `next`
    sio::Decoder decoder;
    base::Bucket connects;
    base::Bucket events;        // of all its namespaces: leaving one and coming back gains nothing
    base::Time waiting_since{}; // for the attachments of a packet
    base::Time refused_at{};    // last
    base::Time warned_at{};     // that its events wait
    std::uint16_t clients = 0;
    std::uint16_t refusals = 0; // since it was accepted anywhere, or had peace for a while
    bool open = false;
    bool joined = false;  // was accepted once, somewhere
    bool waits = false;   // for attachments
    bool watched = false; // stands in the list of unfinished packets

    // Whether another CONNECT may be considered.  A stock client tries each namespace once; one
    // that was refused more than `most_refusals` times is guessing, at our cost.
    bool may_connect(const base::Rate &, std::size_t most_refusals, base::Time now) noexcept;
    void was_accepted() noexcept;
    void was_refused(base::Time now) noexcept;
    // True once in `warned_for`.
    bool is_due_a_warning(base::Time now) noexcept;
};

static_assert(sizeof(Peer) <= 72, "there is one for every session");

// What Socket.IO knows of every session, and which of them have kept us waiting: for a namespace
// to be joined, or for the attachments of a packet.
class Peers {
public:
    void open(base::SessionId, base::Time now);
    // Null when it closed.
    Peer *find(base::SessionId) noexcept;
    const Peer *find(base::SessionId) const noexcept;
    // Of one that has a client still.  It may have closed; its place is not reused before that
    // client is gone.
    Peer &of(base::SessionId session) noexcept { return table_[base::index_of(session)]; }
    void forget(Peer &peer) noexcept { peer = Peer{}; }

    // The session that has been open longest without ever joining a namespace, if it was opened at
    // `since` or before; none otherwise.  Each is given once.
    base::SessionId take_unjoined(base::Time since);

    // A packet of it lacks attachments, or no longer.
    void lacks_attachments(Peer &, base::Time now);
    void is_whole(Peer &peer) noexcept { peer.waits = false; }
    // A session that has lacked attachments for `attachments_timeout`; none when there are no more.
    base::SessionId take_overdue(base::Time now);

private:
    struct Since {
        base::SessionId session;
        base::Time since;
    };

    std::deque<Peer> table_;       // by index_of(session)
    std::deque<Since> unjoined_;   // in the order they opened
    std::deque<Since> unfinished_; // packets that lack attachments; a session once
};

} // namespace roomd::session
