#include "session/table.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace roomd::session {

base::SessionId Table::add(Transport transport, Handshake handshake, Link &link, base::Time now,
                           base::Duration until_ping) {
    std::string sid = base::random_id();
    while (by_sid_.find(sid) != base::SessionId::none)
        sid = base::random_id();
    const base::SessionId id =
        sessions_.emplace(sid, transport, std::move(handshake), link, now, until_ping);
    by_sid_.add(id);
    return id;
}

void Table::erase(base::SessionId id) {
    const Session *session = sessions_.find(id);
    if (session == nullptr) return;
    weights_ -= session->weighed;
    by_sid_.remove(id);
    sessions_.erase(id);
}

base::SessionId Table::find(std::string_view sid) const noexcept {
    return by_sid_.find(sid);
}

std::vector<base::SessionId> Table::open_ones(std::size_t most) {
    std::vector<base::SessionId> ids;
    sessions_.each([&](base::SessionId id, Session &session) {
        if (session.open() && ids.size() < most) ids.push_back(id);
    });
    return ids;
}

std::vector<base::SessionId> Table::laggards() {
    std::vector<std::pair<std::size_t, base::SessionId>> found;
    sessions_.each([&](base::SessionId id, const Session &session) {
        if (!session.over() && session.behind() > 0) found.emplace_back(session.behind(), id);
    });
    std::sort(found.begin(), found.end(), std::greater<>());
    std::vector<base::SessionId> ids;
    ids.reserve(found.size());
    for (const auto &[behind, id] : found)
        ids.push_back(id);
    return ids;
}

} // namespace roomd::session
