#pragma once

#include "base/ids.hpp"
#include "base/slot_map.hpp"
#include "base/text_index.hpp"
#include "session/session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::session {

// Every session, including those that ended and are not destroyed yet, by id and by sid.
class Table {
public:
    base::SessionId add(Transport, Handshake, Link &, base::Time now, base::Duration until_ping);
    void erase(base::SessionId);
    Session *find(base::SessionId id) noexcept { return sessions_.find(id); }
    const Session *find(base::SessionId id) const noexcept { return sessions_.find(id); }
    base::SessionId find(std::string_view sid) const noexcept; // none when unknown
    std::size_t size() const noexcept { return sessions_.size(); }
    // Calls fn(id, session) for each; `fn` may add and erase none.
    template <class Fn> void each(Fn fn) { sessions_.each(fn); }
    std::vector<base::SessionId> open_ones(std::size_t most);
    // After a flush: those whose peers are behind, the furthest first.  A peer that takes
    // everything has nothing queued then.
    std::vector<base::SessionId> laggards();

    // Brings the share of one session in weights() up to date.
    void weigh(Session &session) noexcept {
        const auto weight =
            static_cast<std::uint32_t>(std::min<std::size_t>(session.weight(), UINT32_MAX));
        weights_ += weight;
        weights_ -= std::exchange(session.weighed, weight);
    }
    std::size_t weights() const noexcept { return weights_; } // of all, as they were last seen

private:
    base::SlotMap<base::SessionId, Session> sessions_;
    base::TextIndex<base::SessionId, Session, &Session::sid> by_sid_{sessions_};
    std::size_t weights_ = 0;
};

} // namespace roomd::session
