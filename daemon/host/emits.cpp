#include "host/emits.hpp"

#include "dispatch/router.hpp"
#include "host/status.hpp"
#include "loop/loop.hpp"

#include <string>
#include <unordered_map>
#include <utility>

namespace roomd::host {
namespace {

Outcome outcome(dispatch::Emitted emitted) {
    const roomd_status status = to_status(emitted.status);
    return {std::move(emitted), {}, false, status};
}

Outcome conflict() {
    return outcome(dispatch::refusal(dispatch::Status::invalid, "idempotency_conflict", "/key",
                                     "this idempotency key was used for something else"));
}

std::string next_id(Services &services) {
    return services.emit_prefix + "-" + std::to_string(++services.last_emit);
}

} // namespace

dispatch::Routed route(Instance &instance, const OwnedEmit &emit) {
    const dispatch::Router &router = instance.services().router;
    dispatch::Emit view = emit.view();
    view.position.source = instance.entry().label();
    if (emit.on_behalf.empty()) return router.route(std::move(view));
    view.rights = router.key(emit.on_behalf);
    if (view.rights != nullptr) return router.route(std::move(view));
    dispatch::Routed nobodys(std::move(view));
    nobodys.refused = dispatch::refusal(dispatch::Status::denied, "key_unknown", {},
                                        "this key is no longer configured");
    return nobodys;
}

Outcome check(Services &services, const dispatch::Routed &routed) {
    return outcome(services.router.check(routed));
}

Outcome send(Instance &instance, const OwnedEmit &emit, const dispatch::Routed &routed) {
    Services &services = instance.services();
    if (routed.refused.status != dispatch::Status::ok) return outcome(routed.refused);
    const base::Time now = services.loop.now();
    if (!emit.key.empty()) {
        const Idempotency::Result *first = nullptr;
        switch (instance.idempotency().look(emit, now, first)) {
        case Idempotency::Seen::never: break;
        case Idempotency::Seen::other_content: return conflict();
        case Idempotency::Seen::same: return {first->emitted, first->id, true, ROOMD_OK};
        }
    }
    Outcome out = outcome(services.router.emit(routed));
    if (out.status != ROOMD_OK) return out;
    out.id = next_id(services);
    if (!emit.key.empty()) instance.idempotency().keep(emit, now, {out.emitted, out.id});
    return out;
}

std::vector<Outcome> send_all(Instance &instance, const std::vector<OwnedEmit> &emits) {
    Services &services = instance.services();
    std::vector<Outcome> outcomes(emits.size());
    std::vector<dispatch::Routed> routed;
    routed.reserve(emits.size());
    std::unordered_map<std::string, std::uint64_t> keys; // of this batch, with their content
    bool all_good = true;
    for (std::size_t i = 0; i < emits.size(); ++i) {
        const OwnedEmit &emit = emits[i];
        Outcome &out = outcomes[i];
        routed.push_back(route(instance, emit));
        out = outcome(routed.back().refused);
        const Idempotency::Result *first = nullptr;
        auto seen = Idempotency::Seen::never;
        if (out.status == ROOMD_OK && !emit.key.empty()) {
            seen = instance.idempotency().look(emit, services.loop.now(), first);
            const std::uint64_t digest = instance.idempotency().digest(emit);
            const auto [place, fresh] = keys.emplace(Idempotency::name(emit), digest);
            if (!fresh && place->second != digest) seen = Idempotency::Seen::other_content;
            if (seen == Idempotency::Seen::other_content) out = conflict();
        }
        if (out.status == ROOMD_OK && seen == Idempotency::Seen::never)
            out = check(services, routed.back());
        all_good = all_good && out.status == ROOMD_OK;
    }
    for (std::size_t i = 0; i < emits.size(); ++i) {
        Outcome &out = outcomes[i];
        if (all_good) {
            out = send(instance, emits[i], routed[i]);
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
