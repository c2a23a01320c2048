#include "session/wheel.hpp"

#include <algorithm>
#include <cassert>

namespace roomd::session {

Wheel::Wheel(base::Duration granularity, base::Time now) :
    granularity_(granularity),
    now_(static_cast<std::uint64_t>(now.time_since_epoch() / granularity)),
    head_(slots, nil) {
    assert(granularity.count() > 0);
}

void Wheel::arm(base::SessionId id, base::Time due) {
    const std::uint32_t index = base::index_of(id);
    if (index >= nodes_.size()) nodes_.resize(index + 1);
    const base::Duration rounded = due.time_since_epoch() + granularity_ - base::Duration{1};
    const auto tick = std::max(static_cast<std::uint64_t>(rounded / granularity_), now_ + 1);

    Node &node = nodes_[index];
    if (node.id == id && node.tick <= tick) return;
    if (node.id != base::SessionId::none) unlink(index);
    node.id = id;
    node.tick = tick;
    link(index);
}

void Wheel::disarm(base::SessionId id) noexcept {
    const std::uint32_t index = base::index_of(id);
    if (index < nodes_.size() && nodes_[index].id == id) unlink(index);
}

void Wheel::advance(base::Time now, std::vector<base::SessionId> &due) {
    const auto tick = static_cast<std::uint64_t>(now.time_since_epoch() / granularity_);
    if (tick <= now_) return;
    const std::uint64_t rounds = std::min<std::uint64_t>(tick - now_, slots);
    for (std::uint64_t i = 1; i <= rounds; ++i) {
        std::uint32_t index = head_[(now_ + i) % slots];
        while (index != nil) {
            const std::uint32_t next = nodes_[index].next;
            if (nodes_[index].tick <= tick) {
                due.push_back(nodes_[index].id);
                unlink(index);
            }
            index = next;
        }
    }
    now_ = tick;
}

void Wheel::link(std::uint32_t index) noexcept {
    Node &node = nodes_[index];
    std::uint32_t &head = head_[node.tick % slots];
    node.previous = nil;
    node.next = head;
    if (head != nil) nodes_[head].previous = index;
    head = index;
    ++size_;
}

void Wheel::unlink(std::uint32_t index) noexcept {
    Node &node = nodes_[index];
    if (node.previous != nil) {
        nodes_[node.previous].next = node.next;
    } else {
        head_[node.tick % slots] = node.next;
    }
    if (node.next != nil) nodes_[node.next].previous = node.previous;
    node.id = base::SessionId::none;
    --size_;
}

} // namespace roomd::session
