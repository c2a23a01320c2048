#include "host/instance.hpp"

#include "base/text.hpp"
#include "dispatch/router.hpp"
#include "host/apply.hpp"
#include "host/own_answers.hpp"
#include "host/table.hpp"
#include "host/take_in.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <algorithm>
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

Instance::Instance(Services &services, const Library &library, PluginEntry entry) :
    services_(services),
    library_(library),
    entry_(std::move(entry)),
    data_(services.data[entry_.label()]),
    self_(roomd_self::make(entry_.label(), entry_.budget, services.options.tickets,
                           services.options.max_emit)),
    calls_(services.log, entry_.label(), services.options.slow_call),
    idempotency_(services.options.idempotency),
    handles_(services, calls_, self_) {}

Instance::~Instance() {
    assert(state_ == State::idle || state_ == State::stopped);
}

void Instance::start() {
    assert(state_ == State::idle);
    state_ = State::starting;
    self_.handles = &handles_;
    self_.open({&services_.wakeup, &services_.log});
    roomd_error error = fresh_error();
    roomd_status status = calls_.call("start", ROOMD_FAILED, [&] {
        return library_.table().start(&host_table(), &self_, str(entry_.config_json),
                                      &plugin_state_, &error);
    });
    if (status != ROOMD_OK) {
        handles_.clear();
        self_.close();
        self_.handles = nullptr;
        self_.take(); // what start() put in line is dropped with it
        state_ = State::stopped;
        why_not_ = reason(error, status);
        throw std::runtime_error("plugin " + entry_.label() + ": " + why_not_);
    }
    handles_.started();
    state_ = State::running;
}

bool Instance::reload(const PluginEntry &entry, std::string &why) {
    assert(state_ == State::running && has_reload());
    roomd_error error = fresh_error();
    const roomd_status status = calls_.call("reload", ROOMD_FAILED, [&] {
        return library_.table().reload(plugin_state_, str(entry.config_json), &error);
    });
    if (status != ROOMD_OK) {
        why = reason(error, status);
        return false;
    }
    self_.set_budget(entry.budget);
    entry_ = entry;
    return true;
}

void Instance::stop() {
    if (state_ == State::idle) state_ = State::stopped;
    if (state_ == State::stopped) return;
    assert(state_ == State::running);
    state_ = State::stopping;
    // First no new command with a callback, then all that are in line, then the asks: so every
    // `fn` the plugin was promised is called before stop().
    self_.stopping();
    work_off();
    end_asks();
    calls_.run("stop", [&] { library_.table().stop(plugin_state_); });
    finish();
}

void Instance::finish() {
    // First the handles: what follows makes clients leave and join, and no hook of this plugin
    // may hear of it any more.
    const std::size_t left = handles_.clear();
    work_off(); // what stop() emitted and answered
    refuse_tickets(self_.all_tickets(), false);
    if (left > 0) {
        services_.log.debug("plugin left handles at its stop",
                            {{"plugin", entry_.label()}, {"handles", left}});
    }
    self_.close();
    self_.handles = nullptr;
    // A thread of the plugin that still runs may have put more between the two; it is not ours to
    // send any more.
    self_.take();
    state_ = State::stopped;
}

void Instance::end_asks() {
    std::vector<PendingAsk> mine;
    for (auto it = services_.asks.begin(); it != services_.asks.end();) {
        if (it->second.instance == this) {
            mine.push_back(it->second);
            it = services_.asks.erase(it);
        } else {
            ++it;
        }
    }
    roomd_args none{};
    none.json = {"[]", 2};
    for (const PendingAsk &ask : mine) {
        calls_.run("answer", [&] { ask.fn(ask.user, ROOMD_STOPPING, &none); });
    }
    services_.polls.stop(*this);
}

bool Instance::work_off() {
    // A command may lead back here, through a hook: what came in meanwhile waits for its turn.
    if (working_ || !self_.waiting()) return false;
    working_ = true;
    std::vector<Command> line = self_.take();
    for (Command &command : line) {
        const std::size_t kept = apply(*this, command.action);
        self_.worked_off(command.bytes - kept);
    }
    working_ = false;
    tell_drained();
    return true;
}

void Instance::ask_ended(std::size_t bytes) {
    self_.worked_off(bytes);
    tell_drained();
}

void Instance::tell_drained() {
    if (library_.table().on_drain != nullptr && state_ == State::running && self_.drained()) {
        calls_.run("on_drain", [&] { library_.table().on_drain(plugin_state_); });
    }
}

std::uint64_t Instance::issue(Ticket ticket, base::Duration timeout) {
    const std::uint64_t id = self_.issue(std::move(ticket), services_.loop.now() + timeout);
    if (id != 0) services_.watch_time();
    return id;
}

void Instance::tick(base::Time now) {
    const std::vector<Ticket> expired = self_.expired(now);
    if (expired.empty()) return;
    services_.log.warning("plugin did not answer in time",
                          {{"plugin", entry_.label()}, {"tickets", expired.size()}});
    refuse_tickets(expired, true);
}

void Instance::refuse_tickets(const std::vector<Ticket> &tickets, bool was_late) {
    dispatch::Verdict no;
    no.message = was_late ? "No verdict in time" : "Server is going down";
    no.data = was_late ? R"({"code":"verdict_timeout","retryable":true})"
                       : R"({"code":"stopping","retryable":true})";
    for (const Ticket &ticket : tickets) {
        switch (ticket.kind) {
        case Ticket::Kind::ack: break; // an ack that does not come is the client's own time-out
        case Ticket::Kind::connect: services_.router.decide_connect(ticket.client, no); break;
        case Ticket::Kind::join:
            services_.router.decide_join(ticket.client, ticket.room, no);
            break;
        case Ticket::Kind::request:
            services_.http.respond(ticket.exchange, was_late ? late() : stopping());
            break;
        }
    }
}

} // namespace roomd::host
