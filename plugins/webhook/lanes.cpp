#include "webhook/lanes.hpp"

#include <algorithm>

namespace roomd::webhook {

bool Lanes::add(std::uint64_t number, roomd_client client, Time deadline, std::size_t bytes) {
    if (questions_.size() - under_way_ >= bounds_.waiting) return false;
    if (bytes_ + bytes > bounds_.bytes) return false;
    Lane &lane = lanes_[client];
    const bool idle = lane.under_way == 0 && lane.waiting.empty();
    if (lane.waiting.size() + (lane.under_way != 0 ? 1 : 0) >= bounds_.per_client) return false;
    lane.waiting.push_back(number);
    if (idle) ready_.push_back(client);
    questions_.emplace(number, Question{client, deadline, bytes});
    bytes_ += bytes;
    deadlines_.emplace(deadline, number);
    return true;
}

std::optional<std::uint64_t> Lanes::next() {
    if (under_way_ >= bounds_.under_way) return {};
    while (!ready_.empty()) {
        const auto found = lanes_.find(ready_.front());
        ready_.pop_front();
        // All that waited there may have expired.
        if (found == lanes_.end()) continue;
        Lane &lane = found->second;
        if (lane.under_way != 0 || lane.waiting.empty()) continue;
        lane.under_way = lane.waiting.front();
        lane.waiting.pop_front();
        ++under_way_;
        return lane.under_way;
    }
    return {};
}

void Lanes::ended(std::uint64_t number) {
    const auto found = questions_.find(number);
    if (found == questions_.end()) return;
    const roomd_client client = found->second.client;
    deadlines_.erase({found->second.deadline, number});
    bytes_ -= found->second.bytes;
    questions_.erase(found);
    Lane &lane = lanes_.at(client);
    if (lane.under_way == number) {
        lane.under_way = 0;
        --under_way_;
        if (!lane.waiting.empty()) ready_.push_back(client);
    } else {
        lane.waiting.erase(std::find(lane.waiting.begin(), lane.waiting.end(), number));
    }
    if (lane.under_way == 0 && lane.waiting.empty()) lanes_.erase(client);
}

std::vector<std::uint64_t> Lanes::expired(Time now) {
    std::vector<std::uint64_t> numbers;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        numbers.push_back(deadlines_.begin()->second);
        ended(numbers.back());
    }
    return numbers;
}

std::optional<Time> Lanes::next_deadline() const {
    if (deadlines_.empty()) return {};
    return deadlines_.begin()->first;
}

} // namespace roomd::webhook
