#include "host/spool.hpp"

#include "host/instance.hpp"
#include "host/strings.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace roomd::host {
namespace {

OwnedSpooled not_spooled(roomd_status status, const char *code, const char *why) {
    OwnedSpooled out;
    out.status = status;
    out.code = code;
    out.why = why;
    return out;
}

OwnedSpooled may_be_spooled() {
    return not_spooled(ROOMD_EXPIRED, "spool_unsure", "no answer came; it may have been done");
}

} // namespace

std::size_t Spool::ask(Instance &instance, SpoolCommand &command, std::size_t bytes) {
    Services &services = instance.services();
    const Spooler spooler = services.spooler;
    const auto refuse = [&](const OwnedSpooled &why) {
        tell(instance, command.fn, command.user, why);
        return std::size_t{0};
    };
    if (spooler.fn == nullptr)
        return refuse(not_spooled(ROOMD_UNSUPPORTED, "spool_unavailable",
                                  "this daemon can keep nothing: it needs the plugin postgres with "
                                  "outbox"));
    // Who is given it back could not be told otherwise.
    if (spooler.intake->never_fits(sizeof(Command) + command.spool.text.size()))
        return refuse(not_spooled(ROOMD_TOO_BIG, "spool_too_big",
                                  "it is larger than the budget of the plugin that keeps it"));
    Ticket ticket;
    ticket.kind = Ticket::Kind::spool;
    ticket.ack = ++last_;
    const std::uint64_t id = spooler.intake->issue(
        std::move(ticket), services.loop.now() + services.options.request_timeout * 5 / 6);
    if (id == 0)
        return refuse(not_spooled(ROOMD_AGAIN, "spool_busy", "the spool owes too many answers"));
    pending_.emplace(last_, Pending{&instance, command.fn, command.user, bytes});
    roomd_spool out{};
    out.struct_size = sizeof out;
    out.what = command.spool.what;
    out.line = str(command.spool.line);
    out.reader = str(command.spool.reader);
    out.id = command.spool.id;
    out.text = str(command.spool.text);
    const std::string owner = instance.entry().label();
    out.owner = str(owner);
    out.flags = command.spool.flags;
    spooler.calls->run(Call::spool, [&] { spooler.fn(spooler.user, id, &out); });
    services.watch_time();
    return bytes;
}

void Spool::answered(SpooledCommand &command) {
    auto found = pending_.extract(command.ticket.ack);
    if (found.empty()) return; // who asked has stopped
    const Pending &pending = found.mapped();
    pending.instance->intake().worked_off(pending.charged);
    tell(*pending.instance, pending.fn, pending.user, command.answer);
}

void Spool::unanswered(const Ticket &ticket) {
    SpooledCommand command{ticket, may_be_spooled()};
    answered(command);
}

void Spool::stop(Instance &instance) {
    std::vector<std::uint64_t> ids;
    for (const auto &[id, pending] : pending_)
        if (pending.instance == &instance) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    for (const std::uint64_t id : ids) {
        const Pending pending = pending_.extract(id).mapped();
        instance.intake().worked_off(pending.charged);
        // What nobody waits for goes on: the spool says when it comes to nothing.
        if (pending.fn != nullptr) tell(instance, pending.fn, pending.user, may_be_spooled());
    }
}

void Spool::tell(Instance &instance, roomd_spooled_fn fn, void *user, const OwnedSpooled &answer) {
    if (fn == nullptr) {
        if (answer.status == ROOMD_OK) return;
        Services &services = instance.services();
        if (instance.may_log_refusal(services.loop.now()))
            services.log.warning(
                "what a plugin gave to the spool is not kept",
                {{"plugin", instance.entry().label()}, {"code", answer.code}, {"why", answer.why}});
        return;
    }
    roomd_spooled out{};
    out.struct_size = sizeof out;
    out.status = answer.status;
    out.id = answer.id;
    out.others = answer.others ? 1 : 0;
    out.text = str(answer.text);
    out.code = str(answer.code);
    out.why = str(answer.why);
    instance.calls().run(Call::spool, [&] { fn(user, &out); });
}

} // namespace roomd::host
