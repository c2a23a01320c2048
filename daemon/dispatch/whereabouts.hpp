#pragma once

#include "policy/rules.hpp"

#include <cstddef>
#include <string_view>

namespace roomd::dispatch {

// Where one client is, as far as decisions on joins look at it.  The daemon answers for a client in
// its rooms, `roomd explain` for one that it imagines.
class Whereabouts {
public:
    virtual bool in(std::string_view room) const = 0;
    virtual std::size_t rooms() const = 0; // that it is in
    virtual std::size_t rooms_of_kind(std::string_view kind) const = 0;
    virtual std::size_t members(std::string_view room) const = 0; // of all sessions
    virtual void enter(std::string_view room) = 0;                // by rule
    // A kind with `join: auto` whose room cannot be formed of the claims.
    virtual void refuse(std::string_view kind, const policy::Unfit &) = 0;

protected:
    ~Whereabouts() = default;
};

} // namespace roomd::dispatch
