#include "postgres/store.hpp"

#include "postgres/trouble.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

namespace roomd::postgres {
namespace {

constexpr auto store_part = "store";
constexpr std::size_t most_rows = 1000, most_statement = 1 << 20; // of one statement
constexpr unsigned most_tries = 5;
// Who emits need not know where the database is: why is in /health and in the log.
constexpr auto cannot_be_reached = "PostgreSQL cannot be reached";

// What roomd.store() takes, in its order.
struct Stores {
    enum Column : std::size_t {
        key,
        event,
        raw,
        rooms,
        except,
        nsp,
        droppable,
        broadcast,
        columns
    };
};

void append_element(std::string &array, std::string_view text) {
    array += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') array += '\\';
        array += c;
    }
    array += '"';
}

// What the content of one event can cause.  A damaged or overloaded server is no fault of an event.
bool is_of_an_event(std::string_view sqlstate) noexcept {
    return sqlstate.starts_with("22") || sqlstate.starts_with("54") || sqlstate == "23514";
}

std::string array_of(const roomd_str *names, std::size_t n) {
    std::string out = "{";
    for (std::size_t i = 0; i < n; ++i) {
        if (i != 0) out += ',';
        append_element(out, view(names[i]));
    }
    return out + "}";
}

// [x] -> x, as it was written.
std::string only_argument(std::string_view json) {
    constexpr std::string_view blank = " \t\r\n";
    json = json.substr(1, json.size() - 2);
    const auto first = json.find_first_not_of(blank), last = json.find_last_not_of(blank);
    return std::string(json.substr(first, last - first + 1));
}

std::vector<std::optional<std::string>> row_of(const roomd_emit &emit) {
    std::vector<std::optional<std::string>> out(Stores::columns);
    // An API key's keys are its own: no key has a tab in it.
    if (emit.key.len > 0)
        out[Stores::key] = std::string(view(emit.on_behalf)) + "\t" + std::string(view(emit.key));
    out[Stores::event] = view(emit.event);
    out[Stores::raw] = only_argument(view(emit.args.json));
    if (emit.n_rooms > 0) out[Stores::rooms] = array_of(emit.rooms, emit.n_rooms);
    if (emit.n_except > 0) out[Stores::except] = array_of(emit.except, emit.n_except);
    if (emit.nsp.len > 0 && view(emit.nsp) != "/") out[Stores::nsp] = view(emit.nsp);
    out[Stores::droppable] = (emit.flags & ROOMD_EMIT_VOLATILE) != 0 ? "t" : "f";
    out[Stores::broadcast] = (emit.flags & ROOMD_EMIT_ALL) != 0 ? "t" : "f";
    return out;
}

} // namespace

Store::Store(Host &host, Counts &counts, Health &health, Options options,
             std::function<void()> stored) :
    host_(host),
    counts_(counts),
    health_(health),
    options_(std::move(options)),
    told_stored_(std::move(stored)),
    stored_(host.counter("stored_total", "Durable events that were put into the outbox.")),
    refused_(host.counter("store_refused_total", "Durable events that were not stored.")),
    waiting_bytes_(host.gauge("store_bytes", "Bytes of durable events that wait to be stored.")) {
    offer();
    if (!hook_) host.info("another instance stores durable events");
}

Store::~Store() {
    for (auto &group : waiting_)
        refuse(group, ROOMD_AGAIN, "store_unavailable", "the store is stopping");
    health_.forget(store_part);
}

void Store::reload(Options options) {
    options_ = std::move(options);
    if (connection_) connection_->retarget(options_.target, options_.times);
    // When all have been reloaded: one of them may have been the store until now.
    if (!hook_) host_.post(while_alive_([this] { offer(); }));
}

// One instance is the store: the others are ready to be it.
void Store::offer() {
    if (hook_) return;
    try {
        hook_ = host_.on_store([this](std::span<const roomd_emit *const> emits, Keeping &ticket) {
            take(emits, ticket);
        });
    } catch (const Failure &failure) {
        if (failure.status != ROOMD_DENIED) throw;
    }
}

void Store::take(std::span<const roomd_emit *const> emits, Keeping &ticket) {
    Group group;
    group.ticket = std::move(ticket);
    for (const auto *const emit : emits) {
        group.rows.push_back(row_of(*emit));
        for (const auto &value : group.rows.back())
            group.bytes += sizeof value + (value ? value->size() : 0);
    }
    if (away_) return refuse(group, ROOMD_AGAIN, "store_unavailable", cannot_be_reached);
    if (bytes_ + group.bytes > options_.most_bytes)
        return refuse(group, ROOMD_AGAIN, "store_full", "too many events wait to be stored");
    bytes_ += group.bytes;
    waiting_bytes_.set(static_cast<double>(bytes_));
    waiting_.push_back(std::move(group));
    if (connection_) return collect();
    Connection::Owner &me = *this;
    connection_ = std::make_unique<Connection>(host_, counts_, me, store_part, options_.target,
                                               options_.times);
    connection_->open();
}

// The events of one request come one by one in the same turn of the loop: they go in one statement.
void Store::collect() {
    if (collecting_ || !asked_.empty()) return;
    const auto later = while_alive_([this] {
        collecting_ = false;
        go_on();
    });
    collecting_ = host_.post(later) == ROOMD_OK;
    if (!collecting_) go_on();
}

void Store::on_ready() {
    away_ = false;
    health_.set(store_part, ROOMD_UP);
    go_on();
}

// What was asked may have been committed before the connection was lost.
void Store::on_lost(const Trouble &trouble, Clock::time_point) {
    away_ = true;
    alone_ = 0;
    health_.set(store_part, ROOMD_DEGRADED,
                one_line("no connection to " + connection_->where() + ": " + trouble.why));
    for (auto &group : asked_)
        refuse(group, ROOMD_EXPIRED, "store_unsure",
               "the connection was lost; it may have been stored: send it again with the same key");
    for (auto &group : waiting_)
        refuse(group, ROOMD_AGAIN, "store_unavailable", cannot_be_reached);
    asked_.clear();
    waiting_.clear();
    bytes_ = 0;
    waiting_bytes_.set(0);
}

Connection::Go Store::on_notification(std::string_view, std::string_view) {
    return Connection::Go::on;
}

// The groups that go into one statement: no key twice, but in a batch that goes together.
void Store::choose() {
    std::set<std::string_view> keys;
    std::size_t rows = 0, bytes = 0;
    while (!waiting_.empty()) {
        auto &next = waiting_.front();
        const bool together = next.rows.size() > 1;
        if (!asked_.empty() &&
            (together || alone_ > 0 || rows == most_rows || bytes + next.bytes > most_statement))
            break;
        const auto &its_key = next.rows.front()[Stores::key];
        if (!together && its_key && keys.count(*its_key) != 0) break;
        rows += next.rows.size();
        bytes += next.bytes;
        asked_.push_back(std::move(next));
        waiting_.pop_front();
        if (together) break;
        if (its_key) keys.insert(*asked_.back().rows.front()[Stores::key]);
    }
}

void Store::go_on() {
    if (!connection_->ready() || !asked_.empty() || waiting_.empty()) return;
    choose();
    std::array<std::string, Stores::columns> lists;
    for (auto &list : lists)
        list = "{";
    for (const auto &group : asked_) {
        for (const auto &row : group.rows) {
            for (std::size_t i = 0; i < Stores::columns; ++i) {
                if (lists[i].size() > 1) lists[i] += ',';
                if (row[i])
                    append_element(lists[i], *row[i]);
                else
                    lists[i] += "NULL";
            }
        }
    }
    for (auto &list : lists)
        list += '}';
    Connection::Query query;
    query.sql = "SELECT id, verdict FROM roomd.store($1::text[], $2::text[], $3::text[],"
                " $4::text[], $5::text[], $6::text[], $7::boolean[], $8::boolean[], $9::boolean)";
    query.parameters.assign(std::make_move_iterator(lists.begin()),
                            std::make_move_iterator(lists.end()));
    query.parameters.emplace_back(asked_.front().rows.size() > 1 ? "t" : "f");
    query.done = [this](const Result &answer) { answered(answer); };
    connection_->ask(std::move(query));
}

void Store::answered(const Result &answer) {
    if (alone_ > 0) --alone_;
    if (answer.status() == PGRES_TUPLES_OK) {
        connection_->settled();
        tell(answer);
        told_stored_();
        return go_on();
    }
    const auto sqlstate = answer.sqlstate();
    if (sqlstate.empty()) return connection_->refuse(trouble_of(answer.error()));
    const auto trouble = trouble_of(answer.error(), sqlstate);
    const bool conflict = sqlstate.starts_with("40"); // another daemon was at the same keys
    const bool of_an_event = is_of_an_event(sqlstate);
    if (conflict && asked_.front().tries < most_tries) {
        again();
    } else if (of_an_event && asked_.size() > 1) {
        alone_ = asked_.size(); // one of them is at fault
        again();
    } else {
        for (auto &group : asked_) {
            bytes_ -= group.bytes;
            if (of_an_event)
                refuse(group, ROOMD_INVALID, "not_storable", "PostgreSQL: " + trouble.why);
            else
                refuse(group, ROOMD_AGAIN, "store_unavailable", "PostgreSQL refuses");
        }
        asked_.clear();
        waiting_bytes_.set(static_cast<double>(bytes_));
        if (!of_an_event && !conflict) return connection_->refuse(trouble);
    }
    go_on();
}

// They come first.
void Store::again() {
    for (; !asked_.empty(); asked_.pop_back()) {
        ++asked_.back().tries;
        waiting_.push_front(std::move(asked_.back()));
    }
}

void Store::tell(const Result &answer) {
    int row = 0;
    for (auto &group : asked_) {
        std::vector<Stored> results;
        for (std::size_t i = 0; i < group.rows.size(); ++i, ++row) {
            const auto verdict = answer.text(row, 1);
            Stored one;
            if (verdict == "stored" || verdict == "seen") {
                one.duplicate = verdict == "seen";
                one.id = answer.text(row, 0);
                stored_.add(one.duplicate ? 0 : 1);
            } else if (verdict == "conflict") {
                one.status = ROOMD_INVALID;
                one.code = "idempotency_conflict";
                one.text = "this idempotency key was used for something else";
            } else {
                one.status = ROOMD_FAILED;
                one.code = "not_sent";
                one.text = "another one of the batch was refused";
            }
            if (one.status != ROOMD_OK) refused_.add();
            results.push_back(one);
        }
        group.ticket.send(results);
        bytes_ -= group.bytes;
    }
    asked_.clear();
    waiting_bytes_.set(static_cast<double>(bytes_));
}

void Store::refuse(Group &group, roomd_status status, std::string_view code,
                   const std::string &text) {
    Stored one;
    one.status = status;
    one.code = code;
    one.text = text;
    refused_.add(static_cast<double>(group.rows.size()));
    group.ticket.send(std::vector<Stored>(group.rows.size(), one));
}

} // namespace roomd::postgres
