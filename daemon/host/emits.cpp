#include "host/emits.hpp"

#include "dispatch/router.hpp"
#include "host/status.hpp"
#include "host/strings.hpp"
#include "log/log.hpp"
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

// Of the next emit that is taken.
std::string next_id(const Services &services) {
    return services.emit_prefix + "-" + std::to_string(services.last_emit + 1);
}

void tell_taken(Services &services, const OwnedEmit &emit, const Outcome &out) {
    services.log.debug("emitted", {{"event", emit.event},
                                   {"id", out.id},
                                   {"request", emit.request},
                                   {"key", emit.on_behalf},
                                   {"recipients", out.emitted.recipients}});
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

std::optional<Outcome> over_rate(Instance &instance, std::span<const OwnedEmit> emits) {
    dispatch::Router &router = instance.services().router;
    for (std::size_t i = 0; i < emits.size();) { // those of a batch have one key
        const std::string &name = emits[i].on_behalf;
        std::size_t count = 1;
        while (i + count < emits.size() && emits[i + count].on_behalf == name)
            ++count;
        i += count;
        const auth::Key *key = name.empty() ? nullptr : router.key(name);
        if (key == nullptr || router.charge(*key, count)) continue;
        Outcome out;
        out.status = ROOMD_AGAIN;
        out.emitted.code = "key_rate";
        out.emitted.text = "this key emits more than its rate allows";
        return out;
    }
    return std::nullopt;
}

Outcome check(Services &services, const dispatch::Routed &routed) {
    return outcome(services.router.check(routed));
}

Outcome send(Instance &instance, const OwnedEmit &emit, dispatch::Routed &routed) {
    Services &services = instance.services();
    if (routed.refused.status != dispatch::Status::ok)
        return outcome(services.router.emit(routed)); // so that those who watch are told
    const base::Time now = services.loop.now();
    if (!emit.key.empty()) {
        const Idempotency::Result *first = nullptr;
        switch (instance.idempotency().look(emit, now, first)) {
        case Idempotency::Seen::never: break;
        case Idempotency::Seen::other_content: return conflict();
        case Idempotency::Seen::same: return {first->emitted, first->id, true, ROOMD_OK};
        }
    }
    std::string id = next_id(services);
    routed.emit.id = id;
    Outcome out = outcome(services.router.emit(routed));
    if (out.status != ROOMD_OK) return out;
    ++services.last_emit;
    out.id = std::move(id);
    if (services.log.wants(log::Level::debug)) tell_taken(services, emit, out);
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
    if (!all_good) {
        spare_others(outcomes);
        return outcomes;
    }
    for (std::size_t i = 0; i < emits.size(); ++i)
        outcomes[i] = send(instance, emits[i], routed[i]);
    return outcomes;
}

void spare_others(std::vector<Outcome> &outcomes) {
    for (Outcome &out : outcomes) {
        if (out.status != ROOMD_OK) continue;
        out = {};
        out.emitted.code = "not_sent";
        out.emitted.text = "another one of the batch was refused";
        out.status = ROOMD_FAILED;
    }
}

void tell(Instance &instance, roomd_emitted_fn fn, void *user, const std::string &event,
          const Outcome &outcome, std::size_t index) {
    const dispatch::Emitted &what = outcome.emitted;
    Services &services = instance.services();
    if (fn == nullptr) {
        // Nobody else would learn of it.
        if (outcome.status != ROOMD_OK && instance.may_log_refusal(services.loop.now())) {
            services.log.warning("plugin's emit is refused", {{"plugin", instance.entry().label()},
                                                              {"event", event},
                                                              {"code", what.code},
                                                              {"pointer", what.pointer},
                                                              {"why", what.text}});
        }
        return;
    }
    std::vector<roomd_str> rooms;
    for (const std::string &room : what.rooms)
        rooms.push_back(str(room));
    roomd_emitted out{};
    out.struct_size = sizeof out;
    out.duplicate = outcome.duplicate ? 1 : 0;
    out.recipients = what.recipients;
    out.id = str(outcome.id);
    out.rooms = rooms.data();
    out.n_rooms = rooms.size();
    out.code = str(what.code);
    out.pointer = str(what.pointer);
    out.text = str(what.text);
    out.index = index;
    out.stored = outcome.stored ? 1 : 0;
    instance.calls().run(Call::emitted, [&] { fn(user, outcome.status, &out); });
}

} // namespace roomd::host
