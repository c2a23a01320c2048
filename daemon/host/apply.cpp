#include "host/apply.hpp"

#include "dispatch/router.hpp"
#include "host/describe.hpp"
#include "host/emits.hpp"
#include "host/instance.hpp"
#include "host/moves.hpp"
#include "host/questions.hpp"
#include "host/stats.hpp"
#include "host/status.hpp"
#include "host/strings.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <utility>

namespace roomd::host {
namespace {

struct Apply {
    Instance &instance;
    Questions &questions;
    Moves &moves;
    Services &services = instance.services();
    dispatch::Router &router = services.router;

    std::size_t operator()(EmitCommand &command) {
        const dispatch::Routed routed = route(instance, command.emit);
        tell(command.fn, command.user, command.emit, send(instance, command.emit, routed), 0);
        return 0;
    }

    std::size_t operator()(EmitAllCommand &command) {
        const std::vector<Outcome> outcomes = send_all(instance, command.emits);
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            tell(command.fn, command.user, command.emits[i], outcomes[i], i);
        }
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
        moves.begin(instance, std::move(command));
        return 0;
    }

    std::size_t operator()(FindCommand &command) {
        find(instance, command);
        return 0;
    }

    std::size_t operator()(MembersCommand &command) {
        const auto ids = numbers(router.members(command.nsp, command.room));
        instance.calls().run("members",
                             [&] { command.fn(command.user, ROOMD_OK, ids.data(), ids.size()); });
        return 0;
    }

    std::size_t operator()(ClientsCommand &command) {
        const auto ids = numbers(router.clients(command.nsp, command.after, command.limit));
        instance.calls().run("clients",
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
        instance.calls().run("stats", [&] { command.fn(command.user, ROOMD_OK, str(text)); });
        return 0;
    }

    std::size_t operator()(PostCommand &command) {
        instance.calls().run("post", [&] { command.fn(command.user); });
        return 0;
    }

    void tell(roomd_emitted_fn fn, void *user, const OwnedEmit &emit, const Outcome &outcome,
              std::size_t index) {
        const dispatch::Emitted &what = outcome.emitted;
        if (fn == nullptr) {
            // Nobody else would learn of it.
            if (outcome.status != ROOMD_OK && instance.may_log_refusal(services.loop.now())) {
                services.log.warning("plugin's emit is refused",
                                     {{"plugin", instance.entry().label()},
                                      {"event", emit.event},
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
        instance.calls().run("emitted", [&] { fn(user, outcome.status, &out); });
    }
};

} // namespace

std::size_t apply(Instance &instance, Questions &questions, Moves &moves, Action &action) {
    return std::visit(Apply{instance, questions, moves}, action);
}

} // namespace roomd::host
