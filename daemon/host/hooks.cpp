#include "host/hooks.hpp"

#include "dispatch/router.hpp"
#include "host/args_view.hpp"
#include "host/describe.hpp"
#include "host/questions.hpp"
#include "host/strings.hpp"
#include "log/log.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace roomd::host {
namespace {

constexpr std::string_view overloaded = R"({"code":"overloaded","retryable":true})";

// Asks one hook that may take a ticket.  `ask(ticket)` calls the plugin.  True: taken.
template <class Ask> bool ask_with(Instance &instance, std::uint64_t ticket, Ask ask) {
    const bool taken = ask(ticket) == ROOMD_TAKEN;
    // Passed: the ticket is nobody's, unless it has been answered already: then that holds.
    return taken || !instance.intake().revoke(ticket);
}

} // namespace

PluginHooks::PluginHooks(const Plugins &plugins, Services &services, Questions &questions) :
    plugins_(plugins),
    services_(services),
    questions_(questions) {}

bool PluginHooks::knows(std::string_view nsp) const {
    return std::any_of(plugins_.begin(), plugins_.end(), [&](const auto &plugin) {
        return plugin->instance().handles().connects.any(nsp);
    });
}

PluginHooks::Next PluginHooks::connecting(const dispatch::Connecting &connecting) {
    bool taken = false;
    for (const auto &plugin : plugins_) {
        Instance &instance = plugin->instance();
        HookList<roomd_connect_fn> &hooks = instance.handles().connects;
        if (!hooks.any(connecting.nsp)) continue;
        std::deque<std::string> text;
        const auto headers = headers_for(instance, *connecting.handshake, text);
        roomd_connect out{};
        out.struct_size = sizeof out;
        out.secure = connecting.handshake->facts->secure ? 1 : 0;
        out.client = static_cast<roomd_client>(connecting.client);
        out.id = str(connecting.id);
        out.nsp = str(connecting.nsp);
        const std::string address = connecting.handshake->address.text();
        out.address = str(address);
        out.listener = str(connecting.handshake->facts->listener);
        out.query = str(connecting.handshake->facts->query);
        out.auth = str(connecting.auth);
        out.identity = str(connecting.identity);
        out.headers = headers.data();
        out.n_headers = headers.size();
        taken = hooks.first(connecting.nsp, "", [&](roomd_connect_fn fn, void *user) {
            Ticket ticket;
            ticket.kind = Ticket::Kind::connect;
            ticket.client = connecting.client;
            const auto id = instance.issue(std::move(ticket), services_.options.answer_timeout);
            if (id == 0) {
                services_.router.decide_connect(connecting.client,
                                                {false, "Overloaded", overloaded, {}, 0});
                return true;
            }
            if (instance.handles().connect_faileds.any(connecting.nsp))
                instance.asked_about().insert(connecting.client);
            return ask_with(instance, id, [&](std::uint64_t given) {
                out.ticket = given;
                return instance.calls().call(Call::connect, ROOMD_PASS,
                                             [&] { return fn(user, &out); });
            });
        });
        if (taken) break;
    }
    services_.drain();
    return taken ? Next::taken : Next::pass;
}

PluginHooks::Next PluginHooks::joining(const dispatch::Joining &joining) {
    bool taken = false;
    for (const auto &plugin : plugins_) {
        Instance &instance = plugin->instance();
        roomd_join out{};
        out.struct_size = sizeof out;
        out.client = static_cast<roomd_client>(joining.client);
        out.nsp = str(joining.nsp);
        out.room = str(joining.room);
        out.identity = str(joining.identity);
        out.data = str(instance.data().of(joining.client));
        HookList<roomd_join_fn> &hooks = instance.handles().joins;
        taken = hooks.first(joining.nsp, joining.room, [&](roomd_join_fn fn, void *user) {
            Ticket ticket;
            ticket.kind = Ticket::Kind::join;
            ticket.client = joining.client;
            ticket.room = joining.room;
            const auto id = instance.issue(std::move(ticket), services_.options.answer_timeout);
            if (id == 0) {
                services_.router.decide_join(joining.client, joining.room,
                                             {false, "Overloaded", overloaded, {}, 0});
                return true;
            }
            return ask_with(instance, id, [&](std::uint64_t given) {
                out.ticket = given;
                return instance.calls().call(Call::join, ROOMD_PASS,
                                             [&] { return fn(user, &out); });
            });
        });
        if (taken) break;
    }
    services_.drain();
    return taken ? Next::taken : Next::pass;
}

PluginHooks::Next PluginHooks::event(base::ClientId client, std::string_view identity,
                                     const sio::Event &event) {
    bool taken = false;
    const ArgsView args(event.args);
    for (const auto &plugin : plugins_) {
        Instance &instance = plugin->instance();
        roomd_event out{};
        out.struct_size = sizeof out;
        out.client = static_cast<roomd_client>(client);
        out.nsp = str(event.nsp);
        out.name = str(event.name);
        out.args = args.raw;
        out.identity = str(identity);
        out.data = str(instance.data().of(client));
        HookList<roomd_event_fn> &hooks = instance.handles().events;
        taken = hooks.first(event.nsp, event.name, [&](roomd_event_fn fn, void *user) {
            const auto call = [&](std::uint64_t ticket) {
                out.ack = ticket;
                return instance.calls().call(Call::event, ROOMD_PASS,
                                             [&] { return fn(user, &out); });
            };
            if (!event.ack) return call(0) == ROOMD_TAKEN;
            Ticket ticket;
            ticket.client = client;
            ticket.ack = *event.ack;
            const auto id = instance.issue(std::move(ticket), services_.options.ack_timeout);
            return id == 0 ? call(0) == ROOMD_TAKEN : ask_with(instance, id, call);
        });
        if (taken) break;
    }
    services_.drain();
    return taken ? Next::taken : Next::pass;
}

void PluginHooks::connected(const dispatch::Connected &connected) {
    if (services_.log.wants(log::Level::debug))
        services_.log.debug("client connected", {{"id", connected.id},
                                                 {"nsp", connected.nsp},
                                                 {"position", services_.router.positions()}});
    roomd_connected out{};
    out.struct_size = sizeof out;
    out.client = static_cast<roomd_client>(connected.client);
    out.id = str(connected.id);
    out.nsp = str(connected.nsp);
    out.identity = str(connected.identity);
    for (const auto &plugin : plugins_) {
        Instance &instance = plugin->instance();
        if (!instance.asked_about().empty()) instance.asked_about().erase(connected.client);
        instance.handles().connecteds.first(
            connected.nsp, "", [&](roomd_connected_fn fn, void *user) {
                instance.calls().run(Call::connected, [&] { fn(user, &out); });
                return false;
            });
    }
    services_.drain();
}

void PluginHooks::not_connected(const dispatch::NotConnected &failed) {
    roomd_connect_failed out{};
    out.struct_size = sizeof out;
    out.refused = failed.refused ? 1 : 0;
    out.client = static_cast<roomd_client>(failed.client);
    out.nsp = str(failed.nsp);
    out.id = str(failed.id);
    out.identity = str(failed.identity);
    out.reason = str(failed.reason);
    out.data = str(failed.data);
    for (const auto &plugin : plugins_) {
        Instance &instance = plugin->instance();
        if (instance.asked_about().erase(failed.client) == 0) continue;
        instance.handles().connect_faileds.first(
            failed.nsp, "", [&](roomd_connect_failed_fn fn, void *user) {
                instance.calls().run(Call::connect_failed, [&] { fn(user, &out); });
                return false;
            });
    }
    services_.drain();
    forget(failed.client);
}

void PluginHooks::left(const dispatch::Left &left) {
    if (services_.log.wants(log::Level::debug))
        services_.log.debug("client left", {{"id", left.id},
                                            {"nsp", left.nsp},
                                            {"reason", session::text(left.reason)},
                                            {"position", services_.router.positions()}});
    std::vector<roomd_str> rooms;
    rooms.reserve(left.rooms.size());
    for (const std::string_view room : left.rooms)
        rooms.push_back(str(room));
    roomd_gone out{};
    out.struct_size = sizeof out;
    out.client = static_cast<roomd_client>(left.client);
    out.nsp = str(left.nsp);
    out.id = str(left.id);
    out.reason = str(session::text(left.reason));
    out.identity = str(left.identity);
    out.rooms = rooms.data();
    out.n_rooms = rooms.size();
    for (const auto &plugin : plugins_) {
        Instance &instance = plugin->instance();
        out.data = str(instance.data().of(left.client));
        instance.handles().gones.first(left.nsp, "", [&](roomd_gone_fn fn, void *user) {
            instance.calls().run(Call::disconnect, [&] { fn(user, &out); });
            return false;
        });
    }
    services_.drain();
    forget(left.client);
}

bool PluginHooks::tell_rooms() {
    const std::vector<RoomChanges::Change> changes = services_.rooms.take();
    for (const RoomChanges::Change &change : changes) {
        roomd_room out{};
        out.struct_size = sizeof out;
        out.occupied = change.occupied ? 1 : 0;
        out.nsp = str(change.nsp);
        out.room = str(change.room);
        for (const auto &plugin : plugins_) {
            Instance &instance = plugin->instance();
            instance.handles().rooms.first(
                change.nsp, change.room, [&](roomd_room_fn fn, void *user) {
                    instance.calls().run(Call::room, [&] { fn(user, &out); });
                    return false;
                });
        }
    }
    return !changes.empty();
}

void PluginHooks::forget(base::ClientId client) noexcept {
    for (auto &[label, data] : services_.data)
        data.drop(client);
}

void PluginHooks::answered(std::uint64_t token, session::Answer answer, const sio::Args &args) {
    questions_.answered(token, answer, args);
    services_.drain();
}

void PluginHooks::publish(const dispatch::Emit &emit) {
    const Publisher publisher = services_.publisher; // it may change while it is called
    if (publisher.fn == nullptr) return;
    std::vector<roomd_str> rooms, except;
    for (const std::string_view room : emit.rooms)
        rooms.push_back(str(room));
    for (const std::string_view room : emit.except)
        except.push_back(str(room));
    const ArgsView args(emit.args);
    roomd_emit out{};
    out.struct_size = sizeof out;
    out.flags = (emit.droppable ? ROOMD_EMIT_VOLATILE : 0u) | (emit.all ? ROOMD_EMIT_ALL : 0u);
    out.nsp = str(emit.nsp);
    out.rooms = rooms.data();
    out.n_rooms = rooms.size();
    out.except = except.data();
    out.n_except = except.size();
    out.without = static_cast<roomd_client>(emit.without);
    out.event = str(emit.event);
    out.args = args.raw;
    out.epoch = str(emit.position.epoch);
    out.seq = emit.position.seq;
    publisher.calls->run(Call::publish, [&] { publisher.fn(publisher.user, &out); });
    // From inside an emit: what the plugin puts in line waits for the drain that is under way.
}

} // namespace roomd::host
