#include "rest/body.hpp"

namespace roomd::rest {

Emit emit_of(const Event &event, std::string &args) {
    args.assign("[").append(event.data).append("]");
    Emit out(event.name);
    out.args(args).routed();
    if (!event.nsp.empty()) out.nsp(event.nsp);
    for (const auto &room : event.rooms)
        out.to(room);
    for (const auto &room : event.except)
        out.except(room);
    if (event.broadcast) out.to_all();
    if (event.droppable) out.vanishing();
    if (event.durable) out.with(*event.durable ? ROOMD_EMIT_DURABLE : ROOMD_EMIT_LIVE);
    if (!event.key.empty()) out.key(event.key);
    return out;
}

} // namespace roomd::rest
