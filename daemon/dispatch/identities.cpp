#include "dispatch/identities.hpp"

#include "json/json.hpp"

namespace roomd::dispatch {
namespace {

std::string user_of(std::string_view identity) {
    if (identity.empty()) return {};
    const std::string_view user = json::trim(json::member(identity, "user"));
    if (user.empty()) return {};
    switch (json::kind(user)) {
    case json::Kind::string: return json::string(user);
    case json::Kind::number: return std::string{user};
    default: return {};
    }
}

} // namespace

void Identities::set(base::ClientId client, std::string_view identity,
                     std::optional<base::Time> expires) {
    if (identity.empty() && !expires) return;
    drop(client);
    Entry &entry =
        entries_.emplace(client, Entry{std::string{identity}, user_of(identity), expires})
            .first->second;
    if (!entry.user.empty()) users_.emplace(entry.user, client);
    if (expires) expiries_.emplace(*expires, client);
}

std::string_view Identities::of(base::ClientId client) const noexcept {
    const auto found = entries_.find(client);
    return found == entries_.end() ? std::string_view{} : std::string_view{found->second.json};
}

std::vector<base::ClientId> Identities::of_user(std::string_view user) const {
    std::vector<base::ClientId> clients;
    if (user.empty()) return clients;
    for (auto at = users_.lower_bound({user, base::ClientId::none});
         at != users_.end() && at->first == user; ++at)
        clients.push_back(at->second);
    return clients;
}

std::vector<base::ClientId> Identities::expired(base::Time now) const {
    std::vector<base::ClientId> clients;
    for (auto at = expiries_.begin(); at != expiries_.end() && at->first <= now; ++at)
        clients.push_back(at->second);
    return clients;
}

void Identities::drop(base::ClientId client) {
    const auto found = entries_.find(client);
    if (found == entries_.end()) return;
    const Entry &entry = found->second;
    if (!entry.user.empty()) users_.erase({entry.user, client});
    if (entry.expires) expiries_.erase({*entry.expires, client});
    dropped_.push_back(entries_.extract(found));
}

} // namespace roomd::dispatch
