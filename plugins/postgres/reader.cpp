#include "postgres/reader.hpp"

#include <utility>

namespace roomd::postgres {

Reader::Reader(Host &host, Connection &connection, Progress &progress, DeadLetters &dead_letters,
               Owner &owner, std::uint32_t rate) :
    host_(host),
    connection_(connection),
    progress_(progress),
    dead_letters_(dead_letters),
    owner_(owner),
    delivery_(host, rate, [this](const Position &at, const std::string &reason) {
        dead_letters_.add(at.epoch, at.seq, reason);
    }) {}

void Reader::read(std::uint32_t batch, std::int64_t schema) {
    batch_ = batch;
    schema_ = schema;
    rows_ = 0;
    Connection::Query query;
    query.sql = Delivery::query(schema_);
    query.parameters = {std::to_string(progress_.at().seq), std::to_string(doubt_.limit(batch_))};
    query.row = [this](const Result &row) { return take(row); };
    query.done = [this](const Result &answer) { was_read(answer); };
    connection_.ask(std::move(query));
}

Connection::Go Reader::take(const Result &row) {
    const auto go = delivery_.take(row, progress_);
    if (go == Connection::Go::on && rows_++ == 0) owner_.reads();
    if (go == Connection::Go::wait && delivery_.paused().count() > 0)
        rate_ = host_.after(static_cast<std::uint32_t>(delivery_.paused().count()),
                            [this] { connection_.resume(); });
    return go;
}

void Reader::was_read(const Result &answer) {
    if (answer.status() != PGRES_TUPLES_OK)
        return failed(trouble_of(answer.error(), answer.sqlstate()), answer.sqlstate());
    const bool more = rows_ >= doubt_.limit(batch_);
    doubt_.passed(rows_);
    owner_.has_read(rows_, more);
}

// Rows come before the error of a later one: at fault is the first that has not come.
void Reader::failed(const Trouble &trouble, std::string_view sqlstate) {
    switch (doubt_.failed(progress_.at().seq, sqlstate)) {
    case Doubt::Next::reconnect: return connection_.refuse(trouble);
    case Doubt::Next::read_alone: return read(batch_, schema_);
    case Doubt::Next::give_row_up: return give_up_row(trouble);
    }
}

void Reader::give_up_row(const Trouble &trouble) {
    Connection::Query query;
    query.sql = "SELECT seq, to_char(logged_at AT TIME ZONE 'UTC', "
                "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM " +
                Delivery::rows(schema_);
    query.parameters = {std::to_string(progress_.at().seq), "1"};
    query.done = [this, why = trouble.why](const Result &found) { was_found(found, why); };
    connection_.ask(std::move(query));
}

void Reader::was_found(const Result &found, const std::string &why) {
    const bool good = found.status() == PGRES_TUPLES_OK;
    if (!good && !is_of_a_row(found.sqlstate()))
        return connection_.refuse(trouble_of(found.error(), found.sqlstate()));
    if (good && found.rows() == 0) return owner_.has_read(0, true); // it has been trimmed
    // Not even its number can be read: numbers have no gaps.
    const auto &before = progress_.at();
    auto at = good ? Position{before.epoch, found.whole(0, 0), std::string(found.text(0, 1))}
                   : Position{before.epoch, before.seq + 1, {}};
    if (at.seq > progress_.last_seq()) return connection_.refuse({why, {}, false});
    dead_letters_.add(at.epoch, at.seq, "row_unreadable: " + why);
    progress_.sent(std::move(at));
    owner_.has_read(0, true);
}

} // namespace roomd::postgres
