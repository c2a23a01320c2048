#include "dispatch/fanout.hpp"

#include "dispatch/form.hpp"
#include "rooms/selection.hpp"
#include "sio/encoder.hpp"

#include <array>
#include <span>

namespace roomd::dispatch {
namespace {

session::Delivery delivery(const Emit &emit) noexcept {
    return emit.droppable ? session::Delivery::droppable : session::Delivery::reliable;
}

} // namespace

Emitted Fanout::check(const Emit &emit) const {
    Emitted checked = check_form(options_, namespaces_, emit);
    session::Clients::Info info;
    if (checked.status == Status::ok && emit.to != base::ClientId::none &&
        !clients_.info(emit.to, info))
        return refusal(Status::gone, "client_gone", "/to", "there is no such client");
    return checked;
}

Emitted Fanout::emit(const Emit &emit) {
    Emitted emitted = check(emit);
    if (emitted.status != Status::ok) return emitted;
    ++emits_;
    session::Clients::Info info;
    if (emit.to == base::ClientId::none)
        emitted.recipients = to_many(emit);
    else if (clients_.info(emit.to, info))
        emitted.recipients = to_one(emit, info.nsp);
    emitted.rooms.assign(emit.rooms.begin(), emit.rooms.end());
    deliveries_ += emitted.recipients;
    return emitted;
}

// Its own namespace counts, whatever the emit says: the id names one client in one of them.
std::size_t Fanout::to_one(const Emit &emit, std::string_view nsp) {
    if (emit.to == emit.without) return 0;
    rooms::Space *space = emit.except.empty() ? nullptr : hub_.find(nsp);
    if (space != nullptr)
        for (const std::string_view room : emit.except)
            if (space->in(emit.to, room)) return 0;
    const sio::Frames frames = sio::event(nsp, emit.event, emit.args);
    return clients_.send(emit.to, frames, delivery(emit)) ? 1 : 0;
}

template <class Fn> void Fanout::each_recipient(const Emit &emit, Fn fn) {
    rooms::Space *space = hub_.find(emit.nsp);
    if (space == nullptr) return;
    named_.clear();
    left_out_.clear();
    find_private(emit.nsp, emit.rooms, named_);
    find_private(emit.nsp, emit.except, left_out_);
    if (emit.without != base::ClientId::none) left_out_.push_back(emit.without);

    rooms::Selection selection;
    selection.rooms = emit.rooms;
    selection.except = emit.except;
    selection.clients = named_;
    selection.not_to = left_out_;
    selection.everyone = emit.all;
    space->each(selection, fn);
}

// In batches: one virtual call for many recipients, without a list of all of them.
std::size_t Fanout::to_many(const Emit &emit) {
    const session::Delivery how = delivery(emit);
    std::array<base::ClientId, 256> batch;
    std::size_t count = 0, recipients = 0;
    sio::Frames frames; // encoded for the first recipient: a room nobody is in costs no copy
    const auto send = [&] {
        if (frames.empty()) frames = sio::event(emit.nsp, emit.event, emit.args);
        recipients += clients_.send({batch.data(), count}, frames, how);
        count = 0;
    };
    each_recipient(emit, [&](base::ClientId client) {
        batch[count++] = client;
        if (count == batch.size()) send();
    });
    if (count > 0) send();
    return recipients;
}

std::vector<base::ClientId> Fanout::recipients(const Emit &emit) {
    std::vector<base::ClientId> clients;
    each_recipient(emit, [&](base::ClientId client) { clients.push_back(client); });
    return clients;
}

// Each client has a room named after its public id, without being in one: ids are plain names.
void Fanout::find_private(std::string_view nsp, const std::vector<std::string_view> &names,
                          std::vector<base::ClientId> &found) const {
    for (const std::string_view name : names) {
        if (name.find(':') != std::string_view::npos) continue;
        const base::ClientId client = clients_.find(nsp, name);
        if (client != base::ClientId::none) found.push_back(client);
    }
}

} // namespace roomd::dispatch
