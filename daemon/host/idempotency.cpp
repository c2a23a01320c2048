#include "host/idempotency.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

namespace roomd::host {
namespace {

// SipHash-2-4 (Aumasson and Bernstein, 2012), fed piece by piece as 64-bit words.
class Sip {
public:
    Sip(std::uint64_t k0, std::uint64_t k1) noexcept :
        v_{k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
           k1 ^ 0x7465646279746573u} {}

    void word(std::uint64_t m) noexcept {
        v_[3] ^= m;
        round();
        round();
        v_[0] ^= m;
    }
    // Its length goes in front, so that no two lists of pieces are the same bytes.
    void piece(std::string_view text) noexcept {
        word(text.size());
        for (; text.size() >= 8; text.remove_prefix(8)) {
            std::uint64_t m;
            std::memcpy(&m, text.data(), 8);
            word(m);
        }
        if (text.empty()) return;
        std::uint64_t m = 0;
        std::memcpy(&m, text.data(), text.size());
        word(m);
    }
    std::uint64_t end() noexcept {
        v_[2] ^= 0xFF;
        for (int i = 0; i < 4; ++i)
            round();
        return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
    }

private:
    void round() noexcept {
        v_[0] += v_[1];
        v_[1] = std::rotl(v_[1], 13) ^ v_[0];
        v_[0] = std::rotl(v_[0], 32);
        v_[2] += v_[3];
        v_[3] = std::rotl(v_[3], 16) ^ v_[2];
        v_[0] += v_[3];
        v_[3] = std::rotl(v_[3], 21) ^ v_[0];
        v_[2] += v_[1];
        v_[1] = std::rotl(v_[1], 17) ^ v_[2];
        v_[2] = std::rotl(v_[2], 32);
    }
    std::uint64_t v_[4];
};

std::size_t bytes_of(const std::string &key, const Idempotency::Result &result) {
    std::size_t sum = 256 + 2 * key.size() + result.id.size(); // the tables' own share
    for (const std::string &room : result.emitted.rooms)
        sum += room.size() + sizeof room;
    return sum;
}

} // namespace

Idempotency::Idempotency(const IdempotencyOptions &options) : options_(options) {
    base::random_bytes(secret_, sizeof secret_);
}

// No text holds a NUL.
std::string Idempotency::name(const OwnedEmit &emit) {
    return emit.on_behalf + '\0' + emit.key;
}

std::uint64_t Idempotency::digest(const OwnedEmit &emit) const {
    Sip sip(secret_[0], secret_[1]);
    sip.piece(emit.nsp);
    sip.piece(emit.event);
    sip.word(emit.rooms.size());
    for (const std::string &room : emit.rooms)
        sip.piece(room);
    sip.word(emit.except.size());
    for (const std::string &room : emit.except)
        sip.piece(room);
    sip.word(static_cast<std::uint64_t>(emit.to));
    sip.word(static_cast<std::uint64_t>(emit.without));
    sip.word(emit.flags);
    sip.piece(emit.args.json);
    for (const std::string &blob : emit.args.blobs)
        sip.piece(blob);
    return sip.end();
}

Idempotency::Seen Idempotency::look(const OwnedEmit &emit, base::Time now, const Result *&first) {
    drop_old(now);
    const auto found = results_.find(name(emit));
    if (found == results_.end()) return Seen::never;
    if (found->second->digest != digest(emit)) return Seen::other_content;
    first = &found->second->result;
    return Seen::same;
}

void Idempotency::keep(const OwnedEmit &emit, base::Time now, Result result) {
    std::string key = name(emit);
    if (results_.contains(key)) return;
    const std::size_t bytes = bytes_of(key, result);
    auto &owner = *owners_.try_emplace(emit.on_behalf).first;
    order_.push_back(
        {now + options_.window, std::move(key), &owner, std::move(result), digest(emit), bytes});
    const auto place = std::prev(order_.end());
    results_.emplace(place->name, place);
    owner.second.order.push_back(place);
    owner.second.bytes += bytes;
    bytes_ += bytes;
    while (over())
        drop_oldest(largest());
}

bool Idempotency::over() const noexcept {
    return results_.size() > options_.entries || bytes_ > options_.bytes;
}

// By whichever exceeds its bound.
Idempotency::Owner &Idempotency::largest() noexcept {
    const bool by_entries = results_.size() > options_.entries;
    const auto size = [&](const Owner &owner) {
        return by_entries ? owner.order.size() : owner.bytes;
    };
    return std::max_element(
               owners_.begin(), owners_.end(),
               [&](const auto &a, const auto &b) { return size(a.second) < size(b.second); })
        ->second;
}

void Idempotency::drop_oldest(Owner &owner) {
    const Order::iterator oldest = owner.order.front();
    owner.order.pop_front();
    owner.bytes -= oldest->bytes;
    bytes_ -= oldest->bytes;
    if (owner.order.empty()) owners_.erase(owners_.find(oldest->owner->first));
    results_.erase(oldest->name);
    order_.erase(oldest);
}

void Idempotency::drop_old(base::Time now) {
    while (!order_.empty() && order_.front().until <= now)
        drop_oldest(order_.front().owner->second);
}

} // namespace roomd::host
