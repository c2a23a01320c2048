#include "host/command.hpp"

#include "json/json.hpp"

namespace roomd::host {

sio::Args OwnedArgs::view() const {
    sio::Args out;
    out.json = json;
    out.blobs.assign(blobs.begin(), blobs.end());
    return out;
}

std::size_t OwnedArgs::bytes() const noexcept {
    std::size_t sum = json.size();
    for (const std::string &blob : blobs)
        sum += blob.size() + sizeof blob;
    return sum;
}

dispatch::Emit OwnedEmit::view() const {
    dispatch::Emit out;
    out.nsp = nsp;
    out.rooms.assign(rooms.begin(), rooms.end());
    out.except.assign(except.begin(), except.end());
    out.to = to;
    out.without = without;
    out.event = event;
    out.args = args.view();
    out.droppable = (flags & ROOMD_EMIT_VOLATILE) != 0;
    out.local = (flags & ROOMD_EMIT_LOCAL) != 0;
    out.route = (flags & ROOMD_EMIT_ROUTE) != 0;
    out.all = (flags & ROOMD_EMIT_ALL) != 0;
    out.position.epoch = epoch;
    out.position.seq = seq;
    out.came = came;
    out.request = request;
    return out;
}

std::size_t OwnedEmit::bytes() const noexcept {
    std::size_t sum = nsp.size() + event.size() + key.size() + on_behalf.size() + epoch.size() +
                      request.size() + args.bytes();
    for (const std::string &room : rooms)
        sum += room.size() + sizeof room;
    for (const std::string &room : except)
        sum += room.size() + sizeof room;
    return sum;
}

dispatch::Whom OwnedWhom::view() const {
    return {nsp, user, id, room, nullptr};
}

std::size_t OwnedWhom::bytes() const noexcept {
    return nsp.size() + user.size() + id.size() + room.size() + on_behalf.size();
}

dispatch::Move OwnedMove::view() const {
    return {what, {rooms.begin(), rooms.end()}};
}

std::size_t OwnedMove::bytes() const noexcept {
    std::size_t sum = reason.size();
    for (const std::string &room : rooms)
        sum += room.size() + sizeof room;
    return sum;
}

std::size_t OwnedSpool::bytes() const noexcept {
    return line.size() + reader.size() + text.size();
}

bool OwnedEmit::can_be_stored() const {
    json::Elements elements(args.json);
    const bool one = !elements.next().empty() && elements.next().empty();
    return (flags & ROOMD_EMIT_ROUTE) != 0 && (flags & ROOMD_EMIT_LOCAL) == 0 &&
           to == base::ClientId::none && without == base::ClientId::none && epoch.empty() &&
           args.blobs.empty() && one;
}

} // namespace roomd::host
