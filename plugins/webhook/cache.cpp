#include "webhook/cache.hpp"

#include "webhook/signature.hpp"

namespace roomd::webhook {

void Cache::set_most(std::size_t most) {
    most_ = most;
    while (entries_.size() > most_)
        forget(std::prev(entries_.end()));
}

// Each part with its length, so that no two lists of parts give the same text.
std::string Cache::key(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts)
        text.append(std::to_string(part.size())).append(":").append(part);
    return sha256(text);
}

const Decision *Cache::find(const std::string &key, Time now) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    if (found->second->until <= now) {
        forget(found->second);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->decision;
}

void Cache::put(const std::string &key, Decision decision, Time until) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) forget(found->second);
    entries_.push_front({key, std::move(decision), until});
    by_key_.emplace(key, entries_.begin());
    set_most(most_);
}

void Cache::clear() noexcept {
    by_key_.clear();
    entries_.clear();
}

void Cache::forget(Entries::iterator entry) {
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

} // namespace roomd::webhook
