#include "session/peers.hpp"

namespace roomd::session {

bool Peer::may_connect(const base::Rate &rate, std::size_t most_refusals, base::Time now) noexcept {
    if (now - refused_at >= forgiven_after) refusals = 0;
    return refusals <= most_refusals && connects.take(rate, now);
}

void Peer::was_accepted() noexcept {
    joined = true;
    refusals = 0;
}

void Peer::was_refused(base::Time now) noexcept {
    ++refusals;
    refused_at = now;
}

bool Peer::is_due_a_warning(base::Time now) noexcept {
    if (now - warned_at < warned_for) return false;
    warned_at = now;
    return true;
}

void Peers::open(base::SessionId session, base::Time now) {
    const std::size_t index = base::index_of(session);
    if (index >= table_.size()) table_.resize(index + 1);
    Peer &peer = table_[index];
    peer = Peer{};
    peer.session = session;
    peer.open = true;
    peer.warned_at = now - warned_for;
    unjoined_.push_back({session, now});
}

const Peer *Peers::find(base::SessionId session) const noexcept {
    const std::size_t index = base::index_of(session);
    if (index >= table_.size()) return nullptr;
    const Peer &peer = table_[index];
    return peer.open && peer.session == session ? &peer : nullptr;
}

Peer *Peers::find(base::SessionId session) noexcept {
    return const_cast<Peer *>(static_cast<const Peers *>(this)->find(session));
}

base::SessionId Peers::take_unjoined(base::Time since) {
    while (!unjoined_.empty() && unjoined_.front().since <= since) {
        const base::SessionId session = unjoined_.front().session;
        unjoined_.pop_front();
        const Peer *peer = find(session);
        if (peer != nullptr && !peer->joined) return session;
    }
    return base::SessionId::none;
}

void Peers::lacks_attachments(Peer &peer, base::Time now) {
    if (!peer.waits) peer.waiting_since = now;
    peer.waits = true;
    if (!peer.watched) unfinished_.push_back({peer.session, now});
    peer.watched = true;
}

base::SessionId Peers::take_overdue(base::Time now) {
    while (!unfinished_.empty() && now - unfinished_.front().since >= attachments_timeout) {
        const base::SessionId session = unfinished_.front().session;
        unfinished_.pop_front();
        Peer *peer = find(session);
        if (peer == nullptr) continue;
        peer->watched = false;
        if (!peer->waits) continue;
        if (now - peer->waiting_since >= attachments_timeout) return session;
        peer->watched = true; // for a later packet
        unfinished_.push_back({session, now});
    }
    return base::SessionId::none;
}

} // namespace roomd::session
