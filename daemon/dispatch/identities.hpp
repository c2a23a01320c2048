#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace roomd::dispatch {

// What rules over claims look at: the member "claims" of an identity when it is an object (so the
// core makes them from tokens), else the whole of it (so plugins may).  Empty for nobody.
std::string_view claims_of(std::string_view identity);
// Its "roles", or "role": a text or a list of texts.
std::vector<std::string> roles_of(std::string_view identity);
// Its "user": a text or a number; empty for nobody.
std::string user_of(std::string_view identity);

// Who the clients are, as the verdicts on their connections said, and until when.  Costs nothing
// for a client of whom nothing is known.
class Identities {
public:
    Identities() = default;
    Identities(const Identities &) = delete;
    Identities &operator=(const Identities &) = delete;

    // Once per client.  `identity`: a valid JSON object, or empty; its member "user" (text or
    // number) is what kick() goes by.
    void set(base::ClientId, std::string_view identity, std::optional<base::Time> expires);
    // The text stays in place until free_dropped(), also when the client goes meanwhile.
    std::string_view of(base::ClientId) const noexcept;
    std::string_view user(base::ClientId) const noexcept; // its "user", empty for nobody
    std::vector<base::ClientId> of_user(std::string_view user) const;
    std::size_t count(std::string_view user, std::size_t most) const; // stops counting at `most`
    bool is_over(base::ClientId, base::Time now) const noexcept;      // its time is
    std::vector<base::ClientId> expired(base::Time now) const;
    void drop(base::ClientId);
    void free_dropped() noexcept { dropped_.clear(); } // never while a view of of() is in use

    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::string json, user;
        std::optional<base::Time> expires;
    };
    using Entries = std::unordered_map<base::ClientId, Entry>;

    Entries entries_;
    std::vector<Entries::node_type> dropped_;
    std::set<std::pair<std::string_view, base::ClientId>> users_; // views into the entries
    std::set<std::pair<base::Time, base::ClientId>> expiries_;
};

} // namespace roomd::dispatch
