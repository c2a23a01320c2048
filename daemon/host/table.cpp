#include "host/table.hpp"

#include "base/text.hpp"
#include "host/client_data.hpp"
#include "host/self.hpp"
#include "host/sizes.hpp"
#include "host/validate.hpp"
#include "json/json.hpp"

#include <utility>

// The [any] functions: each looks at what it was given, copies it and puts it in line.  All are
// called through C, so nothing is thrown; bad_alloc ends the process.

namespace roomd::host {
namespace {

using Needs = Intake::Needs;

Needs needs(bool has_fn) noexcept {
    return has_fn ? Needs::a_call_back : Needs::nothing;
}

void log(roomd_self *self, roomd_level level, roomd_str message, const roomd_field *fields,
         std::size_t n) noexcept {
    if (self != nullptr) self->write(level, base::printable(view(message), 500), fields, n);
}

roomd_status emit(roomd_self *self, const roomd_emit *emit, roomd_emitted_fn fn,
                  void *user) noexcept {
    if (self == nullptr || emit == nullptr) return ROOMD_INVALID;
    EmitCommand command{{}, fn, user};
    roomd_status status = validate_and_copy(*emit, self->max_emit(), command.emit);
    if (status == ROOMD_OK && fn == nullptr) status = check_names(command.emit);
    if (status != ROOMD_OK) return status;
    command.emit.request = self->request();
    const std::size_t bytes = sizeof(Command) + command.emit.bytes();
    return self->put(std::move(command), bytes, needs(fn != nullptr));
}

roomd_status emit_all(roomd_self *self, const roomd_emit *emits, std::size_t n, roomd_emitted_fn fn,
                      void *user) noexcept {
    if (self == nullptr || emits == nullptr || n == 0) return ROOMD_INVALID;
    if (n > 100000) return ROOMD_TOO_BIG;
    const std::uint32_t stride = emits->struct_size;
    if (stride < least_emit || stride % alignof(roomd_emit) != 0) return ROOMD_INVALID;
    EmitAllCommand command{{}, fn, user};
    const std::string request = self->request();
    std::size_t bytes = sizeof(Command);
    for (std::size_t i = 0; i < n; ++i) {
        const auto *const at = reinterpret_cast<const roomd_emit *>(
            reinterpret_cast<const char *>(emits) + i * stride);
        if (at->struct_size != stride) return ROOMD_INVALID;
        OwnedEmit one;
        roomd_status status = validate_and_copy(*at, self->max_emit(), one);
        if (status == ROOMD_OK && fn == nullptr) status = check_names(one);
        if (status != ROOMD_OK) return status;
        one.request = request;
        bytes += sizeof one + one.bytes();
        // Over any budget already: stop copying.
        if (self->never_fits(bytes)) return ROOMD_TOO_BIG;
        command.emits.push_back(std::move(one));
    }
    return self->put(std::move(command), bytes, needs(fn != nullptr));
}

roomd_status ask(roomd_self *self, const roomd_emit *emit, std::uint32_t timeout_ms,
                 roomd_answer_fn fn, void *user) noexcept {
    if (self == nullptr || emit == nullptr || fn == nullptr) return ROOMD_INVALID;
    if (timeout_ms == 0 || timeout_ms > 3600000 || emit->struct_size < least_emit) {
        return ROOMD_INVALID;
    }
    if (emit->to == 0 || emit->key.len > 0 || (emit->flags & ~ROOMD_EMIT_LOCAL) != 0) {
        return ROOMD_INVALID;
    }
    AskCommand command{{}, timeout_ms, fn, user};
    roomd_status status = validate_and_copy(*emit, self->max_emit(), command.emit);
    if (status == ROOMD_OK) status = check_names(command.emit);
    if (status != ROOMD_OK) return status;
    const std::size_t bytes = sizeof(Command) + command.emit.bytes() + ask_cost;
    return self->put(std::move(command), bytes, Needs::a_call_back);
}

roomd_status ask_all(roomd_self *self, const roomd_emit *emit, std::uint32_t timeout_ms,
                     roomd_replies_fn fn, void *user) noexcept {
    constexpr std::uint32_t flags = ROOMD_EMIT_LOCAL | ROOMD_EMIT_ALL | ROOMD_EMIT_ROUTE;
    if (self == nullptr || emit == nullptr || fn == nullptr) return ROOMD_INVALID;
    if (timeout_ms == 0 || timeout_ms > 3600000 || emit->struct_size < least_emit) {
        return ROOMD_INVALID;
    }
    if (emit->to != 0 || emit->key.len > 0 || (emit->flags & ~flags) != 0) return ROOMD_INVALID;
    AskAllCommand command{{}, timeout_ms, fn, user};
    const roomd_status status = validate_and_copy(*emit, self->max_emit(), command.emit);
    if (status != ROOMD_OK) return status;
    const std::size_t bytes = sizeof(Command) + command.emit.bytes();
    return self->put(std::move(command), bytes, Needs::a_call_back);
}

roomd_status ack(roomd_self *self, roomd_ticket ticket, const roomd_args *args) noexcept {
    if (self == nullptr || args == nullptr || ticket == 0) return ROOMD_INVALID;
    AckCommand command;
    const roomd_status status = validate_and_copy(*args, self->max_emit(), command.args);
    if (status != ROOMD_OK) return status;
    return self->answer(
        ticket, Ticket::Kind::ack, Ticket::Kind::ack, sizeof(Command) + command.args.bytes(),
        [](void *what, Ticket taken) {
            auto &made = *static_cast<AckCommand *>(what);
            made.ticket = std::move(taken);
            return Action(std::move(made));
        },
        &command);
}

roomd_status verdict(roomd_self *self, roomd_ticket ticket, const roomd_verdict *verdict) noexcept {
    if (self == nullptr || verdict == nullptr || ticket == 0) return ROOMD_INVALID;
    VerdictCommand command;
    const roomd_status status = validate_and_copy(*verdict, command);
    if (status != ROOMD_OK) return status;
    return self->answer(
        ticket, Ticket::Kind::connect, Ticket::Kind::join,
        sizeof(Command) + command.message.size() + command.data.size() + command.identity.size(),
        [](void *what, Ticket taken) {
            auto &made = *static_cast<VerdictCommand *>(what);
            made.ticket = std::move(taken);
            return Action(std::move(made));
        },
        &command);
}

roomd_status respond(roomd_self *self, roomd_ticket ticket,
                     const roomd_response *response) noexcept {
    if (self == nullptr || response == nullptr || ticket == 0) return ROOMD_INVALID;
    RespondCommand command;
    const roomd_status status = validate_and_copy(*response, command.response);
    if (status != ROOMD_OK) return status;
    return self->answer(
        ticket, Ticket::Kind::request, Ticket::Kind::request,
        sizeof(Command) + command.response.body.size(),
        [](void *what, Ticket taken) {
            auto &made = *static_cast<RespondCommand *>(what);
            made.ticket = std::move(taken);
            return Action(std::move(made));
        },
        &command);
}

roomd_status stored(roomd_self *self, roomd_ticket ticket, const roomd_stored *results,
                    std::size_t n) noexcept {
    if (self == nullptr || ticket == 0 || (n > 0 && results == nullptr)) return ROOMD_INVALID;
    StoredCommand command;
    std::size_t bytes = sizeof(Command);
    const roomd_status status = validate_and_copy(results, n, command.results, bytes);
    if (status != ROOMD_OK) return status;
    return self->answer(
        ticket, Ticket::Kind::store, Ticket::Kind::store, bytes,
        [](void *what, Ticket taken) {
            auto &made = *static_cast<StoredCommand *>(what);
            made.ticket = std::move(taken);
            return Action(std::move(made));
        },
        &command);
}

roomd_status spool(roomd_self *self, const roomd_spool *spool, roomd_spooled_fn fn,
                   void *user) noexcept {
    if (self == nullptr || spool == nullptr) return ROOMD_INVALID;
    SpoolCommand command{{}, fn, user};
    const roomd_status status = validate_and_copy(*spool, command.spool);
    if (status != ROOMD_OK) return status;
    const bool tells =
        spool->what == ROOMD_SPOOL_REPLACE || (spool->what == ROOMD_SPOOL_NEXT && spool->id == 0);
    if (fn == nullptr && tells) return ROOMD_INVALID;
    const std::size_t bytes = sizeof(Command) + command.spool.bytes();
    return self->put(std::move(command), bytes, needs(fn != nullptr));
}

roomd_status spooled(roomd_self *self, roomd_ticket ticket, const roomd_spooled *answer) noexcept {
    if (self == nullptr || ticket == 0 || answer == nullptr) return ROOMD_INVALID;
    SpooledCommand command;
    const roomd_status status = validate_and_copy(*answer, command.answer);
    if (status != ROOMD_OK) return status;
    return self->answer(
        ticket, Ticket::Kind::spool, Ticket::Kind::spool,
        sizeof(Command) + command.answer.text.size(),
        [](void *what, Ticket taken) {
            auto &made = *static_cast<SpooledCommand *>(what);
            made.ticket = std::move(taken);
            return Action(std::move(made));
        },
        &command);
}

roomd_status move(roomd_self *self, MoveCommand::What what, roomd_client client,
                  roomd_str room) noexcept {
    if (self == nullptr || client == 0 || !is_room(room)) return ROOMD_INVALID;
    MoveCommand command{what, base::ClientId{client}, std::string(view(room))};
    const std::size_t bytes = sizeof(Command) + room.len;
    return self->put(std::move(command), bytes, Needs::nothing);
}

roomd_status join(roomd_self *self, roomd_client client, roomd_str room) noexcept {
    return move(self, MoveCommand::What::join, client, room);
}

roomd_status leave(roomd_self *self, roomd_client client, roomd_str room) noexcept {
    return move(self, MoveCommand::What::leave, client, room);
}

roomd_status disconnect(roomd_self *self, roomd_client client, int close_transport,
                        roomd_str reason) noexcept {
    if (self == nullptr || client == 0 || !is_text(reason)) return ROOMD_INVALID;
    DisconnectCommand command{base::ClientId{client}, close_transport != 0,
                              std::string(view(reason))};
    return self->put(std::move(command), sizeof(Command) + reason.len, Needs::nothing);
}

roomd_status kick(roomd_self *self, roomd_str user, int close_transport,
                  roomd_str reason) noexcept {
    if (self == nullptr || user.len == 0 || !is_text(user) || !is_text(reason)) {
        return ROOMD_INVALID;
    }
    KickCommand command{std::string(view(user)), close_transport != 0, std::string(view(reason))};
    return self->put(std::move(command), sizeof(Command) + user.len + reason.len, Needs::nothing);
}

roomd_status members(roomd_self *self, roomd_str nsp, roomd_str room, roomd_clients_fn fn,
                     void *user) noexcept {
    if (self == nullptr || fn == nullptr || !is_nsp(nsp) || !is_room(room)) return ROOMD_INVALID;
    MembersCommand command{nsp.len == 0 ? "/" : std::string(view(nsp)), std::string(view(room)), fn,
                           user};
    const std::size_t bytes = sizeof(Command) + nsp.len + room.len;
    return self->put(std::move(command), bytes, Needs::a_call_back);
}

roomd_status clients(roomd_self *self, roomd_str nsp, roomd_client after, std::uint32_t limit,
                     roomd_clients_fn fn, void *user) noexcept {
    constexpr std::uint32_t most = 10000;
    if (self == nullptr || fn == nullptr || !is_nsp(nsp)) return ROOMD_INVALID;
    if (limit == 0 || limit > most) return ROOMD_INVALID;
    ClientsCommand command{nsp.len == 0 ? "/" : std::string(view(nsp)), base::ClientId{after},
                           limit, fn, user};
    return self->put(std::move(command), sizeof(Command) + nsp.len, Needs::a_call_back);
}

roomd_status describe(roomd_self *self, roomd_client client, roomd_described_fn fn,
                      void *user) noexcept {
    if (self == nullptr || fn == nullptr || client == 0) return ROOMD_INVALID;
    return self->put(DescribeCommand{base::ClientId{client}, fn, user}, sizeof(Command),
                     Needs::a_call_back);
}

roomd_status find(roomd_self *self, const roomd_whom *whom, roomd_client after, std::uint32_t limit,
                  roomd_found_fn fn, void *user) noexcept {
    constexpr std::uint32_t most = 1000;
    if (self == nullptr || whom == nullptr || fn == nullptr || limit > most) return ROOMD_INVALID;
    FindCommand command{{}, base::ClientId{after}, limit, fn, user};
    const roomd_status status = validate_and_copy(*whom, command.whom);
    if (status != ROOMD_OK) return status;
    const std::size_t bytes = sizeof(Command) + command.whom.bytes();
    return self->put(std::move(command), bytes, Needs::a_call_back);
}

roomd_status move_many(roomd_self *self, const roomd_whom *whom, const roomd_move *move,
                       roomd_moved_fn fn, void *user) noexcept {
    if (self == nullptr || whom == nullptr || move == nullptr) return ROOMD_INVALID;
    MoveManyCommand command{{}, {}, fn, user};
    roomd_status status = validate_and_copy(*whom, command.whom);
    if (status == ROOMD_OK) status = validate_and_copy(*move, command.move);
    if (status != ROOMD_OK) return status;
    const std::size_t bytes = sizeof(Command) + command.whom.bytes() + command.move.bytes();
    return self->put(std::move(command), bytes, Needs::a_call_back);
}

roomd_status set_data(roomd_self *self, roomd_client client, roomd_str text) noexcept {
    if (self == nullptr || client == 0) return ROOMD_INVALID;
    if (text.len > ClientData::most) return ROOMD_TOO_BIG;
    if (!is_json(text, Json::any)) return ROOMD_INVALID;
    DataCommand command{base::ClientId{client}, std::string(json::trim(view(text)))};
    return self->put(std::move(command), sizeof(Command) + text.len, Needs::nothing);
}

roomd_status stats(roomd_self *self, roomd_text_fn fn, void *user) noexcept {
    if (self == nullptr || fn == nullptr) return ROOMD_INVALID;
    return self->put(StatsCommand{fn, user}, sizeof(Command), Needs::a_call_back);
}

void health(roomd_self *self, roomd_health health, roomd_str why) noexcept {
    if (self == nullptr || int(health) < int(ROOMD_UP) || int(health) > int(ROOMD_DOWN)) return;
    self->health(health, base::printable(view(why)));
}

roomd_status post(roomd_self *self, roomd_task_fn fn, void *user) noexcept {
    if (self == nullptr || fn == nullptr) return ROOMD_INVALID;
    return self->put(PostCommand{fn, user}, sizeof(Command), Needs::a_call_back);
}

void metric_add(roomd_self *self, roomd_handle id, double by) noexcept {
    if (self != nullptr) self->metric_add(id, by);
}

void metric_set(roomd_self *self, roomd_handle id, double to) noexcept {
    if (self != nullptr) self->metric_set(id, to);
}

roomd_host make_table() noexcept {
    roomd_host table{};
    table.struct_size = sizeof table;
    table.abi_minor = ROOMD_ABI_MINOR;
    table.log = log;
    table.emit = emit;
    table.emit_all = emit_all;
    table.ask = ask;
    table.ack = ack;
    table.verdict = verdict;
    table.respond = respond;
    table.stored = stored;
    table.spool = spool;
    table.spooled = spooled;
    table.join = join;
    table.leave = leave;
    table.disconnect = disconnect;
    table.kick = kick;
    table.members = members;
    table.stats = stats;
    table.health = health;
    table.post = post;
    table.metric_add = metric_add;
    table.metric_set = metric_set;
    table.clients = clients;
    table.describe = describe;
    table.ask_all = ask_all;
    table.set_data = set_data;
    table.find = find;
    table.move = move_many;
    add_home_functions(table);
    return table;
}

} // namespace

const roomd_host &host_table() noexcept {
    static const roomd_host table = make_table();
    return table;
}

} // namespace roomd::host
