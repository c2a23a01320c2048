#include "app/emit_of.hpp"

#include "emits/reader.hpp"
#include "rooms/names.hpp"

namespace roomd::app {
namespace {

static_assert(emits::max_room == rooms::max_kind + 1 + rooms::max_id);

int http_status(dispatch::Status status) noexcept {
    switch (status) {
    case dispatch::Status::too_big: return 413;
    case dispatch::Status::denied: return 403;
    default: return 422;
    }
}

} // namespace

dispatch::Emit emit_of(const emits::Event &event, std::string &args) {
    args.assign("[").append(event.data).append("]");
    dispatch::Emit out;
    if (!event.nsp.empty()) out.nsp = event.nsp;
    out.rooms.assign(event.rooms.begin(), event.rooms.end());
    out.except.assign(event.except.begin(), event.except.end());
    out.event = event.name;
    out.args.json = args;
    out.droppable = event.droppable;
    out.route = true;
    out.all = event.broadcast;
    return out;
}

emits::Problem problem_of(const emits::Event &event, const dispatch::Emitted &what) {
    return {http_status(what.status), what.code, what.text,
            emits::place_in_body(event, what.pointer)};
}

} // namespace roomd::app
