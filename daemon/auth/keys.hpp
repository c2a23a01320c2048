#pragma once

#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::auth {

using Digest = std::array<unsigned char, 32>; // SHA-256

Digest sha256(std::string_view text);
// "sha256:" and 64 hexadecimal digits, as `roomd key new` prints it.
base::Result<Digest> parse_digest(std::string_view text);
std::string format_digest(const Digest &);

// One API key, by its digest: the key itself is not stored.  Patterns are names, or prefixes
// ending in '*'; an empty list permits nothing.
struct Key {
    std::string name;
    Digest digest{};
    std::vector<std::string> scopes; // "emit", "test", "metrics", "admin"
    std::vector<std::string> events;
    std::vector<std::string> rooms;
    bool may_broadcast = false;
    std::size_t rate = 0;  // events in a second; 0: any number
    std::size_t burst = 0; // ... and at once; 0: twice the rate
    bool durable = false;  // what it emits over HTTP is stored, unless an event says otherwise
};

bool has_scope(const Key &, std::string_view scope) noexcept;
bool permits_event(const Key &, std::string_view event) noexcept;
bool permits_room(const Key &, std::string_view room) noexcept;

enum class Why : std::uint8_t {
    ok,
    missing,      // no key was presented: 401
    unknown,      // no key has this digest: 401
    scope_missing // the key lacks the scope: 403
};

// Every key of one configuration.
class Keys {
public:
    Keys() = default;
    // Throws std::invalid_argument when two keys share a name or a digest, or one has no name.
    explicit Keys(std::vector<Key> keys);

    struct Found {
        const Key *key = nullptr; // set when `why` is ok or scope_missing
        Why why = Why::unknown;
    };
    // Takes time that depends on the number of keys and the length of `presented`, not on which key
    // matches or how much of one does.
    Found find(std::string_view presented, std::string_view scope) const;

    const Key *named(std::string_view name) const noexcept; // null when there is none
    bool any_of_scope(std::string_view scope) const noexcept;
    bool empty() const noexcept { return keys_.empty(); }
    std::size_t size() const noexcept { return keys_.size(); }

private:
    std::vector<Key> keys_;
};

} // namespace roomd::auth
