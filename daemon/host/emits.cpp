#include "host/emits.hpp"

#include "dispatch/router.hpp"
#include "host/status.hpp"
#include "loop/loop.hpp"

#include <string>
#include <unordered_map>
#include <utility>

namespace roomd::host {
namespace {

Outcome refused(dispatch::Status status, std::string code, std::string text) {
    Outcome out;
    out.emitted.status = status;
    out.emitted.code = std::move(code);
    out.emitted.text = std::move(text);
    out.status = to_status(status);
    return out;
}

Outcome conflict() {
    return refused(dispatch::Status::invalid, "idempotency_conflict",
                   "this idempotency key was used for something else");
}

// What stands in the way before the Router is asked; ok: nothing.
Outcome rights(Services &services, const OwnedEmit &emit, const dispatch::Emit &view) {
    if (emit.on_behalf.empty()) return {};
    if (!services.options.may) {
        return refused(dispatch::Status::denied, "key_unknown", "no key has rights here");
    }
    std::optional<dispatch::Emitted> no = services.options.may(emit.on_behalf, view);
    if (!no) return {};
    Outcome out;
    out.emitted = std::move(*no);
    out.status = to_status(out.emitted.status);
    if (out.status == ROOMD_OK) out.status = ROOMD_DENIED;
    return out;
}

std::string next_id(Services &services) {
    return services.emit_prefix + "-" + std::to_string(++services.last_emit);
}

} // namespace

Outcome permit(Services &services, const OwnedEmit &emit, dispatch::Emit &view,
               std::vector<std::string> &rooms) {
    Outcome out = rights(services, emit, view);
    if (out.status != ROOMD_OK || !view.route) return out;
    const bool chosen = !view.rooms.empty();
    out.emitted = services.router.route(view, rooms);
    out.status = to_status(out.emitted.status);
    if (out.status != ROOMD_OK || chosen) return out;
    return rights(services, emit, view); // of the rooms that it chose
}

Outcome check(Services &services, const OwnedEmit &emit, dispatch::Emit &view,
              std::vector<std::string> &rooms) {
    Outcome out = permit(services, emit, view, rooms);
    if (out.status != ROOMD_OK) return out;
    out.emitted = services.router.check(view);
    out.status = to_status(out.emitted.status);
    return out;
}

Outcome send(Instance &instance, const OwnedEmit &emit) {
    Services &services = instance.services();
    dispatch::Emit view = emit.view();
    view.position.source = instance.entry().label();
    std::vector<std::string> rooms;
    Outcome out = permit(services, emit, view, rooms);
    if (out.status != ROOMD_OK) return out;
    const base::Time now = services.loop.now();
    if (!emit.key.empty()) {
        const Idempotency::Result *first = nullptr;
        switch (instance.idempotency().look(emit, now, first)) {
        case Idempotency::Seen::never: break;
        case Idempotency::Seen::other_content: return conflict();
        case Idempotency::Seen::same:
            out.emitted = first->emitted;
            out.id = first->id;
            out.duplicate = true;
            return out;
        }
    }
    out.emitted = services.router.emit(view);
    out.status = to_status(out.emitted.status);
    if (out.status != ROOMD_OK) return out;
    out.id = next_id(services);
    if (!emit.key.empty()) instance.idempotency().keep(emit, now, {out.emitted, out.id});
    return out;
}

std::vector<Outcome> send_all(Instance &instance, const std::vector<OwnedEmit> &emits) {
    Services &services = instance.services();
    std::vector<Outcome> outcomes(emits.size());
    std::unordered_map<std::string, std::uint64_t> keys; // of this batch, with their content
    bool all_good = true;
    for (std::size_t i = 0; i < emits.size(); ++i) {
        const OwnedEmit &emit = emits[i];
        dispatch::Emit view = emit.view();
        std::vector<std::string> rooms;
        Outcome &out = outcomes[i];
        out = permit(services, emit, view, rooms);
        const Idempotency::Result *first = nullptr;
        auto seen = Idempotency::Seen::never;
        if (out.status == ROOMD_OK && !emit.key.empty()) {
            seen = instance.idempotency().look(emit, services.loop.now(), first);
            const std::uint64_t digest = instance.idempotency().digest(emit);
            const auto [place, fresh] = keys.emplace(Idempotency::name(emit), digest);
            if (!fresh && place->second != digest) seen = Idempotency::Seen::other_content;
            if (seen == Idempotency::Seen::other_content) out = conflict();
        }
        if (out.status == ROOMD_OK && seen == Idempotency::Seen::never) {
            out.emitted = services.router.check(view);
            out.status = to_status(out.emitted.status);
        }
        all_good = all_good && out.status == ROOMD_OK;
    }
    for (std::size_t i = 0; i < emits.size(); ++i) {
        Outcome &out = outcomes[i];
        if (all_good) {
            out = send(instance, emits[i]);
        } else if (out.status == ROOMD_OK) {
            out = {};
            out.emitted.code = "not_sent";
            out.emitted.text = "another one of the batch was refused";
            out.status = ROOMD_FAILED;
        }
    }
    return outcomes;
}

} // namespace roomd::host
