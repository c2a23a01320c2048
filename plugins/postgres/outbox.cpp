#include "postgres/outbox.hpp"

#include "postgres/sql_files.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <unistd.h>
#include <utility>

namespace roomd::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto part = "outbox";
constexpr auto version = "1.0";
constexpr milliseconds report_every = seconds(10);

// The name of this daemon in roomd.node.
std::string own_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) name[0] = '?';
    return std::string(name.data()) + ":" + std::to_string(getpid());
}

} // namespace

Outbox::Outbox(Host &host, Counts &counts, Health &health, Options options) :
    host_(host),
    health_(health),
    options_(std::move(options)),
    node_(options_.how.node.empty() ? own_name() : options_.how.node),
    sequenced_(host.counter("sequenced_total", "Events that were given their position.")),
    epochs_(host.counter("epochs_total", "Times that the log turned out to be another one.")),
    lag_rows_(host.gauge("lag_rows", "Events that wait to be sent, as last counted.")),
    lag_seconds_(host.gauge("lag_seconds", "Age of what was sent last; 0: nothing waits.")),
    delivery_(host, options_.how.rate,
              [this](const std::string &epoch, std::int64_t seq, const std::string &reason) {
                  burials_.add(epoch, seq, reason);
              }),
    connection_(host, counts, *this, part, options_.target, options_.times),
    burials_(host, connection_) {
    health_.set(part, ROOMD_DEGRADED, "connecting to " + connection_.where());
    connection_.open();
}

Outbox::~Outbox() {
    health_.forget(part);
}

void Outbox::reload(Options options) {
    options_ = std::move(options);
    delivery_.limit(options_.how.rate);
    connection_.retarget(options_.target, options_.times);
    if (running_) start();
}

void Outbox::drained() {
    connection_.resume();
}

void Outbox::ask(std::string sql, std::vector<std::string> parameters,
                 std::function<void(const Result &)> then) {
    Connection::Query query;
    query.sql = std::move(sql);
    query.parameters = std::move(parameters);
    query.done = [this, then = std::move(then)](const Result &answer) {
        if (answer.status() == PGRES_FATAL_ERROR || !answer)
            return connection_.refuse(trouble_of(answer.error(), answer.sqlstate()));
        if (then) then(answer);
    };
    connection_.ask(std::move(query));
}

// ---- the place in the log

void Outbox::on_ready() {
    running_ = open_ = false;
    report();
}

void Outbox::report() {
    open_ = true;
    report_at_ = Clock::now() + report_every;
    ask("SELECT s.epoch, s.last_seq, s.trimmed_seq, s.schema_version, w.rows, pg_backend_pid()"
        " FROM roomd.seen($1, $2, nullif($3, ''), nullif($4, '')::bigint,"
        " nullif($5, '')::timestamptz) s, roomd.waiting(10000) w",
        {node_, version, cursor_.epoch, placed_ ? std::to_string(cursor_.seq) : "",
         cursor_.logged_at},
        [this](const Result &answer) { reported(answer); });
}

void Outbox::reported(const Result &answer) {
    const auto schema = answer.whole(0, 3);
    if (schema > newest_schema())
        return connection_.refuse({"the schema roomd has version " + std::to_string(schema) +
                                       ", and this daemon knows " + std::to_string(newest_schema()),
                                   "use a newer roomd", true});
    if (schema < oldest_schema)
        return connection_.refuse({"the schema roomd has version " + std::to_string(schema) +
                                       ", and this daemon needs " + std::to_string(oldest_schema),
                                   "run roomd pg migrate with this database", true});
    has_state_ = schema >= 8;
    const std::string epoch(answer.text(0, 0));
    last_seq_ = std::max(last_seq_, answer.whole(0, 1));
    waiting_ = static_cast<double>(answer.whole(0, 4));
    pooled_ = !connection_.is_process(answer.whole(0, 5));
    open_ = false;
    if (placed_ && epoch == cursor_.epoch) return running_ ? step() : start();
    running_ = false;
    const auto old = std::exchange(cursor_, {epoch, answer.whole(0, 1), {}});
    last_seq_ = cursor_.seq;
    find_place(old);
}

// What a daemon begins with is the end of the log.  In another epoch the place is behind the last
// row that both logs have: what came after it was not sent yet.
void Outbox::find_place(const Delivery::Cursor &old) {
    const bool known = placed_ && !old.logged_at.empty();
    if (placed_) {
        epochs_.add();
        host_.warning("the log is another one", {{"was", old.epoch},
                                                 {"is", cursor_.epoch},
                                                 {"why", "the database was restored or replaced"}});
    }
    const auto last = std::to_string(known ? old.seq : cursor_.seq);
    ask("SELECT seq, to_char(logged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        " FROM roomd.log WHERE seq <= $1::bigint AND ($2 = '' OR (logged_at <= nullif($2, "
        "'')::timestamptz"
        " AND seq <= (SELECT epoch_seq FROM roomd.meta))) ORDER BY seq DESC LIMIT 1",
        {last, known ? old.logged_at : std::string()}, [this, known](const Result &found) {
            if (found.rows() == 1) {
                cursor_.seq = found.whole(0, 0);
                cursor_.logged_at = found.text(0, 1);
            } else if (known) {
                cursor_.seq = 0;
            }
            placed_ = true;
            host_.info("the log is read",
                       {{"from", cursor_.epoch + "." + std::to_string(cursor_.seq)}});
            start();
        });
}

bool Outbox::listens() const noexcept {
    return options_.how.wake == Settings::Wake::by_notify && !options_.woken && !pooled_;
}

void Outbox::start() {
    running_ = true;
    burials_.go_on();
    connection_.ask(
        {listens() ? "LISTEN roomd_log; LISTEN roomd_outbox" : "UNLISTEN *", {}, nullptr, nullptr});
    if (trim_at_ == Clock::time_point()) {
        // Daemons that start together need not trim together.
        std::minstd_rand random{std::random_device{}()};
        trim_at_ = Clock::now() + seconds(60 + random() % 600);
    }
    pause_ = milliseconds(0);
    wake();
}

void Outbox::on_lost(const Trouble &trouble, Clock::time_point) {
    running_ = open_ = want_sequence_ = want_read_ = false;
    burials_.lost();
    tick_.reset();
    rate_.reset();
    health_.set(part, trouble.lasting ? ROOMD_DOWN : ROOMD_DEGRADED,
                "no connection to " + connection_.where() + ": " + trouble.why);
}

// ---- the loop: sequence, read, rest

void Outbox::wake() {
    want_sequence_ = want_read_ = true;
    step();
}

Connection::Go Outbox::on_notification(std::string_view channel, std::string_view) {
    if (channel == "roomd_log")
        want_read_ = true;
    else
        want_sequence_ = true;
    step();
    return Connection::Go::on;
}

void Outbox::step() {
    if (!running_ || open_) return;
    tick_.reset();
    if (std::exchange(want_sequence_, false)) return sequence();
    if (std::exchange(want_read_, false)) return read();
    rest();
}

void Outbox::sequence() {
    open_ = true;
    asked_at_ = Clock::now();
    if (options_.how.sequence)
        return ask("SELECT busy, moved, buried, epoch, last_seq"
                   " FROM roomd.sequence_batch($1::int, $2::boolean)",
                   {std::to_string(options_.how.batch), listens() || options_.woken ? "t" : "f"},
                   [this](const Result &answer) { sequenced(answer); });
    ask(std::string("SELECT false, 0, 0, epoch, last_seq FROM roomd.") +
            (has_state_ ? "state()" : "meta"),
        {}, [this](const Result &answer) { sequenced(answer); });
}

void Outbox::sequenced(const Result &answer) {
    open_ = false;
    if (answer.text(0, 0) == "t") {
        want_read_ = true; // another daemon is at it
        return step();
    }
    const auto moved = answer.whole(0, 1), buried = answer.whole(0, 2);
    sequenced_.add(static_cast<double>(moved));
    burials_.sequenced(buried);
    if (answer.text(0, 3) != cursor_.epoch) {
        running_ = false; // until the place in the new log is found
        return report();
    }
    last_seq_ = answer.whole(0, 4);
    if (moved + buried > 0) pause_ = milliseconds(0);
    if (moved + buried >= options_.how.batch) want_sequence_ = true;
    // Read first: what waits for its number may be much, and what has one is owed.
    if (last_seq_ > cursor_.seq) {
        want_read_ = false;
        return read();
    }
    works();
    step();
}

// Not before: who can connect, and move rows, may still not be able to read them.
void Outbox::works() {
    connection_.settled();
    health_.set(part, ROOMD_UP);
}

void Outbox::read() {
    open_ = true;
    rows_ = 0;
    Connection::Query query;
    query.sql = Delivery::query;
    query.parameters = {std::to_string(cursor_.seq),
                        std::to_string(doubt_.limit(options_.how.batch))};
    query.row = [this](const Result &row) {
        const auto go = delivery_.take(row, cursor_);
        if (go == Connection::Go::on && rows_++ == 0) works();
        if (go == Connection::Go::wait && delivery_.paused().count() > 0)
            rate_ = host_.after(static_cast<std::uint32_t>(delivery_.paused().count()),
                                [this] { connection_.resume(); });
        return go;
    };
    query.done = [this](const Result &answer) { was_read(answer); };
    connection_.ask(std::move(query));
}

void Outbox::was_read(const Result &answer) {
    open_ = false;
    if (answer.status() != PGRES_TUPLES_OK)
        return read_failed(trouble_of(answer.error(), answer.sqlstate()), answer.sqlstate());
    works();
    last_seq_ = std::max(last_seq_, cursor_.seq);
    if (rows_ > 0) pause_ = milliseconds(0);
    if (rows_ >= doubt_.limit(options_.how.batch)) want_read_ = true;
    doubt_.passed(rows_);
    lag_seconds_.set(rows_ > 0 && want_read_ ? delivery_.last_age() : 0);
    step();
}

// Rows come before the error of a later one: at fault is the first that has not come.
void Outbox::read_failed(const Trouble &trouble, std::string_view sqlstate) {
    switch (doubt_.failed(cursor_.seq, sqlstate)) {
    case Doubt::Next::reconnect: return connection_.refuse(trouble);
    case Doubt::Next::read_alone: return read();
    case Doubt::Next::give_row_up: return give_up_row(trouble);
    }
}

void Outbox::give_up_row(const Trouble &trouble) {
    open_ = true;
    Connection::Query query;
    query.sql = "SELECT seq, to_char(logged_at AT TIME ZONE 'UTC', "
                "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM roomd.read($1::bigint, 1)";
    query.parameters = {std::to_string(cursor_.seq)};
    query.done = [this, why = trouble.why](const Result &found) {
        open_ = false;
        const bool good = found.status() == PGRES_TUPLES_OK;
        if (!good && !is_of_a_row(found.sqlstate()))
            return connection_.refuse(trouble_of(found.error(), found.sqlstate()));
        want_read_ = true;
        if (good && found.rows() == 0) return step(); // it has been trimmed
        // Not even its number can be read: numbers have no gaps.
        auto at =
            good ? Delivery::Cursor{cursor_.epoch, found.whole(0, 0), std::string(found.text(0, 1))}
                 : Delivery::Cursor{cursor_.epoch, cursor_.seq + 1, {}};
        if (at.seq > last_seq_) return connection_.refuse({why, {}, false});
        burials_.add(at.epoch, at.seq, "row_unreadable: " + why);
        cursor_ = std::move(at);
        works();
        step();
    };
    connection_.ask(std::move(query));
}

void Outbox::rest() {
    const auto now = Clock::now();
    lag_rows_.set(waiting_ +
                  static_cast<double>(std::max<std::int64_t>(0, last_seq_ - cursor_.seq)));
    if (now >= trim_at_) trim();
    if (now >= report_at_) return report();
    pause_ = std::clamp(pause_ * 2, options_.how.busy, options_.how.idle);
    // From the beginning of the last one: what it took the server is no pause.
    const auto left = pause_ - std::chrono::duration_cast<milliseconds>(now - asked_at_);
    tick_ =
        host_.after(static_cast<std::uint32_t>(std::max(left, milliseconds(1)).count()), [this] {
            want_sequence_ = true;
            step();
        });
}

void Outbox::trim() {
    trim_at_ = Clock::now() + minutes(60);
    burials_.tell_again();
    ask("SELECT dropped, deferred, bytes FROM roomd.trim($1::interval, nullif($2, '0')::bigint)",
        {std::to_string(options_.how.keep.count()) + " ms", std::to_string(options_.how.keep_size)},
        [this](const Result &answer) {
            if (answer.whole(0, 0) > 0)
                host_.info("days of the log dropped",
                           {{"days", answer.text(0, 0)}, {"bytes_before", answer.text(0, 2)}});
        });
}

} // namespace roomd::postgres
