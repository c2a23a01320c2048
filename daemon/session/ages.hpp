#pragma once

#include "base/clock.hpp"
#include "session/session.hpp"

#include <algorithm>
#include <utility>

namespace roomd::session {

// How old sessions may become.
class Ages {
public:
    Ages(base::Duration most, base::Time now) noexcept : most_(most), since_(now) {}

    // Zero: any age.  True: it is another limit than before.
    bool limit(base::Duration most, base::Time now) noexcept {
        if (std::exchange(most_, most) == most) return false;
        since_ = now;
        return true;
    }
    // When a session is too old; Time::max(): never.  In the last fifth of the limit, so that those
    // who came together do not leave together.  Those that are too old for a new limit leave
    // over as long a time.
    base::Time end_of(const Session &session) const noexcept {
        if (most_ == base::Duration::zero()) return base::Time::max();
        const base::Duration fifth = most_ / 5;
        const base::Duration later = fifth * session.lot() / Session::lots;
        return std::max(session.opened() + most_ - fifth + later, since_ + later);
    }

private:
    base::Duration most_;
    base::Time since_; // when the limit came into force
};

} // namespace roomd::session
