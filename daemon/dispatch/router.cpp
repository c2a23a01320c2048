#include "dispatch/router.hpp"

#include "dispatch/admission.hpp"
#include "dispatch/answers.hpp"
#include "dispatch/client_events.hpp"
#include "dispatch/counters.hpp"
#include "dispatch/event_counts.hpp"
#include "dispatch/fanout.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/listings.hpp"
#include "dispatch/membership.hpp"
#include "dispatch/moves.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/positions.hpp"
#include "dispatch/space_of.hpp"
#include "dispatch/verbs.hpp"
#include "rooms/hub.hpp"
#include "rooms/names.hpp"

#include <algorithm>
#include <utility>

namespace roomd::dispatch {

struct Router::Impl {
    Impl(const Options &o, session::Clients &c, const base::Clock &k) :
        options(o),
        clients(c),
        clock(k),
        namespaces(options),
        answers(clients),
        membership(options, clients, answers, hub, identities, counters, clock),
        admission(options, clients, clock, namespaces, hub, identities, membership, counters),
        moves(options, clients, hub, namespaces, identities, admission),
        verbs(options, membership),
        client_events(options, clients, hub, identities, clock, counts),
        fanout(options, clients, hub, namespaces) {}

    Options options; // the units refer to it
    session::Clients &clients;
    const base::Clock &clock;
    Hooks *hooks = nullptr;
    std::vector<Watcher *> watchers;
    rooms::Hub hub;
    Identities identities;
    Counters counters;
    EventCounts counts;
    Positions positions;
    Namespaces namespaces;
    Answers answers;
    Membership membership;
    Admission admission;
    Moves moves;
    Verbs verbs;
    ClientEvents client_events;
    Fanout fanout;
    std::uint64_t events_in = 0;

    rooms::Space *space_of(base::ClientId client) {
        return dispatch::space_of(clients, hub, client);
    }
    Emitted refused(const Emit &emit, Emitted why) const {
        for (Watcher *watcher : watchers)
            watcher->refused(emit, why);
        return why;
    }
};

Router::Router(const Options &options, session::Clients &clients, const base::Clock &clock) :
    impl_(std::make_unique<Impl>(options, clients, clock)) {
    impl_->hub.count_kinds(kind_names(options));
}

Router::~Router() = default;

void Router::wire(Hooks &hooks) noexcept {
    impl_->hooks = &hooks;
    impl_->namespaces.wire(hooks);
    impl_->admission.wire(hooks);
    impl_->membership.wire(hooks);
}

void Router::explain_to(log::Causes &causes) noexcept {
    impl_->admission.explain_to(causes);
    impl_->membership.explain_to(causes);
    impl_->client_events.explain_to(causes);
}

void Router::reconfigure(const Options &options) {
    const bool other_rules = options.kinds != impl_->options.kinds;
    const std::size_t max_emit = impl_->options.max_emit;
    impl_->options = options;
    impl_->options.max_emit = max_emit; // as the bodies that listeners take: until a restart
    impl_->admission.keys_changed();
    for (const base::ClientId client : impl_->admission.no_longer_admitted())
        impl_->clients.disconnect(client, session::CloseReason::forced_close, true);
    if (other_rules) {
        impl_->membership.revise();
        impl_->hub.count_kinds(kind_names(options));
    }
    impl_->counters.forget_gone(options);
}

void Router::use_tokens(std::shared_ptr<const auth::Tokens> tokens) {
    impl_->options.tokens = std::move(tokens);
    impl_->admission.keys_changed();
}

std::vector<std::size_t> Router::take_issuers_lacking_keys() {
    return impl_->admission.take_lacking();
}

// ---- emits and commands ------------------------------------------------------------------

const auth::Key *Router::key(std::string_view name) const noexcept {
    return impl_->options.keys != nullptr ? impl_->options.keys->named(name) : nullptr;
}

bool Router::charge(const auth::Key &key, std::size_t count) {
    auth::KeyRates *rates = impl_->options.rates;
    return rates == nullptr || rates->take(key, impl_->clock.now(), count);
}

Routed Router::route(Emit emit) const {
    Routed routed = dispatch::route(impl_->options, std::move(emit));
    if (routed.given_up) ++impl_->counts.given_up;
    return routed;
}

Emitted Router::emit(const Routed &routed) {
    const Emit &emit = routed.emit;
    Emitted emitted = routed.refused;
    if (emitted.status == Status::ok) emitted = impl_->fanout.emit(emit);
    if (emitted.status != Status::ok) return impl_->refused(emit, std::move(emitted));
    impl_->counters.emitted(emit, impl_->options);
    if (!emit.position.epoch.empty()) impl_->positions.advance(emit.position);
    for (Watcher *watcher : impl_->watchers)
        watcher->emitted(emits(), emit, emitted);
    if (!emit.local && emit.to == base::ClientId::none) impl_->hooks->publish(emit);
    return emitted;
}

Emitted Router::check(const Routed &routed) const {
    if (routed.refused.status != Status::ok) return routed.refused;
    return impl_->fanout.check(routed.emit);
}

void Router::ask(const Routed &routed, base::Duration timeout, std::uint64_t token) {
    const Emit &emit = routed.emit;
    if (emit.to == base::ClientId::none || check(routed).status != Status::ok) {
        impl_->hooks->answered(token, session::Answer::gone, {"[]", {}});
        return;
    }
    impl_->clients.ask(emit.to, emit.event, emit.args, timeout, token);
}

std::vector<base::ClientId> Router::recipients(const Routed &routed) const {
    return impl_->fanout.recipients(routed.emit);
}

void Router::ask(std::span<const base::ClientId> clients, const Routed &routed,
                 base::Duration timeout, std::uint64_t first) {
    impl_->clients.ask(clients, routed.emit.event, routed.emit.args, timeout, first);
}

bool Router::ack(base::ClientId client, std::uint64_t ack_id, const sio::Args &args) {
    return impl_->clients.ack(client, ack_id, args);
}

Status Router::join(base::ClientId client, std::string_view room) {
    if (!rooms::is_room(room)) return Status::invalid;
    if (impl_->admission.waits(client)) return impl_->admission.join(client, room);
    rooms::Space *space = impl_->space_of(client);
    if (space == nullptr) return Status::gone;
    const bool in = space->in(client, room);
    if (!in && space->rooms_of(client) >= impl_->options.rooms_per_client) return Status::too_big;
    space->join(client, room, rooms::Grant::plugin);
    return Status::ok;
}

Status Router::leave(base::ClientId client, std::string_view room) {
    if (!rooms::is_room(room)) return Status::invalid;
    if (impl_->admission.waits(client)) {
        impl_->admission.leave(client, room);
        return Status::ok;
    }
    rooms::Space *space = impl_->space_of(client);
    if (space == nullptr) return Status::gone;
    space->leave(client, room);
    return Status::ok;
}

Status Router::disconnect(base::ClientId client, bool close_session, session::CloseReason reason) {
    return impl_->clients.disconnect(client, reason, close_session) ? Status::ok : Status::gone;
}

std::size_t Router::kick(std::string_view user, bool close_session) {
    if (user.empty()) return 0;
    const Whom whom{every_namespace, user, {}, {}, nullptr};
    const Move away{close_session ? Move::What::close : Move::What::disconnect, {}};
    return move(find(whom, away), away).moved;
}

Emitted Router::check(const Whom &whom) const {
    return impl_->moves.check(whom);
}

Emitted Router::check(const Whom &whom, const Move &move) const {
    return impl_->moves.check(whom, move);
}

std::vector<base::ClientId> Router::find(const Whom &whom) const {
    return impl_->moves.find(whom);
}

std::vector<base::ClientId> Router::find(const Whom &whom, const Move &move) const {
    const bool stay = move.what == Move::What::join || move.what == Move::What::leave;
    return impl_->moves.find(whom, stay ? Moves::Waiting::left_out : Moves::Waiting::included);
}

Moved Router::move(std::span<const base::ClientId> clients, const Move &move) {
    return impl_->moves.move(clients, move);
}

Status Router::decide_connect(base::ClientId client, const Verdict &verdict) {
    return impl_->admission.decide(client, verdict);
}

Status Router::decide_join(base::ClientId client, std::string_view room, const Verdict &verdict) {
    return impl_->membership.decide(client, room, verdict);
}

// ---- questions ---------------------------------------------------------------------------

std::vector<base::ClientId> Router::members(std::string_view nsp, std::string_view room) const {
    return impl_->moves.find({nsp, {}, {}, room, nullptr});
}

std::vector<base::ClientId> Router::clients(std::string_view nsp, base::ClientId after,
                                            std::size_t limit) const {
    return list_clients(impl_->hub, impl_->clients, nsp, after, limit);
}

std::size_t Router::count(std::string_view nsp) const noexcept {
    const rooms::Space *space = impl_->hub.find(nsp);
    return space == nullptr ? 0 : space->size();
}

bool Router::is_there(base::ClientId client) const noexcept {
    return impl_->clients.alive(client);
}

bool Router::known(base::ClientId client, Known &out) const {
    session::Clients::Info info;
    if (!is_there(client) || !impl_->clients.info(client, info)) return false;
    out.id = info.id;
    out.nsp = info.nsp;
    out.handshake = info.handshake;
    out.connected = info.accepted;
    out.transport = impl_->clients.transport(info.session);
    const bool waits = impl_->admission.waits(client);
    out.identity = waits ? impl_->admission.identity(client) : impl_->identities.of(client);
    out.user = waits ? user_of(out.identity) : std::string{impl_->identities.user(client)};
    out.rooms = waits ? impl_->admission.rooms(client) : rooms_of(client);
    for (const base::ClientId other : impl_->clients.of_session(info.session))
        if (other != client) out.others.push_back(other);
    return true;
}

std::vector<base::ClientId> Router::clients_of(std::string_view user) const {
    return impl_->identities.of_user(user);
}

std::string_view Router::identity(base::ClientId client) const noexcept {
    return impl_->identities.of(client);
}

std::vector<std::string> Router::rooms_of(base::ClientId client) const {
    const rooms::Space *space = impl_->space_of(client);
    return space != nullptr ? space->names_of(client) : std::vector<std::string>{};
}

std::size_t Router::rooms(std::string_view prefix, std::size_t limit,
                          std::vector<Stats::Room> &out) const {
    return rooms_by_name(impl_->hub, prefix, limit, out);
}

Stats Router::stats(std::size_t limit) const {
    Stats stats;
    stats.clients = impl_->clients.size();
    stats.rooms = impl_->hub.rooms();
    stats.emits = impl_->fanout.emits();
    stats.deliveries = impl_->fanout.deliveries();
    stats.events_in = impl_->events_in;
    stats.events_given_up = impl_->counts.given_up;
    stats.events_unhandled = impl_->counts.unhandled;
    stats.joins_refused = impl_->membership.refused();
    if (limit > 0) stats.largest = largest_rooms(impl_->hub, limit); // the console asks each second
    return stats;
}

std::uint64_t Router::emits() const noexcept {
    return impl_->fanout.emits();
}

const Counters &Router::counters() const noexcept {
    return impl_->counters;
}

const rooms::Kinds &Router::room_kinds() const noexcept {
    return impl_->hub.kinds();
}

void Router::flushed() noexcept {
    impl_->counters.emits.flushed();
}

std::string Router::positions() const {
    return impl_->positions.text();
}

void Router::watch_rooms(rooms::Watcher *watcher) noexcept {
    impl_->hub.watch(watcher);
}

void Router::watch(Watcher &watcher) {
    impl_->watchers.push_back(&watcher);
}

void Router::unwatch(Watcher &watcher) noexcept {
    std::erase(impl_->watchers, &watcher);
}

const TokenGate::Unread &Router::tokens_unread() const noexcept {
    return impl_->admission.unread();
}

const Membership::Unformed &Router::rooms_unformed() const noexcept {
    return impl_->membership.unformed();
}

void Router::tick() {
    impl_->admission.tick();
    impl_->identities.free_dropped();
    for (const base::ClientId client : impl_->identities.expired(impl_->clock.now()))
        impl_->clients.disconnect(client, session::CloseReason::expired, true); // gone() drops it
}

// ---- session::Events ---------------------------------------------------------------------

void Router::connecting(base::ClientId client, std::string_view nsp, std::string_view auth) {
    impl_->admission.connecting(client, nsp, auth);
}

void Router::event(base::ClientId client, const sio::Event &event) {
    ++impl_->events_in;
    if (impl_->client_events.traced()) impl_->client_events.trace(client, event);
    if (impl_->verbs.take(client, event)) return;
    if (const auto wanted = impl_->client_events.read(client, event)) {
        impl_->client_events.answer(*wanted, wanted->code.empty()
                                                 ? emit(ClientEvents::emit_of(*wanted, event))
                                                 : ClientEvents::refusal_of(*wanted));
        return;
    }
    const auto next = impl_->hooks->event(client, impl_->identities.of(client), event);
    if (next == Hooks::Next::taken || impl_->verbs.refuse_unknown_kind(client, event)) return;
    ++impl_->counts.unhandled;
    impl_->client_events.tell(client, event.name, {}, unknown_event.code, unknown_event.message);
    impl_->answers.refuse({client, event.ack, {}}, {}, unknown_event.code, unknown_event.message);
}

void Router::answered(base::ClientId, std::uint64_t token, session::Answer answer,
                      const sio::Args &args) {
    impl_->hooks->answered(token, answer, args);
}

std::string_view Router::user(base::ClientId client) const noexcept {
    return impl_->identities.user(client);
}

void Router::gone(base::ClientId client, session::CloseReason reason) {
    impl_->admission.gone(client, reason);
    impl_->membership.drop(client);
    session::Clients::Info info;
    if (!impl_->clients.info(client, info)) return;
    if (impl_->client_events.traced()) impl_->client_events.trace(client, reason);
    if (rooms::Space *space = impl_->space_of(client)) {
        const std::vector<std::string> names = space->names_of(client);
        const std::vector<std::string_view> rooms(names.begin(), names.end());
        impl_->hooks->left(
            {client, info.nsp, info.id, impl_->identities.of(client), reason, rooms});
        std::vector<std::string> left;
        impl_->hub.exit(client, info.nsp, left);
        impl_->counters.disconnects.add({session::text(reason), info.handshake->facts->portal,
                                         session::text(impl_->clients.transport(info.session))});
    }
    impl_->identities.drop(client);
}

} // namespace roomd::dispatch
