#include "host/apply.hpp"

#include "dispatch/router.hpp"
#include "host/describe.hpp"
#include "host/emits.hpp"
#include "host/instance.hpp"
#include "host/moves.hpp"
#include "host/questions.hpp"
#include "host/spool.hpp"
#include "host/stats.hpp"
#include "host/status.hpp"
#include "host/store.hpp"
#include "host/strings.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace roomd::host {
namespace {

// What is stored and what is sent now cannot be done together or not at all.
std::vector<Outcome> mixed(std::size_t n) {
    Outcome out;
    out.status = ROOMD_INVALID;
    out.emitted.code = "durable_mixed";
    out.emitted.text = "all events of an atomic batch are durable, or none";
    return std::vector<Outcome>(n, out);
}

struct Apply {
    Instance &instance;
    Questions &questions;
    Moves &moves;
    Store &store;
    Spool &spool;
    std::size_t bytes; // counted for the command
    Services &services = instance.services();
    dispatch::Router &router = services.router;

    std::size_t operator()(EmitCommand &command) {
        if (const auto no = over_rate(instance, {&command.emit, 1})) {
            tell(instance, command.fn, command.user, command.emit.event, *no, 0);
            return 0;
        }
        if (is_durable(instance, command.emit)) {
            std::vector<OwnedEmit> one;
            one.push_back(std::move(command.emit));
            return store.keep(instance, one, command.fn, command.user, bytes);
        }
        dispatch::Routed routed = route(instance, command.emit);
        tell(instance, command.fn, command.user, command.emit.event,
             send(instance, command.emit, routed), 0);
        return 0;
    }

    std::size_t operator()(EmitAllCommand &command) {
        const auto durable =
            std::count_if(command.emits.begin(), command.emits.end(),
                          [&](const OwnedEmit &emit) { return is_durable(instance, emit); });
        const bool all = durable == std::ptrdiff_t(command.emits.size());
        const auto no = over_rate(instance, command.emits);
        if (all && !no) return store.keep(instance, command.emits, command.fn, command.user, bytes);
        const std::size_t size = command.emits.size();
        const std::vector<Outcome> outcomes = no             ? std::vector<Outcome>(size, *no)
                                              : durable == 0 ? send_all(instance, command.emits)
                                                             : mixed(size);
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            tell(instance, command.fn, command.user, command.emits[i].event, outcomes[i], i);
        }
        return 0;
    }

    std::size_t operator()(StoredCommand &command) {
        store.answered(command);
        return 0;
    }

    std::size_t operator()(SpoolCommand &command) { return spool.ask(instance, command, bytes); }

    std::size_t operator()(SpooledCommand &command) {
        spool.answered(command);
        return 0;
    }

    std::size_t operator()(AskCommand &command) { return questions.ask(instance, command); }

    std::size_t operator()(AskAllCommand &command) {
        questions.ask_all(instance, command);
        return 0;
    }

    std::size_t operator()(AckCommand &command) {
        router.ack(command.ticket.client, command.ticket.ack, command.args.view());
        return 0;
    }

    std::size_t operator()(VerdictCommand &command) {
        dispatch::Verdict verdict;
        verdict.accept = command.accept;
        verdict.message = command.message;
        verdict.data = command.data;
        verdict.identity = command.identity;
        verdict.expires_ms = command.expires_ms;
        if (command.ticket.kind == Ticket::Kind::connect) {
            router.decide_connect(command.ticket.client, verdict);
        } else {
            router.decide_join(command.ticket.client, command.ticket.room, verdict);
        }
        return 0;
    }

    std::size_t operator()(RespondCommand &command) {
        services.http.respond(command.ticket.exchange, std::move(command.response));
        return 0;
    }

    std::size_t operator()(MoveCommand &command) {
        const bool joins = command.what == MoveCommand::What::join;
        const dispatch::Status status = joins ? router.join(command.client, command.room)
                                              : router.leave(command.client, command.room);
        if (status != dispatch::Status::ok) {
            services.log.debug("plugin's move of a client is refused",
                               {{"plugin", instance.entry().label()},
                                {"move", joins ? "join" : "leave"},
                                {"room", command.room},
                                {"status", int(to_status(status))}});
        }
        return 0;
    }

    std::size_t operator()(DisconnectCommand &command) {
        services.log.debug("plugin sends a client away",
                           {{"plugin", instance.entry().label()}, {"reason", command.reason}});
        router.disconnect(command.client, command.close_transport,
                          command.close_transport
                              ? session::CloseReason::forced_close
                              : session::CloseReason::server_namespace_disconnect);
        return 0;
    }

    std::size_t operator()(KickCommand &command) {
        const std::size_t count = router.kick(command.user, command.close_transport);
        services.log.info("plugin kicked a user", {{"plugin", instance.entry().label()},
                                                   {"user", command.user},
                                                   {"reason", command.reason},
                                                   {"clients", count}});
        return 0;
    }

    std::size_t operator()(MoveManyCommand &command) {
        return moves.begin(instance, std::move(command), bytes);
    }

    std::size_t operator()(FindCommand &command) {
        find(instance, command);
        return 0;
    }

    std::size_t operator()(MembersCommand &command) {
        const auto ids = numbers(router.members(command.nsp, command.room));
        instance.calls().run(Call::members,
                             [&] { command.fn(command.user, ROOMD_OK, ids.data(), ids.size()); });
        return 0;
    }

    std::size_t operator()(ClientsCommand &command) {
        const auto ids = numbers(router.clients(command.nsp, command.after, command.limit));
        instance.calls().run(Call::clients,
                             [&] { command.fn(command.user, ROOMD_OK, ids.data(), ids.size()); });
        return 0;
    }

    std::size_t operator()(DataCommand &command) {
        if (router.is_there(command.client)) instance.data().set(command.client, command.json);
        return 0;
    }

    std::size_t operator()(DescribeCommand &command) {
        describe(instance, command);
        return 0;
    }

    std::size_t operator()(StatsCommand &command) {
        const std::string text =
            services.options.stats ? services.options.stats() : stats_json(router.stats(1000));
        instance.calls().run(Call::stats, [&] { command.fn(command.user, ROOMD_OK, str(text)); });
        return 0;
    }

    std::size_t operator()(PostCommand &command) {
        instance.calls().run(Call::post, [&] { command.fn(command.user); });
        return 0;
    }
};

} // namespace

std::size_t apply(Instance &instance, Questions &questions, Moves &moves, Store &store,
                  Spool &spool, Command &command) {
    return std::visit(Apply{instance, questions, moves, store, spool, command.bytes},
                      command.action);
}

} // namespace roomd::host
