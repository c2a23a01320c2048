#include "webhook/sender.hpp"

#include "base/clock.hpp"
#include "base/random.hpp"
#include "webhook/answers.hpp"
#include "webhook/texts.hpp"

#include <algorithm>
#include <chrono>
#include <climits>
#include <unistd.h>
#include <utility>

namespace roomd::webhook {
namespace {

using std::chrono::seconds;

constexpr Milliseconds first_pause{250};
constexpr Milliseconds longest_wait{60000};
constexpr std::size_t batch_answer = 64 << 10; // bytes of it; nobody reads them
constexpr seconds overflow_told_every{60};

std::uint32_t seed() {
    std::uint32_t out = 0;
    base::random_bytes(&out, sizeof out);
    return out;
}

std::string node_of(const Settings &settings) {
    if (!settings.node.empty()) return settings.node;
    char name[HOST_NAME_MAX + 1] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

std::string reason(const Reply &reply) {
    if (reply.status == 0) return reply.why;
    std::string status = "HTTP " + std::to_string(reply.status);
    return reply.status >= 200 && reply.status < 300 ? status + " and no answer" : status;
}

} // namespace

Sender::Sender(Host &host, const Counts &counts, const Settings &settings) :
    host_(host),
    counts_(counts),
    node_(node_of(settings)),
    line_(base::random_id(), node_, settings.line),
    backoff_(first_pause, settings.retry_most, seed()),
    acks_(courier_, envelope_,
          [this](const Reply &reply, Time::duration took) {
              ended("acks", reply, ack_of(reply).has_value(), took);
          }),
    verdicts_(courier_, envelope_,
              [this](const Reply &reply, Time::duration took) {
                  ended("verdicts", reply, decision_of(reply).has_value(), took);
              }),
    backlog_(host_, counts_, standing_, node_, line_.epoch(),
             {[this](std::string body, Courier::Done done) {
                  post_batch(std::move(body), std::move(done));
              },
              [this](Backlog::Kept kept, Time again) { batch_kept(kept, again); },
              [this] { courier_.wake(); }},
             Backoff(first_pause, settings.retry_most, seed())) {
    apply(settings);
    tell(started(base::unix_ms()));
    thread_ = std::thread([this]() noexcept { run(); });
}

Sender::~Sender() {
    tell(stopped(base::unix_ms()));
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    courier_.wake();
    thread_.join();
}

void Sender::reload(const Settings &settings) {
    {
        const std::lock_guard lock(mutex_);
        fresh_ = settings;
        line_.set_bounds(settings.line);
    }
    courier_.wake();
}

void Sender::tell(const std::string &members) {
    const Time now = Time::clock::now();
    bool wake = false;
    std::size_t dropped = 0;
    bool say = false;
    {
        const std::lock_guard lock(mutex_);
        const bool was_empty = line_.empty();
        dropped = line_.add(members, now);
        counts_.queue.set(static_cast<double>(line_.bytes()));
        wake = was_empty || (line_.full_batch() && !line_.under_way());
        say = dropped > 0 && now - told_overflow_ >= overflow_told_every;
        if (say) told_overflow_ = now;
    }
    if (dropped > 0) counts_.dropped.add(static_cast<double>(dropped));
    if (say) host_.warning("memory for the backend is full: the oldest entries are dropped");
    if (wake) courier_.wake();
}

std::string Sender::new_id() {
    return line_.epoch() + "-" + std::to_string(++last_id_);
}

void Sender::ask_ack(Ask ask) {
    put(&Questions::acks, std::move(ask));
}

void Sender::ask_verdict(Ask ask) {
    put(&Questions::verdicts, std::move(ask));
}

void Sender::put(std::vector<Ask> Questions::*list, Ask ask) {
    {
        const std::lock_guard lock(mutex_);
        (inbox_.*list).push_back(std::move(ask));
    }
    courier_.wake();
}

void Sender::apply(const Settings &settings) {
    // What fails there is no matter any more.
    if (settings.url != settings_.url) standing_.good("events");
    if (settings.acks.url != settings_.acks.url) standing_.good("acks");
    if (settings.verdicts.url != settings_.verdicts.url) standing_.good("verdicts");
    settings_ = settings;
    envelope_ = {settings.secrets, settings.ca};
    backoff_.set_most(settings.retry_most);
    acks_.apply(settings.acks);
    verdicts_.apply(settings.verdicts);
    if (settings.lifecycle && !keeping_) backlog_.begin();
    keeping_ = keeping_ || settings.lifecycle;
    backlog_.apply(settings.line.refusals, settings.retry_most);
}

void Sender::run() {
    std::optional<Time> end;
    for (;;) {
        Questions questions;
        std::optional<Settings> fresh;
        bool ending = false, sent_all = false;
        const Time now = Time::clock::now();
        {
            const std::lock_guard lock(mutex_);
            questions = std::exchange(inbox_, {});
            fresh = std::exchange(fresh_, {});
            ending = ending_;
            sent_all = (line_.empty() && !backlog_.under_way()) || settings_.url.empty();
            counts_.queue.set(static_cast<double>(line_.bytes()));
        }
        if (fresh) apply(*fresh);
        if (ending && !end) {
            end = now + settings_.flush;
            at_end_ = true;
            if (keeping_) backlog_.end();
        }
        for (Ask &ask : questions.acks)
            acks_.add(std::move(ask));
        for (Ask &ask : questions.verdicts)
            verdicts_.add(std::move(ask));
        acks_.step(now);
        verdicts_.step(now);
        if (end && ((sent_all && acks_.empty() && verdicts_.empty()) || now >= *end)) break;
        if (!settings_.url.empty()) send(now);
        tell_health();
        courier_.poll(wait(Time::clock::now(), end));
    }
    acks_.give_up();
    verdicts_.give_up();
    if (keeping_) keep_the_rest();
    if (!settings_.url.empty() && !line_.empty())
        host_.warning("the backend did not take all that was in line");
}

Milliseconds Sender::wait(Time now, std::optional<Time> end) const {
    Time until = now + longest_wait;
    const auto no_later = [&](std::optional<Time> time) {
        if (time && *time < until) until = *time;
    };
    no_later(end);
    no_later(acks_.next());
    no_later(verdicts_.next());
    {
        const std::lock_guard lock(mutex_);
        const bool waits = keeping_ && !settings_.lifecycle && !at_end_; // until nothing is there
        if (!settings_.url.empty() && !waits) no_later(line_.next());
    }
    if (!settings_.url.empty() && keeping_) no_later(backlog_.next());
    return std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(until - now));
}

// Rows that stand in the table go before what is newer.
void Sender::send(Time now) {
    if (keeping_) {
        backlog_.step(now);
        if (at_end_ && !backlog_.empty() && !backlog_.is_cut_off())
            return posting_ ? void() : keep_the_rest();
        if (settings_.lifecycle && !at_end_) return keep_batch(now);
        if (!at_end_ && !stops_keeping()) return;
    }
    send_batch(now, at_end_ ? Line::When::at_once : Line::When::in_time);
}

// False: not yet.
bool Sender::stops_keeping() {
    const bool gives_up = backlog_.is_cut_off() && !backlog_.is_busy();
    if (!backlog_.empty() && !gives_up) return false;
    {
        const std::lock_guard lock(mutex_);
        if (line_.under_way()) return false; // the last put is still to be answered
    }
    if (gives_up) host_.warning("what stands in roomd.lifecycle cannot be read, and stays there");
    keeping_ = false;
    standing_.good("lifecycle");
    standing_.good("lifecycle rows");
    return true;
}

void Sender::keep_batch(Time now) {
    std::string body;
    {
        const std::lock_guard lock(mutex_);
        const std::string *const batch = line_.begin(now, Line::When::in_time);
        if (batch == nullptr) return;
        body = *batch;
    }
    backlog_.put(std::move(body));
}

void Sender::batch_kept(Backlog::Kept kept, Time again) {
    std::size_t dropped = 0;
    {
        const std::lock_guard lock(mutex_);
        switch (kept) {
        case Backlog::Kept::yes: counts_.kept.add(static_cast<double>(line_.accepted())); break;
        case Backlog::Kept::later: line_.failed(again); break;
        case Backlog::Kept::never: dropped = line_.lost(again); break;
        }
    }
    if (dropped > 0) counts_.dropped.add(static_cast<double>(dropped));
}

// At the end: nobody is told any more whether they stand there.
void Sender::keep_the_rest() {
    const std::lock_guard lock(mutex_);
    if (line_.under_way()) line_.failed(Time{}); // perhaps the backend has it: it comes again
    while (const std::string *const batch = line_.begin(Time::max(), Line::When::at_once)) {
        if (!backlog_.put_last(*batch)) return line_.failed(Time::clock::now() + first_pause);
        counts_.kept.add(static_cast<double>(line_.accepted()));
    }
}

void Sender::send_batch(Time now, Line::When when) {
    std::string body;
    {
        const std::lock_guard lock(mutex_);
        const std::string *const batch = line_.begin(now, when);
        if (batch == nullptr) return;
        body = *batch;
    }
    posting_ = true;
    post_batch(std::move(body), [this](const Reply &reply) { batch_ended(reply); });
}

void Sender::post_batch(std::string body, Courier::Done done) {
    const Time began = Time::clock::now();
    courier_.post(envelope_.seal(settings_.url, std::move(body), settings_.timeout, batch_answer),
                  [this, began, done = std::move(done)](const Reply &reply) {
                      const bool good = reply.status >= 200 && reply.status < 300;
                      ended("events", reply, good, Time::clock::now() - began);
                      done(reply);
                  });
}

void Sender::batch_ended(const Reply &reply) {
    posting_ = false;
    if (reply.status >= 200 && reply.status < 300) {
        backoff_.reset();
        const std::lock_guard lock(mutex_);
        counts_.sent.add(static_cast<double>(line_.accepted()));
        return;
    }
    counts_.failed.add();
    const Time again =
        Time::clock::now() + std::max(backoff_.next(), Milliseconds(reply.retry_after));
    std::size_t dropped = 0;
    {
        const std::lock_guard lock(mutex_);
        if (is_refusal(reply.status))
            dropped = line_.refused(reply.status, again);
        else
            line_.failed(again);
    }
    if (dropped == 0) return;
    counts_.dropped.add(static_cast<double>(dropped));
    host_.error("the backend refuses a batch: it is dropped",
                {{"status", std::to_string(reply.status)}, {"entries", std::to_string(dropped)}});
}

void Sender::ended(std::string_view kind, const Reply &reply, bool good, Time::duration took) {
    counts_.posts.add();
    counts_.seconds.add(std::chrono::duration<double>(took).count());
    if (good) return standing_.good(kind);
    const std::string why = reason(reply);
    if (standing_.bad(kind, why, Time::clock::now()))
        host_.warning("the backend fails", {{"asked_for", kind}, {"why", why}});
}

void Sender::tell_health() {
    std::string why = standing_.degraded(settings_.away);
    if (why == told_why_) return;
    host_.health(why.empty() ? ROOMD_UP : ROOMD_DEGRADED, why);
    told_why_ = std::move(why);
}

} // namespace roomd::webhook
