#include "host/questions.hpp"

#include "dispatch/router.hpp"
#include "host/args_view.hpp"
#include "host/emits.hpp"
#include "host/instance.hpp"
#include "host/strings.hpp"

#include <string>
#include <utility>

namespace roomd::host {
namespace {

roomd_replies nothing() {
    roomd_replies out{};
    out.struct_size = sizeof out;
    return out;
}

void refuse(Instance &instance, const AskAllCommand &command, const Outcome &why) {
    roomd_replies out = nothing();
    out.code = str(why.emitted.code);
    out.pointer = str(why.emitted.pointer);
    out.text = str(why.emitted.text);
    instance.calls().run(Call::answers, [&] { command.fn(command.user, why.status, &out); });
}

OwnedArgs owned(const sio::Args &args) {
    OwnedArgs out;
    out.json = args.json;
    out.blobs.assign(args.blobs.begin(), args.blobs.end());
    return out;
}

template <class Map> auto take_of(Map &open, const Instance &instance) {
    std::vector<typename Map::mapped_type> mine;
    for (auto at = open.begin(); at != open.end();) {
        if (at->second.instance != &instance) {
            ++at;
            continue;
        }
        mine.push_back(std::move(at->second));
        at = open.erase(at);
    }
    return mine;
}

} // namespace

std::size_t Questions::ask(Instance &instance, const AskCommand &command) {
    Services &services = instance.services();
    const dispatch::Routed routed = route(instance, command.emit);
    const Outcome checked = check(services, routed);
    if (checked.status != ROOMD_OK) {
        roomd_args none{};
        none.json = {"[]", 2};
        instance.calls().run(Call::answer,
                             [&] { command.fn(command.user, checked.status, &none); });
        return 0;
    }
    const std::uint64_t token = ++last_token_;
    // Before the call: a client that is just going answers from inside it.
    singles_.emplace(token, Single{&instance, command.fn, command.user});
    services.router.ask(routed, base::Duration(command.timeout_ms), token);
    return ask_cost;
}

void Questions::ask_all(Instance &instance, const AskAllCommand &command) {
    Services &services = instance.services();
    const dispatch::Routed routed = route(instance, command.emit);
    Outcome checked = check(services, routed);
    if (checked.status != ROOMD_OK) return refuse(instance, command, checked);
    const std::vector<base::ClientId> clients = services.router.recipients(routed);
    const std::size_t cost = clients.size() * ask_cost;
    checked.status = instance.intake().charge(cost, Intake::Refused::told);
    if (checked.status != ROOMD_OK) {
        checked.emitted.code = "over_budget";
        checked.emitted.text = std::to_string(clients.size()) + " clients would be asked";
        return refuse(instance, command, checked);
    }
    Poll poll{&instance, command.fn, command.user, {}, clients.size(), cost};
    poll.replies.reserve(clients.size());
    for (const base::ClientId client : clients)
        poll.replies.push_back({client, ROOMD_STOPPING, {}});
    if (clients.empty()) return tell(poll, ROOMD_OK);
    const std::uint64_t first = last_token_ + 1;
    last_token_ += clients.size();
    // Before the call: a client that is just going answers from inside it.
    polls_.emplace(first, std::move(poll));
    services.router.ask(clients, routed, base::Duration(command.timeout_ms), first);
}

void Questions::answered(std::uint64_t token, session::Answer answer, const sio::Args &args) {
    const auto found = singles_.find(token);
    if (found == singles_.end()) return answered_in_poll(token, answer, args);
    const Single single = found->second;
    singles_.erase(found);
    roomd_status status = ROOMD_OK;
    if (answer == session::Answer::gone) status = ROOMD_GONE;
    if (answer == session::Answer::expired) status = ROOMD_EXPIRED;
    const ArgsView out(args);
    single.instance->calls().run(Call::answer, [&] { single.fn(single.user, status, &out.raw); });
    single.instance->intake().worked_off(ask_cost);
}

void Questions::answered_in_poll(std::uint64_t token, session::Answer answer,
                                 const sio::Args &args) {
    auto at = polls_.upper_bound(token);
    if (at == polls_.begin()) return; // its instance has stopped
    --at;
    Poll &poll = at->second;
    if (token - at->first >= poll.replies.size()) return;
    Reply &reply = poll.replies[token - at->first];
    switch (answer) {
    case session::Answer::gone: reply.status = ROOMD_GONE; break;
    case session::Answer::expired: reply.status = ROOMD_EXPIRED; break;
    case session::Answer::ok: {
        OwnedArgs said = owned(args);
        const std::size_t bytes = said.bytes();
        if (poll.instance->intake().charge(bytes, Intake::Refused::quietly) != ROOMD_OK) {
            reply.status = ROOMD_TOO_BIG;
            break;
        }
        poll.charged += bytes;
        reply.args = std::move(said);
        reply.status = ROOMD_OK;
    }
    }
    if (--poll.open > 0) return;
    Poll done = std::move(poll);
    polls_.erase(at);
    tell(done, ROOMD_OK);
}

void Questions::stop(Instance &instance) {
    roomd_args none{};
    none.json = {"[]", 2};
    for (const Single &one : take_of(singles_, instance))
        instance.calls().run(Call::answer, [&] { one.fn(one.user, ROOMD_STOPPING, &none); });
    for (Poll &poll : take_of(polls_, instance))
        tell(poll, ROOMD_STOPPING);
}

void Questions::tell(Poll &poll, roomd_status status) {
    std::size_t blobs = 0;
    for (const Reply &reply : poll.replies)
        blobs += reply.args.blobs.size();
    std::vector<roomd_bytes> bytes;
    bytes.reserve(blobs); // it never moves
    std::vector<roomd_reply> replies;
    replies.reserve(poll.replies.size());
    roomd_replies out = nothing();
    for (const Reply &reply : poll.replies) {
        roomd_reply one{};
        one.struct_size = sizeof one;
        one.status = reply.status;
        one.client = static_cast<roomd_client>(reply.client);
        one.args.json = str(reply.args.json);
        one.args.blobs = bytes.data() + bytes.size();
        one.args.n_blobs = reply.args.blobs.size();
        for (const std::string &blob : reply.args.blobs)
            bytes.push_back({blob.data(), blob.size()});
        out.n_answered += reply.status == ROOMD_OK ? 1u : 0u;
        replies.push_back(one);
    }
    out.replies = replies.data();
    out.n_replies = replies.size();
    poll.instance->calls().run(Call::answers, [&] { poll.fn(poll.user, status, &out); });
    poll.instance->intake().worked_off(poll.charged);
}

} // namespace roomd::host
