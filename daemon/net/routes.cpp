#include "net/routes.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace roomd::net {

namespace {

bool covers(const Route &route, std::string_view path) noexcept {
    if (route.path.ends_with('/')) return path.starts_with(route.path);
    // A proxy may guard what is read, as /metrics, by its exact path.
    if (route.method != "GET" && path.ends_with('/')) path.remove_suffix(1);
    return route.path == path;
}

bool served(Side route, Side on) noexcept {
    return route == on || route == Side::both || on == Side::both;
}

} // namespace

std::uint64_t Routes::add(Route route, std::uint16_t row) {
    static constexpr std::string_view known[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    if (std::find(std::begin(known), std::end(known), route.method) == std::end(known))
        throw std::invalid_argument("route method " + route.method + " is not served");
    if (!route.path.starts_with('/'))
        throw std::invalid_argument("route path " + route.path + " must begin with /");
    for (const auto &entry : entries_)
        if (entry->route.method == route.method && entry->route.path == route.path &&
            served(entry->route.side, route.side))
            throw std::invalid_argument(route.method + " " + route.path + " is already taken");
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto &entry) {
        return entry->route.path.size() < route.path.size();
    });
    const std::uint64_t id = next_++;
    entries_.insert(at, std::make_shared<const RouteEntry>(RouteEntry{id, std::move(route), row}));
    return id;
}

std::shared_ptr<const RouteEntry> Routes::remove(std::uint64_t id) noexcept {
    const auto it = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const auto &entry) { return entry->id == id; });
    if (it == entries_.end()) return nullptr;
    std::shared_ptr<const RouteEntry> entry = *it;
    entries_.erase(it);
    return entry;
}

Routes::Found Routes::find(std::string_view method, std::string_view path, Side on,
                           Kinds served_kinds) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    Found found;
    std::string_view best; // the longest path that covers it wins
    for (const auto &entry : entries_) {
        if (!served(entry->route.side, on) || !covers(entry->route, path)) continue;
        if (on == Side::front && (entry->route.kinds & served_kinds) == 0) continue;
        if (best.empty()) best = entry->route.path;
        if (entry->route.path != best) break;
        if (entry->route.method == wanted) return {entry, {}};
        found.allow += found.allow.empty() ? "" : ", ";
        found.allow += entry->route.method == "GET" ? "GET, HEAD" : entry->route.method;
    }
    return found;
}

} // namespace roomd::net
