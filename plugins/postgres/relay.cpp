#include "postgres/relay.hpp"

#include <random>
#include <utility>

namespace roomd::postgres {
namespace {

using std::chrono::milliseconds;

constexpr auto outbox_part = "outbox";
// Versions of the schema that brought these functions.
constexpr std::int64_t has_state = 8, has_give_up_damaged = 8;

} // namespace

Relay::Relay(Host &host, Counts &counts, Health &health, Options options) :
    host_(host),
    health_(health),
    options_(std::move(options)),
    sequenced_(host.counter("sequenced_total", "Events that were given their position.")),
    lag_rows_(host.gauge("lag_rows", "Events that wait to be sent, as last counted.")),
    lag_seconds_(host.gauge("lag_seconds", "Age of what was sent last; 0: nothing waits.")),
    connection_(host, counts, *this, outbox_part, options_.target, options_.times),
    dead_letters_(host, connection_),
    reader_(host, connection_, progress_, dead_letters_, *this, options_.how.rate),
    check_in_(host, connection_, progress_, *this, options_.how.node) {
    health_.set(outbox_part, ROOMD_DEGRADED, "connecting to " + connection_.where());
    connection_.open();
}

Relay::~Relay() {
    health_.forget(outbox_part);
}

void Relay::reload(Options options) {
    options_ = std::move(options);
    reader_.limit(options_.how.rate);
    check_in_.rename(options_.how.node);
    connection_.retarget(options_.target, options_.times);
    if (agenda_.running()) start();
}

void Relay::drained() {
    connection_.resume();
}

// ---- the place in the log

void Relay::on_ready() {
    agenda_.stop();
    report();
}

void Relay::report() {
    agenda_.asked();
    pace_.reports(Clock::now());
    check_in_.tell();
}

void Relay::checked_in(bool moved) {
    agenda_.answered();
    if (agenda_.running() && !moved) return step();
    start();
}

bool Relay::listens() const noexcept {
    return options_.how.wake == Settings::Wake::by_notify && !options_.woken &&
           !check_in_.is_pooled();
}

void Relay::start() {
    agenda_.run();
    dead_letters_.go_on();
    connection_.ask(
        {listens() ? "LISTEN roomd_log; LISTEN roomd_outbox" : "UNLISTEN *", {}, nullptr, nullptr});
    std::minstd_rand random{std::random_device{}()};
    pace_.begin_trimming(Clock::now() + std::chrono::seconds(60 + random() % 600));
    pace_.found_work();
    wake();
}

void Relay::on_lost(const Trouble &trouble, Clock::time_point) {
    agenda_.stop();
    dead_letters_.lost();
    reader_.lost();
    tick_.reset();
    health_.set(outbox_part, trouble.lasting ? ROOMD_DOWN : ROOMD_DEGRADED,
                "no connection to " + connection_.where() + ": " + trouble.why);
}

// ---- the loop: sequence, read, rest

void Relay::wake() {
    agenda_.want_sequence();
    agenda_.want_read();
    step();
}

Connection::Go Relay::on_notification(std::string_view channel, std::string_view) {
    if (channel == "roomd_log")
        agenda_.want_read();
    else
        agenda_.want_sequence();
    step();
    return Connection::Go::on;
}

void Relay::step() {
    const auto next = agenda_.next();
    if (next != Agenda::Step::nothing) tick_.reset();
    switch (next) {
    case Agenda::Step::nothing: return;
    case Agenda::Step::sequence: return sequence();
    case Agenda::Step::read: return read();
    case Agenda::Step::rest: return rest();
    }
}

void Relay::sequence() {
    agenda_.asked();
    pace_.looks(Clock::now());
    Connection::Query query;
    if (options_.how.sequence) {
        query.sql = "SELECT busy, moved, buried, epoch, last_seq"
                    " FROM roomd.sequence_batch($1::int, $2::boolean)";
        query.parameters = {std::to_string(options_.how.batch),
                            listens() || options_.woken ? "t" : "f"};
    } else {
        query.sql = std::string("SELECT false, 0, 0, epoch, last_seq FROM roomd.") +
                    (check_in_.schema() >= has_state ? "state()" : "meta");
    }
    query.done = [this](const Result &answer) {
        if (answer.status() == PGRES_TUPLES_OK) return sequenced(answer);
        sequence_failed(trouble_of(answer.error(), answer.sqlstate()), answer.sqlstate());
    };
    connection_.ask(std::move(query));
}

// The database itself puts a row aside that the log does not take.  Only damage is left to be in
// doubt about, and it has to be there on several connections.
void Relay::sequence_failed(const Trouble &trouble, std::string_view sqlstate) {
    const bool doubtful = options_.how.sequence && check_in_.schema() >= has_give_up_damaged;
    if (!doubtful ||
        sequence_doubt_.failed(progress_.last_seq(), sqlstate) != Doubt::Next::give_row_up)
        return connection_.refuse(trouble);
    connection_.require("SELECT roomd.give_up_damaged($1::int)",
                        {std::to_string(options_.how.batch)},
                        [this, trouble](const Result &answer) {
                            if (answer.whole(0, 0) == 0)
                                return connection_.refuse(trouble); // not because of a row
                            dead_letters_.sequenced(answer.whole(0, 0));
                            sequence();
                        });
}

void Relay::sequenced(const Result &answer) {
    agenda_.answered();
    if (answer.text(0, 0) == "t") {
        agenda_.want_read(); // another daemon is sequencing
        return step();
    }
    const auto moved = answer.whole(0, 1), dead = answer.whole(0, 2);
    sequenced_.add(static_cast<double>(moved));
    dead_letters_.sequenced(dead);
    if (!progress_.is_in(std::string(answer.text(0, 3)))) return report();
    progress_.reaches(answer.whole(0, 4));
    if (moved + dead > 0) pace_.found_work();
    if (moved + dead >= options_.how.batch) agenda_.want_sequence();
    // Read first: many rows may wait for a number, and those that have one are owed.
    if (progress_.behind() > 0) {
        agenda_.want_read(false);
        return read();
    }
    reads();
    step();
}

// Not before: who can connect, and move rows, may still not be able to read them.
void Relay::reads() {
    connection_.settled();
    health_.set(outbox_part, ROOMD_UP);
}

void Relay::read() {
    agenda_.asked();
    reader_.read(options_.how.batch, check_in_.schema());
}

void Relay::has_read(std::uint32_t rows, bool more) {
    agenda_.answered();
    reads();
    if (rows > 0) pace_.found_work();
    if (more) agenda_.want_read();
    lag_seconds_.set(rows > 0 && agenda_.wants_read() ? reader_.last_age() : 0);
    step();
}

void Relay::rest() {
    const auto now = Clock::now();
    lag_rows_.set(static_cast<double>(check_in_.waiting() + progress_.behind()));
    if (pace_.trim_is_due(now)) trim();
    if (pace_.report_is_due(now)) return report();
    const auto left = pace_.rest(now, options_.how.busy, options_.how.idle);
    tick_ = host_.after(static_cast<std::uint32_t>(left.count()), [this] {
        agenda_.want_sequence();
        step();
    });
}

void Relay::trim() {
    pace_.trims(Clock::now());
    dead_letters_.tell_again();
    connection_.require(
        "SELECT dropped, deferred, bytes FROM roomd.trim($1::interval, nullif($2, '0')::bigint)",
        {std::to_string(options_.how.keep.count()) + " ms", std::to_string(options_.how.keep_size)},
        [this](const Result &answer) {
            if (answer.whole(0, 0) > 0)
                host_.info("days of the log dropped",
                           {{"days", answer.text(0, 0)}, {"bytes_before", answer.text(0, 2)}});
        });
}

} // namespace roomd::postgres
