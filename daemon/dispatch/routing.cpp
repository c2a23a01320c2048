#include "dispatch/routing.hpp"

#include "dispatch/rights.hpp"
#include "json/json.hpp"

#include <utility>

namespace roomd::dispatch {
namespace {

void ask_catalogue(const Options &options, Routed &out) {
    Emit &emit = out.emit;
    const bool chosen = !emit.rooms.empty() || emit.all || emit.to != base::ClientId::none;
    const catalogue::Catalogue *catalogue = options.catalogue.get();
    const bool known = catalogue != nullptr && catalogue->knows(emit.event);
    if (!known && options.unknown_events) return;
    if (catalogue == nullptr) {
        out.refused = refusal(Status::invalid, "event_unknown", "/event",
                              "the catalogue does not know this event");
        return;
    }
    using Rooms = catalogue::Catalogue::Rooms;
    auto routed = catalogue->route(emit.event, json::trim(json::first_element(emit.args.json)),
                                   chosen ? Rooms::given : Rooms::chosen);
    out.given_up = routed.given_up;
    if (routed.code != nullptr) {
        out.refused = refusal(Status::invalid, routed.code, std::move(routed.pointer),
                              std::move(routed.text));
        return;
    }
    emit.droppable = emit.droppable || routed.droppable;
    if (chosen) return;
    out.rooms = std::move(routed.rooms);
    emit.rooms.assign(out.rooms.begin(), out.rooms.end());
}

} // namespace

Routed route(const Options &options, Emit emit) {
    Routed out(std::move(emit));
    if (out.emit.route) ask_catalogue(options, out);
    if (out.emit.rights == nullptr) return out;
    Emitted denied = check_rights(*out.emit.rights, out.emit);
    if (denied.status != Status::ok) out.refused = std::move(denied);
    return out;
}

} // namespace roomd::dispatch
