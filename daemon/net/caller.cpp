#include "net/caller.hpp"

#include "net/forwarded.hpp"

#include <optional>

namespace roomd::net {

void Caller::look_behind_proxy(Tally &tally, const Options &options, const http::Head &head, int fd,
                               bool &secure) {
    if (!proxied_ && !options.proxies.any()) return;
    if (way_ == Way::nameless) return; // the proxy passes on what anyone says
    // A reload may have changed whom we trust since it connected.
    const Peer own = proxied_ ? own_peer(tally, fd) : peer_;
    const bool trusted = is_proxy(options.proxies, own);
    if (!trusted && (way_ == Way::named ? !kept_ : !proxied_)) return;
    proxied_ = true; // for good: earlier requests may have been anyone's
    if (way_ == Way::named && !kept_) {
        tally.keep(*this, own);
        kept_ = true;
    }
    std::optional<Peer> client;
    if (trusted) client = forwarded_for(options.proxies, head);
    if (trusted) secure = secure || forwarded_tls(head);
    uncount(tally);
    peer_ = client.value_or(own);
    if (excess_ == Excess::address) excess_ = Excess::none; // that was for another address
    count(tally);
}

void Caller::count(Tally &tally) {
    counted_ = tally.count(peer_, excess_);
    if (excess_ != Excess::address) return;
    ++tally.totals().refused_limit;
    ++tally.totals().refused_address;
}

// The peer that no request has named.
Peer Caller::own_peer(const Tally &tally, int fd) const noexcept {
    if (way_ == Way::direct) return peer_of_socket(fd);
    return kept_ ? tally.kept(*this) : peer_;
}

void Caller::leave(Tally &tally) noexcept {
    uncount(tally);
    if (kept_) tally.drop(*this);
    kept_ = false;
}

void Caller::uncount(Tally &tally) noexcept {
    if (counted_) tally.uncount(peer_);
    counted_ = false;
}

} // namespace roomd::net
