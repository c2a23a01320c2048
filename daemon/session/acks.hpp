#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace roomd::session {

// Answers that clients owe us.  An ack id counts only together with the client it was sent to.
class Acks {
public:
    static constexpr std::size_t most = 1u << 18; // owed at one time

    struct Ask {
        base::ClientId client;
        std::uint64_t token;
    };

    // False: full.
    bool add(base::ClientId, std::uint64_t ack_id, std::uint64_t token, base::Time due);
    // The token of an answer that came; none when nobody asked (any more).
    std::optional<std::uint64_t> take(base::ClientId, std::uint64_t ack_id);
    // Forgets what a client owes and gives the tokens.
    std::vector<std::uint64_t> take_all(base::ClientId);
    std::vector<Ask> take_due(base::Time now);
    std::size_t size() const noexcept { return asks_.size(); }

private:
    using Key = std::pair<base::ClientId, std::uint64_t>;
    struct Owed {
        std::uint64_t token;
        base::Time due;
    };
    std::map<Key, Owed> asks_;
    std::set<std::pair<base::Time, Key>> due_;
};

} // namespace roomd::session
