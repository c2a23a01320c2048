#include "dispatch/identities.hpp"

#include "json/json.hpp"

namespace roomd::dispatch {
namespace {

// The text of a string literal or of a number; empty for others.
std::string plain(std::string_view value) {
    value = json::trim(value);
    if (value.empty()) return {};
    switch (json::kind(value)) {
    case json::Kind::string: return json::string(value);
    case json::Kind::number: return std::string{value};
    default: return {};
    }
}

} // namespace

std::string_view claims_of(std::string_view identity) {
    if (identity.empty()) return {};
    const std::string_view claims = json::trim(json::member(identity, "claims"));
    return !claims.empty() && json::kind(claims) == json::Kind::object ? claims : identity;
}

std::vector<std::string> roles_of(std::string_view identity) {
    std::vector<std::string> roles;
    if (identity.empty()) return roles;
    std::string_view value = json::trim(json::member(identity, "roles"));
    if (value.empty()) value = json::trim(json::member(identity, "role"));
    if (value.empty()) return roles;
    std::vector<std::string_view> parts{value};
    if (json::kind(value) == json::Kind::array) {
        parts.clear();
        constexpr std::size_t most = 1000;
        json::split_array(value, parts, most);
    }
    for (const std::string_view part : parts)
        if (std::string role = plain(part); !role.empty()) roles.push_back(std::move(role));
    return roles;
}

std::string user_of(std::string_view identity) {
    return identity.empty() ? std::string{} : plain(json::member(identity, "user"));
}

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

std::string_view Identities::user(base::ClientId client) const noexcept {
    const auto found = entries_.find(client);
    return found == entries_.end() ? std::string_view{} : std::string_view{found->second.user};
}

std::vector<base::ClientId> Identities::of_user(std::string_view user) const {
    std::vector<base::ClientId> clients;
    if (user.empty()) return clients;
    for (auto at = users_.lower_bound({user, base::ClientId::none});
         at != users_.end() && at->first == user; ++at)
        clients.push_back(at->second);
    return clients;
}

std::size_t Identities::count(std::string_view user, std::size_t most) const {
    std::size_t count = 0;
    if (user.empty()) return count;
    for (auto at = users_.lower_bound({user, base::ClientId::none});
         count < most && at != users_.end() && at->first == user; ++at)
        ++count;
    return count;
}

bool Identities::is_over(base::ClientId client, base::Time now) const noexcept {
    const auto found = entries_.find(client);
    return found != entries_.end() && found->second.expires && *found->second.expires <= now;
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
