#include "dispatch/counters.hpp"

#include "dispatch/wish.hpp"

#include <algorithm>
#include <string_view>

namespace roomd::dispatch {
namespace {

bool is_event(const Options &options, std::string_view name) {
    return options.catalogue != nullptr && options.catalogue->knows(name);
}

std::string_view source_of(const Emit &emit) {
    if (!emit.position.source.empty()) return emit.position.source;
    return emit.without != base::ClientId::none ? "client" : "operator";
}

} // namespace

void Counters::emitted(const Emit &emit, const Options &options) {
    emits.began(emit.came);
    events.add({is_event(options, emit.event) ? emit.event : metrics::other});
    sources.add({source_of(emit)});
    if (emit.rights != nullptr) keys.add({emit.rights->name});
}

void Counters::forget_gone(const Options &options) {
    const auto portal = [&](std::string_view name) {
        return name.empty() || std::any_of(options.portals.begin(), options.portals.end(),
                                           [&](const Portal &one) { return one.name == name; });
    };
    const auto kind = [&](std::string_view name) {
        return name == metrics::other || find_kind(options, name) != nullptr;
    };
    connects.retain([&](const auto &of, auto) { return portal(of[0]); });
    refused.retain([&](const auto &of, auto) { return portal(of[1]); });
    disconnects.retain([&](const auto &of, auto) { return portal(of[1]); });
    joins.retain([&](const auto &of, auto) { return kind(of[0]) && portal(of[1]); });
    joins_refused.retain([&](const auto &of, auto) { return kind(of[0]) && portal(of[2]); });
    events.retain(
        [&](const auto &of, auto) { return of[0] == metrics::other || is_event(options, of[0]); });
    keys.retain([&](const auto &of, auto) {
        return options.keys != nullptr && options.keys->named(of[0]) != nullptr;
    });
}

std::vector<std::string> kind_names(const Options &options) {
    std::vector<std::string> out;
    for (const RoomKind &kind : options.kinds)
        out.push_back(kind.name);
    return out;
}

} // namespace roomd::dispatch
