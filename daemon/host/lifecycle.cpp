#include "host/lifecycle.hpp"

#include "base/text.hpp"
#include "dispatch/router.hpp"
#include "host/apply.hpp"
#include "host/moves.hpp"
#include "host/own_answers.hpp"
#include "host/questions.hpp"
#include "host/spool.hpp"
#include "host/store.hpp"
#include "host/strings.hpp"
#include "host/table.hpp"
#include "log/log.hpp"

#include <cassert>
#include <stdexcept>
#include <utility>

namespace roomd::host {
namespace {

roomd_error fresh_error() {
    roomd_error error{};
    error.struct_size = sizeof error;
    return error;
}

std::string reason(roomd_error &error, roomd_status status) {
    error.text[sizeof error.text - 1] = '\0';
    if (error.text[0] != '\0') return base::printable(error.text, sizeof error.text);
    return "no reason given (status " + std::to_string(int(status)) + ")";
}

} // namespace

Lifecycle::Lifecycle(Services &services, Questions &questions, Moves &moves, Store &store,
                     Spool &spool, const Library &library, PluginEntry entry) :
    instance_(services, library, std::move(entry)),
    questions_(questions),
    moves_(moves),
    store_(store),
    spool_(spool) {}

Lifecycle::~Lifecycle() {
    assert(state_ == State::idle || state_ == State::stopped);
}

void Lifecycle::start() {
    assert(state_ == State::idle);
    state_ = State::starting;
    roomd_self &self = instance_.self();
    self.handles = &instance_.handles();
    self.open({&instance_.services().wakeup, &instance_.services().log});
    roomd_error error = fresh_error();
    const roomd_status status = instance_.calls().call(Call::start, ROOMD_FAILED, [&] {
        return instance_.library().table().start(
            &host_table(), &self, str(instance_.entry().config_json), &plugin_state_, &error);
    });
    if (status != ROOMD_OK) {
        instance_.handles().clear();
        close();
        why_not_ = reason(error, status);
        throw std::runtime_error("plugin " + instance_.entry().label() + ": " + why_not_);
    }
    instance_.handles().started();
    state_ = State::running;
}

bool Lifecycle::reload(const PluginEntry &entry, std::string &why) {
    assert(state_ == State::running && has_reload());
    roomd_error error = fresh_error();
    const roomd_status status = instance_.calls().call(Call::reload, ROOMD_FAILED, [&] {
        return instance_.library().table().reload(plugin_state_, str(entry.config_json), &error);
    });
    if (status != ROOMD_OK) {
        why = reason(error, status);
        return false;
    }
    instance_.set_entry(entry);
    return true;
}

void Lifecycle::stop() {
    if (state_ == State::idle) state_ = State::stopped;
    if (state_ == State::stopped) return;
    assert(state_ == State::running);
    state_ = State::stopping;
    // First no new command with a callback, then all that are in line, then the questions: so
    // every `fn` the plugin was promised is called before stop().
    instance_.intake().stopping();
    work_off();
    questions_.stop(instance_);
    moves_.stop(instance_);
    store_.stop(instance_);
    spool_.stop(instance_);
    instance_.calls().run(Call::stop, [&] { instance_.library().table().stop(plugin_state_); });
    finish();
}

void Lifecycle::finish() {
    // First the handles: what follows makes clients leave and join, and no hook of this plugin
    // may hear of it any more.
    const std::size_t left = instance_.handles().clear();
    work_off();             // what stop() emitted and answered
    store_.stop(instance_); // nobody is left to hear what becomes of the durable ones
    spool_.stop(instance_);
    refuse_tickets(instance_.intake().all_tickets(), false);
    if (left > 0) {
        instance_.services().log.debug("plugin left handles at its stop",
                                       {{"plugin", instance_.entry().label()}, {"handles", left}});
    }
    close();
}

void Lifecycle::close() {
    instance_.intake().close();
    instance_.self().handles = nullptr;
    // What start() put in line before it failed, or a thread that still runs put there meanwhile,
    // is not ours to send any more.
    instance_.intake().take();
    state_ = State::stopped;
}

bool Lifecycle::work_off() {
    // A command may lead back here, through a hook: what came in meanwhile waits for its turn.
    if (working_) return false;
    Intake &intake = instance_.intake();
    if (!intake.waiting()) {
        tell_drained();
        return intake.waiting();
    }
    working_ = true;
    std::vector<Command> line = intake.take();
    for (Command &command : line) {
        const std::size_t kept = apply(instance_, questions_, moves_, store_, spool_, command);
        intake.worked_off(command.bytes - kept);
    }
    working_ = false;
    tell_drained();
    return true;
}

void Lifecycle::tell_drained() {
    const roomd_plugin &table = instance_.library().table();
    if (table.on_drain != nullptr && state_ == State::running && instance_.intake().drained())
        instance_.calls().run(Call::on_drain, [&] { table.on_drain(plugin_state_); });
}

void Lifecycle::tick(base::Time now) {
    const std::vector<Ticket> expired = instance_.intake().expired(now);
    if (expired.empty()) return;
    instance_.services().log.warning(
        "plugin did not answer in time",
        {{"plugin", instance_.entry().label()}, {"tickets", expired.size()}});
    refuse_tickets(expired, true);
}

void Lifecycle::refuse_tickets(const std::vector<Ticket> &tickets, bool was_late) {
    Services &services = instance_.services();
    dispatch::Verdict no;
    no.message = was_late ? "No verdict in time" : "Server is going down";
    no.data = was_late ? R"({"code":"verdict_timeout","retryable":true})"
                       : R"({"code":"stopping","retryable":true})";
    for (const Ticket &ticket : tickets) {
        switch (ticket.kind) {
        case Ticket::Kind::ack: break; // an ack that does not come is the client's own time-out
        case Ticket::Kind::connect: services.router.decide_connect(ticket.client, no); break;
        case Ticket::Kind::join: services.router.decide_join(ticket.client, ticket.room, no); break;
        case Ticket::Kind::request:
            services.http.respond(ticket.exchange, was_late ? late() : stopping());
            break;
        case Ticket::Kind::store: store_.unanswered(ticket); break;
        case Ticket::Kind::spool: spool_.unanswered(ticket); break;
        }
    }
}

} // namespace roomd::host
