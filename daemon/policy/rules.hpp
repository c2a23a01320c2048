#pragma once

#include "base/result.hpp"
#include "policy/claims.hpp"
#include "policy/explained.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::policy {

// How a kind of room is joined.
enum class Join : std::uint8_t {
    automatic, // by identity, and on request where the rules admit
    request,   // when the client asks and the rules admit
    never      // by plugins only
};

// What a claim's value must be: text, in which `{id}` means the id of the room, or a boolean.
// Compared byte by byte: nothing is trimmed, folded or converted.
class Wanted {
public:
    static Wanted boolean(bool);
    bool is_boolean() const noexcept { return boolean_; }
    bool has_id() const noexcept { return has_id_; }
    bool met_by(const Values &, std::string_view id) const noexcept;
    // The id for which this value would hold, which need not be a valid one; nothing when there is
    // none.
    std::optional<std::string_view> id_in(const Values &) const noexcept;
    std::string text(std::string_view id) const;
    friend bool operator==(const Wanted &, const Wanted &) = default;

private:
    friend base::Result<Wanted> parse_wanted(std::string_view);
    bool boolean_ = false, has_id_ = false;
    std::string before_, after_; // the text around `{id}`; without one all of it is in before_
};

base::Result<Wanted> parse_wanted(std::string_view text);

struct Condition {
    enum class Kind : std::uint8_t { equals, in, contains, exists };
    Claim claim;
    Kind kind = Kind::equals;
    std::vector<Wanted> wanted; // one of the claim's values is one of these
    bool there = true;          // of exists; true: it has a value; false: it is absent or null
    friend bool operator==(const Condition &, const Condition &) = default;
};

bool holds(const Condition &, std::string_view id, std::string_view claims);

// Holds when it has conditions and all of them hold.
struct Rule {
    std::vector<Condition> all;
    friend bool operator==(const Rule &, const Rule &) = default;
};

// Who may be in the rooms of one kind.
struct RoomRules {
    Join join = Join::request;
    bool allow_all = false;         // admits everyone, whatever the rules say
    std::vector<Rule> rules;        // any that holds admits; without rules nobody is admitted
    std::size_t max_members = 0;    // of one room; 0: no limit
    std::size_t max_per_client = 0; // rooms of this kind; 0: no limit
    friend bool operator==(const RoomRules &, const RoomRules &) = default;
};

// Whether clients may ask to join or leave at all.  Where they may not, no plugin is asked.
inline bool by_request(const RoomRules &rules) noexcept {
    return rules.join != Join::never;
}

// What the rules decide, and which of them did.
struct Ruling {
    enum class Why : std::uint8_t {
        plugins_only,  // join: never
        invalid_id,    // no room has such an id
        everyone,      // allow: all
        no_rules,      // only plugins admit
        no_rule_holds, // each was checked
        rule_holds
    };
    Why why = Why::no_rules;
    std::size_t rule = 0; // which one holds
    bool admitted() const noexcept { return why == Why::everyone || why == Why::rule_holds; }
};

// Whether a client with these claims may be in the room of this id when no plugin decides.
// `claims`: JSON that json::check() passed, or empty for a client without identity, whom no rule
// admits.
Ruling rule_on(const RoomRules &, std::string_view id, std::string_view claims);
inline bool admits(const RoomRules &rules, std::string_view id, std::string_view claims) {
    return rule_on(rules, id, claims).admitted();
}

// The ruling in words: which rule admits, or why each rule does not.
Explained explain(const RoomRules &, std::string_view id, std::string_view claims);

// Whether a rule names its rooms: one of its conditions compares with `{id}`.
bool names_rooms(const Rule &) noexcept;

// A value of a claim that would give a room if it were a valid id.
struct Unfit {
    std::string claim;
    std::string value; // empty: it has none, or is empty
};

// Adds the ids of the rooms that come with these claims, each once: for each rule that names rooms,
// the `{id}` that a value of its first such claim gives, if the whole rule holds for that id.  So
// admits() is true for each.  At most `most` in all.  Gives the first value that is no valid id.
std::optional<Unfit> automatic(const RoomRules &, std::string_view claims,
                               std::vector<std::string> &ids, std::size_t most = Values::most);

} // namespace roomd::policy
