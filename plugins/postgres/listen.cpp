#include "postgres/listen.hpp"

#include "rest/body.hpp"
#include "rest/problem.hpp"

#include <cmath>
#include <cstdio>
#include <utility>
#include <variant>

namespace roomd::postgres {
namespace {

constexpr auto listen_part = "listen";
constexpr std::size_t most_kinds = 256;       // of complaints that are remembered
constexpr std::size_t most_payload = 1 << 20; // of a catch-up: NOTIFY itself ends at 8000 bytes

std::string number_of_seconds(double time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", time);
    return text;
}

} // namespace

Listen::Listen(Host &host, Counts &counts, Health &health, Options options) :
    host_(host),
    health_(health),
    options_(std::move(options)),
    notifications_(host.counter("notifications_total", "Notifications that came.")),
    refused_(host.counter("notifications_refused_total", "Notifications that gave no event.")),
    gaps_(host.counter("gaps_total", "Times that notifications may have been missed.")),
    gap_seconds_(host.counter("gap_seconds_total", "Time in which they may have been.")),
    connection_(host, counts, *this, listen_part, options_.target, options_.times) {
    health_.set(listen_part, ROOMD_DEGRADED, "connecting to " + connection_.where());
    connection_.open();
}

Listen::~Listen() {
    health_.forget(listen_part);
}

void Listen::reload(Options options) {
    options_ = std::move(options);
    told_.clear();
    connection_.retarget(options_.target, options_.times);
    if (connection_.ready()) {
        reloaded_ = true;
        listen();
    }
}

void Listen::on_ready() {
    reloaded_ = false;
    connection_.ask({"SELECT pg_backend_pid()", {}, nullptr, [this](const Result &answer) {
                         if (answer.status() != PGRES_TUPLES_OK)
                             return connection_.refuse(
                                 trouble_of(answer.error(), answer.sqlstate()));
                         if (connection_.is_process(answer.whole(0, 0))) return;
                         host_.warning("there is a pooler in front of the database",
                                       {{"where", connection_.where()},
                                        {"hint", "set listen_dsn to the server itself: in "
                                                 "transaction mode LISTEN hears nothing"}});
                     }});
    listen();
}

void Listen::listen() {
    // One query is one transaction: no moment without any channel.
    std::string sql = "UNLISTEN *";
    for (const auto &[name, mapping] : options_.channels.channels)
        sql += "; LISTEN " + connection_.quoted(name);
    if (options_.wake) sql += "; LISTEN roomd_log; LISTEN roomd_outbox";
    connection_.ask({std::move(sql), {}, nullptr, [this](const Result &answer) {
                         if (answer.status() != PGRES_COMMAND_OK)
                             return connection_.refuse(
                                 trouble_of(answer.error(), answer.sqlstate()));
                         listening();
                     }});
}

void Listen::listening() {
    connection_.settled();
    health_.set(listen_part, ROOMD_UP);
    if (options_.wake) options_.wake();
    if (reloaded_ || !away_) return;
    const std::chrono::duration<double> gap = Clock::now() - *away_;
    away_.reset();
    if (options_.channels.channels.empty()) return;
    gaps_.add();
    gap_seconds_.add(gap.count());
    host_.warning("notifications may have been missed",
                  {{"seconds", number_of_seconds(gap.count())}, {"where", connection_.where()}});
    catch_up(gap.count());
}

void Listen::catch_up(double gap) {
    if (options_.channels.catch_up.empty()) return;
    Connection::Query query;
    query.sql = options_.channels.catch_up;
    query.parameters = {number_of_seconds(gap)};
    query.row = [this](const Result &row) {
        if (row.columns() < 2) return Connection::Go::on; // told below
        return take(std::string(row.text(0, 0)), row.text(0, 1));
    };
    query.done = [this](const Result &answer) {
        const bool good = answer.status() == PGRES_TUPLES_OK;
        if (good && answer.columns() >= 2) return;
        host_.error("the catch-up query failed",
                    {{"why", good ? std::string("it gives no columns channel and payload")
                                  : one_line(answer.error())},
                     {"hint", "correct listen.catch_up, then reload"}});
    };
    connection_.ask(std::move(query));
}

void Listen::on_lost(const Trouble &trouble, Clock::time_point alive) {
    if (!away_) away_ = alive;
    health_.set(listen_part, trouble.lasting ? ROOMD_DOWN : ROOMD_DEGRADED,
                "no connection to " + connection_.where() + ": " + trouble.why);
}

Connection::Go Listen::on_notification(std::string_view channel, std::string_view payload) {
    if (options_.wake && (channel == "roomd_log" || channel == "roomd_outbox")) options_.wake();
    return take(std::string(channel), payload);
}

void Listen::on_unreadable(const Trouble &trouble) {
    if (options_.wake) options_.wake(); // it may have been that
    refuse("?", "notification_unreadable", trouble.why);
}

Connection::Go Listen::take(const std::string &channel, std::string_view payload) {
    const auto found = options_.channels.channels.find(channel);
    if (found == options_.channels.channels.end()) return Connection::Go::on;
    if (payload.size() > most_payload) {
        refuse(channel, "emit_too_big", "the payload is larger than 1 MiB");
        return Connection::Go::on;
    }
    if (found->second) {
        const auto made = found->second->apply(payload);
        if (const auto *unfit = std::get_if<Unfit>(&made)) {
            refuse(channel, unfit->code, unfit->text);
            return Connection::Go::on;
        }
        const auto &mapped = std::get<Mapping::Mapped>(made);
        Emit emit(mapped.event);
        // Every daemon hears it: the cluster bus has nothing to add.
        emit.args(mapped.args).routed().local();
        for (const auto &room : mapped.rooms)
            emit.to(room);
        return send(emit, channel);
    }
    const auto read = rest::read_event(payload);
    if (const auto *problem = std::get_if<rest::Problem>(&read)) {
        refuse(channel, problem->code, problem->message);
        return Connection::Go::on;
    }
    const auto &event = std::get<rest::Event>(read);
    if (event.durable.value_or(false)) {
        refuse(channel, "durable_unavailable",
               "a notification cannot be durable: use roomd.emit()");
        return Connection::Go::on;
    }
    std::string args;
    return send(rest::emit_of(event, args).local(), channel);
}

Connection::Go Listen::send(const Emit &emit, const std::string &channel) {
    const auto told = [this, channel](roomd_status became, const Emitted &what) {
        if (became != ROOMD_OK && became != ROOMD_STOPPING)
            refuse(channel, what.code.empty() ? name(became) : what.code, what.text);
    };
    const auto status = host_.emit(emit, while_alive_(told));
    if (status == ROOMD_AGAIN) return Connection::Go::wait;
    if (status == ROOMD_OK)
        notifications_.add();
    else if (status != ROOMD_STOPPING)
        refuse(channel, name(status), "the host does not take it");
    return Connection::Go::on;
}

// A stranger who may NOTIFY must not fill the disk.
void Listen::refuse(const std::string &channel, std::string_view code, std::string_view text) {
    refused_.add();
    if (told_.size() >= most_kinds || !told_.insert(channel + " " + std::string(code)).second)
        return;
    host_.warning("notification dropped",
                  {{"channel", channel},
                   {"code", code},
                   {"why", one_line(text)},
                   {"hint", "the next ones of this kind are only counted"}});
}

} // namespace roomd::postgres
