#include "session/acks.hpp"

namespace roomd::session {

bool Acks::add(base::ClientId client, std::uint64_t ack_id, std::uint64_t token, base::Time due) {
    if (asks_.size() >= most) return false;
    const Key key{client, ack_id};
    if (!asks_.emplace(key, Owed{token, due}).second) return false;
    due_.emplace(due, key);
    return true;
}

std::optional<std::uint64_t> Acks::take(base::ClientId client, std::uint64_t ack_id) {
    const auto it = asks_.find(Key{client, ack_id});
    if (it == asks_.end()) return std::nullopt;
    const std::uint64_t token = it->second.token;
    due_.erase({it->second.due, it->first});
    asks_.erase(it);
    return token;
}

std::vector<std::uint64_t> Acks::take_all(base::ClientId client) {
    std::vector<std::uint64_t> tokens;
    auto it = asks_.lower_bound(Key{client, 0});
    while (it != asks_.end() && it->first.first == client) {
        tokens.push_back(it->second.token);
        due_.erase({it->second.due, it->first});
        it = asks_.erase(it);
    }
    return tokens;
}

std::vector<Acks::Ask> Acks::take_due(base::Time now) {
    std::vector<Ask> asks;
    while (!due_.empty() && due_.begin()->first <= now) {
        const auto it = asks_.find(due_.begin()->second);
        asks.push_back({it->first.first, it->second.token});
        asks_.erase(it);
        due_.erase(due_.begin());
    }
    return asks;
}

} // namespace roomd::session
