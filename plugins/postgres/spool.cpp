#include "postgres/spool.hpp"

#include "postgres/trouble.hpp"

#include <chrono>
#include <utility>

namespace roomd::postgres {
namespace {

constexpr auto spool_part = "lifecycle";
// What others put in their last moment goes to the server while this plugin stops.
constexpr std::chrono::milliseconds longest_end{3000};

// What a text can cause.  A damaged or overloaded server is no fault of a text.
bool is_of_a_text(std::string_view sqlstate) noexcept {
    return sqlstate.starts_with("22") || sqlstate.starts_with("54");
}

Spooled no(roomd_status status, std::string_view code, std::string_view why) {
    Spooled out;
    out.status = status;
    out.code = code;
    out.why = why;
    return out;
}

std::string text_of(roomd_str text) {
    return std::string(view(text));
}

// What to do comes first: what the server says may be long.
std::string reason(const Trouble &trouble) {
    return one_line((trouble.hint.empty() ? "" : trouble.hint + "; ") +
                    "PostgreSQL: " + trouble.why);
}

} // namespace

Spool::Spool(Host &host, Counts &counts, Health &health, Options options) :
    host_(host),
    counts_(counts),
    health_(health),
    options_(std::move(options)),
    put_(host.counter("lifecycle_put_total", "Batches that were put into roomd.lifecycle.")),
    removed_(host.counter("lifecycle_removed_total", "Batches that were removed from it.")) {
    offer();
}

Spool::~Spool() {
    hook_.reset();
    if (connection_ && !asked_.empty()) connection_->work_off(longest_end);
    if (!asked_.empty())
        host_.warning("what others put into roomd.lifecycle at the end may be lost",
                      {{"texts", std::to_string(asked_.size())}});
    give_up("the spool is stopping; it may have been done");
    health_.forget(spool_part);
}

void Spool::reload(Options options) {
    options_ = std::move(options);
    if (connection_) connection_->retarget(options_.target, options_.times);
    // When all have been reloaded: one of them may have been the spool until now.
    if (!hook_) host_.post(while_alive_([this] { offer(); }));
}

// One instance is the spool: the others are ready to be it.
void Spool::offer() {
    if (hook_) return;
    try {
        hook_ = host_.on_spool(
            [this](const roomd_spool &what, Spooling &ticket) { take(what, ticket); });
    } catch (const Failure &failure) {
        if (failure.status != ROOMD_DENIED) throw;
    }
}

void Spool::take(const roomd_spool &what, Spooling &ticket) {
    if (!connection_) {
        Connection::Owner &me = *this;
        connection_ = std::make_unique<Connection>(host_, counts_, me, spool_part, options_.target,
                                                   options_.times);
        away_ = "connecting to " + connection_->where();
        connection_->open();
    }
    if (!connection_->ready()) {
        ticket.send(no(ROOMD_AGAIN, "spool_unavailable", away_));
        return;
    }
    asked_.push_back({std::move(ticket), what.what, what.id});
    connection_->ask(query_of(what));
}

// One query for each wish, and so in the same order.
Connection::Query Spool::query_of(const roomd_spool &what) {
    Connection::Query query;
    switch (what.what) {
    case ROOMD_SPOOL_PUT:
        query.sql = "SELECT roomd.lifecycle_put($1, $2, $3)";
        query.parameters = {text_of(what.owner), text_of(what.line), text_of(what.text)};
        break;
    case ROOMD_SPOOL_NEXT:
        query.sql = "SELECT id, body, others FROM roomd.lifecycle_next($1, $2, $3, $4::boolean,"
                    " nullif($5, '0')::bigint, $6::bigint)";
        query.parameters = {
            text_of(what.owner),     text_of(what.line),
            text_of(what.reader),    (what.flags & ROOMD_SPOOL_TAKE) != 0 ? "t" : "f",
            std::to_string(what.id), std::to_string(options_.most_bytes)};
        break;
    case ROOMD_SPOOL_REPLACE:
        query.sql = "SELECT CASE WHEN roomd.lifecycle_replace($1, $2::bigint, $3) THEN $2 END";
        query.parameters = {text_of(what.owner), std::to_string(what.id), text_of(what.text)};
        break;
    }
    query.done = [this](const Result &answer) { answered(answer); };
    return query;
}

void Spool::answered(const Result &answer) {
    if (answer.status() != PGRES_TUPLES_OK) return failed(answer);
    connection_->settled();
    Wish wish = std::move(asked_.front());
    asked_.pop_front();
    Spooled said;
    said.id = static_cast<std::uint64_t>(answer.whole(0, 0));
    if (wish.what == ROOMD_SPOOL_NEXT) {
        said.text = answer.text(0, 1);
        said.others = answer.text(0, 2) == "t";
        removed_.add(wish.id != 0 ? 1 : 0);
        if (!full_) health_.set(spool_part, ROOMD_UP);
    } else if (wish.what == ROOMD_SPOOL_PUT) {
        if (said.id == 0) return full(wish.ticket);
        put_.add();
        full_ = false;
        health_.set(spool_part, ROOMD_UP);
    }
    const roomd_status status = wish.ticket.send(said);
    if (status == ROOMD_TOO_BIG)
        wish.ticket.send(no(ROOMD_TOO_BIG, "spool_too_big",
                            "a row of roomd.lifecycle is larger than the budget of the plugin "
                            "postgres"));
}

void Spool::full(Spooling &ticket) {
    const std::string why = "roomd.lifecycle is full: outbox.lifecycle_max is " +
                            std::to_string(options_.most_bytes >> 20) + "MiB";
    full_ = true;
    health_.set(spool_part, ROOMD_DEGRADED, why);
    ticket.send(no(ROOMD_AGAIN, "spool_full", why));
}

void Spool::failed(const Result &answer) {
    const auto sqlstate = answer.sqlstate();
    const auto trouble = trouble_of(answer.error(), sqlstate);
    if (sqlstate.empty()) return connection_->refuse(trouble); // on_lost() tells all
    Wish wish = std::move(asked_.front());
    asked_.pop_front();
    if (is_of_a_text(sqlstate)) {
        wish.ticket.send(no(ROOMD_INVALID, "not_storable", "PostgreSQL: " + trouble.why));
        return;
    }
    wish.ticket.send(no(ROOMD_AGAIN, "spool_unavailable", reason(trouble)));
    connection_->refuse(trouble);
}

void Spool::on_ready() {
    away_.clear();
}

// What was asked may have been committed before the connection was lost.
void Spool::on_lost(const Trouble &trouble, Clock::time_point) {
    away_ = reason(trouble);
    health_.set(spool_part, ROOMD_DEGRADED, connection_->where() + ": " + away_);
    give_up("the connection was lost; it may have been done");
}

void Spool::give_up(const std::string &why) {
    for (Wish &wish : asked_)
        wish.ticket.send(no(ROOMD_EXPIRED, "spool_unsure", why));
    asked_.clear();
}

Connection::Go Spool::on_notification(std::string_view, std::string_view) {
    return Connection::Go::on;
}

} // namespace roomd::postgres
