#include "host/store.hpp"

#include "dispatch/rights.hpp"
#include "dispatch/router.hpp"
#include "host/instance.hpp"
#include "host/strings.hpp"
#include "loop/loop.hpp"

#include <algorithm>
#include <utility>

namespace roomd::host {
namespace {

std::vector<roomd_str> strings(const std::vector<std::string_view> &names) {
    std::vector<roomd_str> out;
    out.reserve(names.size());
    for (const std::string_view name : names)
        out.push_back(str(name));
    return out;
}

// The emits as the keeper is given them: views into what was judged.
class Raw {
public:
    Raw(const std::vector<OwnedEmit> &emits, const std::vector<dispatch::Routed> &routed) {
        all_.reserve(emits.size());
        names_.reserve(2 * emits.size());
        for (std::size_t i = 0; i < emits.size(); ++i)
            add(emits[i], routed[i].emit);
    }
    const std::vector<roomd_emit> &all() const noexcept { return all_; }

private:
    void add(const OwnedEmit &given, const dispatch::Emit &judged) {
        roomd_emit out{};
        out.struct_size = sizeof out;
        out.flags = given.flags & (ROOMD_EMIT_VOLATILE | ROOMD_EMIT_ALL);
        out.nsp = str(judged.nsp);
        const auto &rooms = names_.emplace_back(strings(judged.rooms));
        out.rooms = rooms.data();
        out.n_rooms = rooms.size();
        const auto &except = names_.emplace_back(strings(judged.except));
        out.except = except.data();
        out.n_except = except.size();
        out.event = str(judged.event);
        out.args.json = str(judged.args.json);
        out.key = str(given.key);
        out.on_behalf = str(given.on_behalf);
        all_.push_back(out);
    }
    std::vector<roomd_emit> all_;
    std::vector<std::vector<roomd_str>> names_;
};

void refuse(Outcome &out, roomd_status status, std::string code, std::string text) {
    out.status = status;
    out.emitted.recipients = 0;
    out.emitted.code = std::move(code);
    out.emitted.text = std::move(text);
}

void refuse_all(std::vector<Outcome> &outcomes, roomd_status status, const char *code,
                const char *text) {
    for (Outcome &out : outcomes)
        refuse(out, status, code, text);
}

void may_be_kept(Outcome &out) {
    refuse(out, ROOMD_EXPIRED, "store_unsure",
           "no answer came; it may have been stored: send it again with the same key");
}

} // namespace

bool is_durable(Instance &instance, const OwnedEmit &emit) {
    if ((emit.flags & ROOMD_EMIT_DURABLE) != 0) return true;
    if ((emit.flags & ROOMD_EMIT_LIVE) != 0 || emit.on_behalf.empty()) return false;
    const auth::Key *const key = instance.services().router.key(emit.on_behalf);
    return key != nullptr && dispatch::is_durable(*key) && emit.can_be_stored();
}

std::size_t Store::keep(Instance &instance, const std::vector<OwnedEmit> &emits,
                        roomd_emitted_fn fn, void *user, std::size_t bytes) {
    std::vector<dispatch::Routed> routed;
    routed.reserve(emits.size());
    Pending pending{&instance, fn, user, {}, {}, bytes};
    bool good = true;
    for (const OwnedEmit &emit : emits) {
        routed.push_back(route(instance, emit));
        pending.events.push_back(emit.event);
        pending.outcomes.push_back(check(instance.services(), routed.back()));
        Outcome &out = pending.outcomes.back();
        good = good && out.status == ROOMD_OK;
        if (out.status != ROOMD_OK) continue;
        for (const std::string_view room : routed.back().emit.rooms)
            out.emitted.rooms.emplace_back(room);
    }
    if (!good) {
        spare_others(pending.outcomes);
    } else if (instance.services().keeper.fn == nullptr) {
        refuse_all(pending.outcomes, ROOMD_UNSUPPORTED, "durable_unavailable",
                   "this daemon cannot store events: it needs the plugin postgres with outbox");
    } else {
        return hand_over(std::move(pending), emits, routed) ? bytes : 0;
    }
    tell(pending);
    return 0;
}

bool Store::hand_over(Pending pending, const std::vector<OwnedEmit> &emits,
                      const std::vector<dispatch::Routed> &routed) {
    Services &services = pending.instance->services();
    const Keeper keeper = services.keeper;
    Ticket ticket;
    ticket.kind = Ticket::Kind::store;
    ticket.ack = ++last_;
    // Less than a request has: its own answer is better than that of a plugin that is late.
    const std::uint64_t id = keeper.intake->issue(
        std::move(ticket), services.loop.now() + services.options.request_timeout * 5 / 6);
    if (id == 0) {
        refuse_all(pending.outcomes, ROOMD_AGAIN, "store_full",
                   "too many events wait to be stored");
        tell(pending);
        return false;
    }
    pending_.emplace(last_, std::move(pending));
    const Raw raw(emits, routed);
    keeper.calls->run(Call::store,
                      [&] { keeper.fn(keeper.user, id, raw.all().data(), raw.all().size()); });
    services.watch_time();
    return true;
}

void Store::answered(StoredCommand &command) {
    auto found = pending_.extract(command.ticket.ack);
    if (found.empty()) return; // who emitted has stopped
    Pending &pending = found.mapped();
    command.results.resize(pending.outcomes.size());
    for (std::size_t i = 0; i < pending.outcomes.size(); ++i) {
        StoredResult &result = command.results[i];
        Outcome &out = pending.outcomes[i];
        if (result.status != ROOMD_OK) {
            if (result.code.empty() && result.status == ROOMD_EXPIRED)
                may_be_kept(out);
            else
                refuse(out, result.status, std::move(result.code), std::move(result.text));
            if (out.emitted.code == "idempotency_conflict") out.emitted.pointer = "/key";
            continue;
        }
        out.stored = true;
        out.duplicate = result.duplicate;
        out.id = std::move(result.id);
    }
    pending.instance->intake().worked_off(pending.charged);
    tell(pending);
}

void Store::unanswered(const Ticket &ticket) {
    auto found = pending_.extract(ticket.ack);
    if (found.empty()) return;
    Pending &pending = found.mapped();
    for (Outcome &out : pending.outcomes)
        may_be_kept(out);
    pending.instance->intake().worked_off(pending.charged);
    tell(pending);
}

void Store::stop(Instance &instance) {
    std::vector<std::uint64_t> ids;
    for (const auto &[id, pending] : pending_)
        if (pending.instance == &instance) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    for (const std::uint64_t id : ids) {
        Ticket ticket;
        ticket.ack = id;
        unanswered(ticket);
    }
}

void Store::tell(Pending &pending) {
    for (std::size_t i = 0; i < pending.outcomes.size(); ++i)
        host::tell(*pending.instance, pending.fn, pending.user, pending.events[i],
                   pending.outcomes[i], i);
}

} // namespace roomd::host
