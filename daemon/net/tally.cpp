#include "net/tally.hpp"

#include "net/forwarded.hpp"
#include "session/sessions.hpp"

#include <algorithm>
#include <utility>

namespace roomd::net {

namespace {

// The first `bits` of an IPv6 address; all of an IPv4 one.
std::string key(const Peer &peer, std::size_t bits) {
    if (peer.kind != Peer::Kind::v6) bits = 32;
    std::string out(peer.kind == Peer::Kind::v6 ? "6" : "4");
    for (std::size_t i = 0; bits > 0; ++i) {
        const std::size_t here = std::min<std::size_t>(bits, 8);
        out += static_cast<char>(peer.bytes[i] & (0xFF00u >> here));
        bits -= here;
    }
    return out;
}

// A polling session among those of its address.
class Polling final : public session::Counted {
public:
    Polling(std::shared_ptr<PerAddress> table, const Peer &peer) noexcept :
        table_(std::move(table)),
        peer_(peer) {}
    ~Polling() override { table_->remove(peer_); }

private:
    std::shared_ptr<PerAddress> table_;
    Peer peer_;
};

} // namespace

// ---- PerAddress ------------------------------------------------------------------------------

bool PerAddress::add(const Peer &peer, std::size_t per_address, std::size_t per_network) {
    const std::uint32_t alone = ++addresses_[key(peer, address_prefix_)];
    if (peer.kind != Peer::Kind::v6) return per_address == 0 || alone <= per_address;
    const std::uint32_t together = ++networks_[key(peer, network_prefix_)];
    return (per_address == 0 || alone <= per_address) &&
           (per_network == 0 || together <= per_network);
}

void PerAddress::remove(const Peer &peer) noexcept {
    less(addresses_, key(peer, address_prefix_));
    if (peer.kind == Peer::Kind::v6) less(networks_, key(peer, network_prefix_));
}

void PerAddress::less(Counts &counts, const std::string &key) noexcept {
    const auto it = counts.find(key);
    if (it != counts.end() && --it->second == 0) counts.erase(it);
}

// ---- Tally -----------------------------------------------------------------------------------

Tally::Tally(const Options &options, const session::Sessions &sessions) :
    options_(options),
    sessions_(sessions),
    connections_(options.address_prefix, options.network_prefix),
    polling_(std::make_shared<PerAddress>(options.address_prefix, options.network_prefix)) {}

void Tally::opened() noexcept {
    ++totals_.accepted;
    ++totals_.open;
}

void Tally::closed() noexcept {
    --totals_.open;
}

bool Tally::count(const Peer &peer, Excess &excess) {
    if (!counts(peer)) return false;
    if (!connections_.add(peer, options_.per_address, options_.per_network))
        excess = Excess::address;
    return true;
}

void Tally::uncount(const Peer &peer) noexcept {
    connections_.remove(peer);
}

bool Tally::counts(const Peer &peer) const noexcept {
    if (peer.kind == Peer::Kind::unix_socket || peer.loopback()) return false;
    return !is_proxy(options_.proxies, peer); // a proxy stands for many peers
}

// A closed session lingers for up to 30 s, for a GET that fetches its last packets.
bool Tally::too_many_sessions() const noexcept {
    return sessions_.size() >= options_.connections ||
           sessions_.in_memory() >= 2 * options_.connections;
}

Excess Tally::admit_polling(const Peer &peer, std::unique_ptr<session::Counted> &counted) {
    if (too_many_sessions()) {
        ++totals_.refused_limit;
        return Excess::all;
    }
    if (!counts(peer)) return Excess::none;
    const bool admitted = polling_->add(peer, options_.per_address, options_.per_network);
    auto one = std::make_unique<Polling>(polling_, peer);
    if (!admitted) {
        ++totals_.refused_limit;
        ++totals_.refused_address;
        return Excess::address; // and is no longer counted
    }
    counted = std::move(one);
    return Excess::none;
}

} // namespace roomd::net
