#include "postgres/connection.hpp"

#include "postgres/sql_files.hpp"

#include <algorithm>
#include <poll.h>
#include <random>
#include <utility>

namespace roomd::postgres {
namespace {

std::uint32_t ms(std::chrono::milliseconds time) {
    return static_cast<std::uint32_t>(time.count());
}
std::string shown_seconds(std::chrono::milliseconds time) {
    return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() % 1000 / 100) +
           " s";
}

} // namespace

Connection::Connection(Host &host, Counts &counts, Owner &owner, const char *title, Target target,
                       Times times) :
    host_(host),
    counts_(counts),
    owner_(owner),
    title_(title),
    target_(std::move(target)),
    times_(times),
    backoff_(times.retry_least, times.retry_most, std::random_device{}()),
    resolver_(host) {}

Connection::~Connection() {
    close();
}

void Connection::open() {
    const auto names = target_.names();
    if (names.empty()) return connect({});
    state_ = State::resolving;
    resolver_.resolve(names, [this](const Resolver::Resolved &found) {
        const bool none = std::all_of(found.addresses.begin(), found.addresses.end(),
                                      [](const auto &addresses) { return addresses.empty(); }) &&
                          found.addresses.size() == target_.servers.size();
        if (none) return lose({found.why, "correct host in dsn, or the name server", false});
        connect(found.addresses);
    });
}

void Connection::connect(const std::vector<std::vector<std::string>> &addresses) {
    const auto parameters = target_.parameters(addresses);
    const Words words(parameters);
    state_ = State::connecting;
    notice_.clear();
    heard_ = Clock::now();
    raw_.reset(PQconnectStartParams(words.keys.data(), words.values.data(), 0));
    if (raw_ == nullptr) throw std::bad_alloc();
    PQsetNoticeReceiver(raw_.get(), note, this);
    if (PQstatus(raw_.get()) == CONNECTION_BAD) return lose(trouble_of(said()));
    alarm_ = host_.after(ms(times_.connect), [this] {
        target_.begin_with_next();
        lose({"no answer within " + shown_seconds(times_.connect),
              "see that the network lets it through", false});
    });
    watch_for(ROOMD_FD_WRITE);
}

void Connection::go_on_connecting() {
    // It may close its socket and open another of the same number.
    watch_.reset();
    interest_ = 0;
    switch (PQconnectPoll(raw_.get())) {
    case PGRES_POLLING_READING: return watch_for(ROOMD_FD_READ);
    case PGRES_POLLING_WRITING: return watch_for(ROOMD_FD_WRITE);
    case PGRES_POLLING_OK: return connected();
    default: return lose(trouble_of(said()));
    }
}

void Connection::connected() {
    alarm_.reset();
    const int version = PQserverVersion(raw_.get());
    if (version < oldest_server)
        return lose({"the server is PostgreSQL " + std::to_string(version / 10000),
                     "use PostgreSQL 13 or later", true});
    PQsetnonblocking(raw_.get(), 1);
    state_ = State::ready;
    heard_ = Clock::now();
    counts_.connected.add(1);
    counts_.connects.add();
    host_.info("connected to the database",
               {{"for", title_}, {"where", where()}, {"server", std::to_string(version / 10000)}});
    watch_for(ROOMD_FD_READ);
    quiet_ = host_.every(ms(times_.probe), [this] { probe(); });
    delivering_ = true;
    // Such a server cannot convert, and would refuse to send what is not UTF-8; in a notification
    // that ends the connection.  Bytes as they are can be judged here.
    const char *const encoding = PQparameterStatus(raw_.get(), "server_encoding");
    if (encoding != nullptr && std::string_view(encoding) == "SQL_ASCII")
        queries_.push_back({"SET client_encoding = SQL_ASCII", {}, nullptr, nullptr});
    owner_.on_ready();
    delivering_ = false;
    deliver();
}

void Connection::retarget(Target target, Times times) {
    if (target == target_ && times == times_) return;
    target_ = std::move(target);
    times_ = times;
    backoff_ = Backoff(times.retry_least, times.retry_most, std::random_device{}());
    last_why_.clear();
    const bool was_ready = ready();
    const auto alive = Clock::now();
    close();
    if (was_ready) owner_.on_lost({"the configuration changed", {}, false}, alive);
    open();
}

void Connection::ask(Query query) {
    if (!ready()) return;
    queries_.push_back(std::move(query));
    if (!delivering_) deliver();
}

void Connection::require(std::string sql, std::vector<std::string> parameters,
                         std::function<void(const Result &)> then) {
    ask({std::move(sql), std::move(parameters), nullptr,
         [this, then = std::move(then)](const Result &answer) {
             if (answer.status() == PGRES_FATAL_ERROR || !answer)
                 return refuse(trouble_of(answer.error(), answer.sqlstate()));
             then(answer);
         }});
}

void Connection::work_off(std::chrono::milliseconds most) {
    ending_ = true;
    const auto end = Clock::now() + most;
    while (ready() && asked_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        const bool writes = PQflush(raw_.get()) > 0;
        pollfd socket{PQsocket(raw_.get()), static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN),
                      0};
        if (left.count() <= 0 || poll(&socket, 1, static_cast<int>(left.count())) <= 0) return;
        ready_to_read(0);
    }
}

void Connection::resume() {
    if (!ready() || !waiting_ || delivering_) return;
    waiting_ = false;
    deliver();
}

void Connection::refuse(Trouble trouble) {
    refused_ = std::move(trouble);
    if (!delivering_) deliver();
}

void Connection::probe() {
    // A query that is open has a deadline of its own.
    if (asked_ || waiting_ || Clock::now() - heard_ < times_.probe / 2) return;
    ask({"SELECT 1", {}, nullptr, nullptr});
}

void Connection::ready_to_read(std::uint32_t) {
    if (state_ == State::connecting) return go_on_connecting();
    if (PQconsumeInput(raw_.get()) == 0) return lose(trouble_of(said()));
    heard_ = Clock::now();
    deliver();
}

// Tells what has come, sends what is next, and watches for what is still to come.
void Connection::deliver() {
    delivering_ = true;
    if (!waiting_) tell_notifications();
    if (unreadable_) tell_unreadable();
    while (!waiting_ && !refused_) {
        if (!asked_ && !queries_.empty()) send_next();
        if (!asked_ || refused_) break;
        if (!row_ && PQisBusy(raw_.get()) != 0) break;
        take(row_ ? std::exchange(row_, Result()) : Result(PQgetResult(raw_.get())));
        if (!waiting_ && !asked_) tell_notifications();
        if (unreadable_) tell_unreadable();
    }
    delivering_ = false;
    if (refused_) return lose(*std::exchange(refused_, {}));
    if (waiting_) {
        alarm_.reset(); // it is not the server that is slow
        return watch_for(0);
    }
    const int left = PQflush(raw_.get());
    if (left < 0) return lose(trouble_of(said()));
    if (ending_) return;
    if (asked_ && !alarm_) expect_answer(times_.answer);
    watch_for(ROOMD_FD_READ | (left > 0 ? ROOMD_FD_WRITE : 0u));
}

// Rows that come are an answer, however many they are: only silence counts.
void Connection::expect_answer(std::chrono::milliseconds within) {
    alarm_ = host_.after(ms(within), [this] {
        const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(
            Clock::now() - std::max(asked_at_, heard_));
        if (silent < times_.answer) return expect_answer(times_.answer - silent);
        lose({"no answer within " + shown_seconds(times_.answer), "see how loaded the server is",
              false});
    });
}

void Connection::tell_notifications() {
    while (!waiting_ && !refused_) {
        if (notification_ == nullptr) notification_.reset(PQnotifies(raw_.get()));
        if (notification_ == nullptr) return;
        waiting_ = owner_.on_notification(notification_->relname, notification_->extra) == Go::wait;
        if (!waiting_) notification_.reset();
    }
}

// The server leaves those behind it for the next time that it looks: a notification from ourselves
// makes it look.
void Connection::tell_unreadable() {
    owner_.on_unreadable(*std::exchange(unreadable_, {}));
    queries_.push_back({"NOTIFY roomd_unreadable", {}, nullptr, nullptr});
}

// One result of the query that is asked; none: it is answered.
void Connection::take(Result result) {
    auto &query = queries_.front();
    if (!result) {
        alarm_.reset();
        asked_ = false;
        const auto answered = std::move(query);
        queries_.pop_front();
        const auto answer = std::exchange(answer_, Result());
        if (answered.done) answered.done(answer);
        return;
    }
    if (result.status() == PGRES_SINGLE_TUPLE) {
        waiting_ = query.row(result) == Go::wait;
        if (waiting_) row_ = std::move(result);
        return;
    }
    // Behind a good answer the server looks for notifications; a COMMIT does not fail like this.
    if (answer_ && answer_.status() != PGRES_FATAL_ERROR && is_of_encoding(result.sqlstate())) {
        unreadable_ = trouble_of(result.error(), result.sqlstate());
        return;
    }
    // Of several statements the error counts, else the last.
    if (!answer_ || answer_.status() != PGRES_FATAL_ERROR) answer_ = std::move(result);
}

void Connection::send_next() {
    const auto &query = queries_.front();
    std::vector<const char *> values;
    for (const auto &one : query.parameters)
        values.push_back(one.c_str());
    const int sent = values.empty() ? PQsendQuery(raw_.get(), query.sql.c_str())
                                    : PQsendQueryParams(raw_.get(), query.sql.c_str(),
                                                        static_cast<int>(values.size()), nullptr,
                                                        values.data(), nullptr, nullptr, 0);
    if (sent == 0) {
        refused_ = trouble_of(said());
        return;
    }
    if (query.row) PQsetSingleRowMode(raw_.get());
    asked_ = true;
    asked_at_ = Clock::now();
}

void Connection::watch_for(std::uint32_t events) {
    if (watch_) {
        if (events != std::exchange(interest_, events)) watch_.rearm(events);
        return;
    }
    interest_ = events;
    watch_ = host_.watch(PQsocket(raw_.get()), events,
                         [this](std::uint32_t ready) { ready_to_read(ready); });
}

void Connection::lose(Trouble trouble) {
    const bool was_ready = ready();
    const auto alive = heard_;
    close();
    counts_.failures.add();
    state_ = State::waiting;
    const auto wait = backoff_.next();
    // The same again and again is told once.
    const bool fresh = std::exchange(last_why_, trouble.why) != trouble.why;
    host_.log(fresh ? ROOMD_LOG_WARNING : ROOMD_LOG_DEBUG,
              was_ready ? "database connection lost" : "no connection to the database",
              {{"for", title_},
               {"where", where()},
               {"why", trouble.why},
               {"hint", trouble.hint},
               {"again_in", shown_seconds(wait)}});
    if (!ending_) retry_ = host_.after(ms(wait), [this] { open(); });
    owner_.on_lost(trouble, alive);
}

void Connection::close() noexcept {
    if (ready()) counts_.connected.add(-1);
    resolver_.give_up();
    watch_.reset();
    alarm_.reset();
    quiet_.reset();
    retry_.reset();
    interest_ = 0;
    queries_.clear();
    asked_ = waiting_ = false;
    answer_ = Result();
    row_ = Result();
    notification_.reset();
    refused_.reset();
    unreadable_.reset();
    raw_.reset();
    state_ = State::closed;
}

bool Connection::is_process(std::int64_t pid) const noexcept {
    return raw_ != nullptr && PQbackendPID(raw_.get()) == pid;
}

std::string Connection::quoted(const std::string &name) const {
    const std::unique_ptr<char, void (*)(void *)> text(
        PQescapeIdentifier(raw_.get(), name.data(), name.size()), PQfreemem);
    if (text == nullptr) throw Failure(ROOMD_INVALID, "not a name in UTF-8: " + name);
    return text.get();
}

// A server that goes down says why in a notice, ahead of closing.
std::string Connection::said() const {
    if (!notice_.empty() && ready()) return notice_;
    return raw_ == nullptr ? std::string() : PQerrorMessage(raw_.get());
}

void Connection::note(void *me, const PGresult *result) noexcept {
    auto &self = *static_cast<Connection *>(me);
    const char *const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const std::string_view how = severity == nullptr ? "" : severity;
    // A notification that cannot be converted is an error where nothing was asked: the reason of
    // the end.
    const bool end = (how == "FATAL" || how == "PANIC") && self.notice_.empty();
    if (end || how == "ERROR") self.notice_ = PQresultErrorMessage(result);
}

} // namespace roomd::postgres
