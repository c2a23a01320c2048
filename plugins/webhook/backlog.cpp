#include "webhook/backlog.hpp"

#include "webhook/answers.hpp"
#include "webhook/batch.hpp"

#include <algorithm>
#include <utility>

namespace roomd::webhook {
namespace {

constexpr Milliseconds longest_database_pause{5000};

} // namespace

Backlog::Backlog(Host &host, const Counts &counts, Standing &standing, std::string node,
                 std::string reader, Ways ways, Backoff backoff) :
    host_(host),
    counts_(counts),
    standing_(standing),
    node_(std::move(node)),
    reader_(std::move(reader)),
    ways_(std::move(ways)),
    backoff_(backoff),
    database_backoff_(backoff) {
    database_backoff_.set_most(longest_database_pause);
}

void Backlog::apply(unsigned refusals, Milliseconds retry_most) {
    rows_.set_refusals(refusals);
    backoff_.set_most(retry_most);
}

// ---- the database

roomd_status Backlog::spool(const Spool &what) {
    return host_.spool(what, [this, to = what.raw().what](const Spooled &said) {
        {
            const std::lock_guard lock(mutex_);
            answers_.push_back({to, said.status, said.id, said.others, std::string(said.text),
                                std::string(said.code), std::string(said.why)});
        }
        ways_.wake();
    });
}

void Backlog::put(std::string batch) {
    putting_ = std::move(batch);
    const roomd_status status = spool(Spool::put(node_, putting_));
    if (status != ROOMD_OK)
        hear({ROOMD_SPOOL_PUT, status, 0, false, {}, {}, name(status)}, Time::clock::now());
}

void Backlog::ask(Time now) {
    const auto question = rows_.ask(now);
    if (!question) return;
    const bool replaces = question->what == Rows::Question::What::replace;
    Spool what = replaces ? Spool::replace(node_, question->id, question->text)
                          : Spool::next(node_, reader_, question->id);
    if (question->take) what.take();
    const roomd_status status = spool(what);
    if (status != ROOMD_OK) hear({what.raw().what, status, 0, false, {}, {}, name(status)}, now);
}

void Backlog::hear(Answer answer, Time now) {
    note(answer, now);
    if (answer.to == ROOMD_SPOOL_PUT) return heard_put(answer, now);
    if (answer.status != ROOMD_OK) return rows_.unanswered(now + database_backoff_.next());
    database_backoff_.reset();
    if (answer.to == ROOMD_SPOOL_REPLACE) return rows_.replaced(answer.id != 0);
    rows_.given(answer.id, std::move(answer.text), answer.others, now);
    if (rows_.others() && !told_others_)
        host_.warning("another daemon of this node's name sends what this one keeps",
                      {{"node", node_}});
    told_others_ = rows_.others();
}

void Backlog::heard_put(const Answer &answer, Time now) {
    switch (answer.status) {
    case ROOMD_OK:
        database_backoff_.reset();
        rows_.put(answer.id, putting_);
        return ways_.kept(Kept::yes, now);
    case ROOMD_INVALID:
    case ROOMD_TOO_BIG:
        host_.error("a batch cannot be kept: it is dropped", {{"why", answer.why}});
        return ways_.kept(Kept::never, now);
    default:
        if (answer.status == ROOMD_EXPIRED) rows_.put_perhaps();
        return ways_.kept(Kept::later, now + database_backoff_.next());
    }
}

void Backlog::note(const Answer &answer, Time now) {
    cut_off_ = answer.status == ROOMD_UNSUPPORTED;
    // The answer to one put, or to one question, says nothing of the other.
    const bool put = answer.to == ROOMD_SPOOL_PUT;
    const auto *const kind = put ? "lifecycle" : "lifecycle rows";
    if (answer.status == ROOMD_OK) return standing_.good(kind);
    if (ending_ || answer.status == ROOMD_STOPPING) return;
    if (put && (answer.status == ROOMD_INVALID || answer.status == ROOMD_TOO_BIG)) return;
    // These stay until somebody does something.
    const bool lasts = cut_off_ || answer.code == "spool_full";
    if (lasts ? standing_.stuck(kind, answer.why, now) : standing_.bad(kind, answer.why, now))
        host_.warning("what happens is not kept in the database",
                      {{"code", answer.code}, {"why", answer.why}});
}

// ---- the backend

void Backlog::step(Time now) {
    std::vector<Answer> answers;
    {
        const std::lock_guard lock(mutex_);
        answers = std::exchange(answers_, {});
    }
    for (Answer &answer : answers)
        hear(std::move(answer), now);
    if (ending_) return;
    ask(now);
    if (const std::string *const body = rows_.begin(now))
        ways_.post(*body, [this](const Reply &reply) { posted(reply); });
}

void Backlog::posted(const Reply &reply) {
    if (reply.status >= 200 && reply.status < 300) {
        backoff_.reset();
        counts_.sent.add(static_cast<double>(entries_of(rows_.body())));
        rows_.accepted();
        if (ending_) host_.spool(Spool::next(node_, reader_, rows_.done()));
        return;
    }
    counts_.failed.add();
    const Time again =
        Time::clock::now() + std::max(backoff_.next(), Milliseconds(reply.retry_after));
    if (!is_refusal(reply.status)) return rows_.failed(again);
    const auto dropped = rows_.refused(reply.status, again);
    if (!dropped) return;
    counts_.dropped.add(static_cast<double>(*dropped));
    host_.error("the backend refuses a batch: it is dropped",
                {{"status", std::to_string(reply.status)}, {"entries", std::to_string(*dropped)}});
}

// ---- the end

void Backlog::end() {
    ending_ = true;
    if (rows_.done() != 0) host_.spool(Spool::next(node_, reader_, rows_.done()));
}

bool Backlog::put_last(const std::string &batch) const {
    return host_.spool(Spool::put(node_, batch)) == ROOMD_OK;
}

} // namespace roomd::webhook
