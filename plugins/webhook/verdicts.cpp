#include "webhook/verdicts.hpp"

#include "base/clock.hpp"
#include "webhook/texts.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace roomd::webhook {
namespace {

void settle(Verdict &ticket, const Decision &decision) {
    const roomd_status status = decision.allow
                                    ? ticket.accept(decision.identity, decision.expires_ms)
                                    : ticket.refuse(decision.message, decision.data);
    if (status != ROOMD_INVALID && status != ROOMD_TOO_BIG) return;
    // What the host does not take, such as an identity that is nested too deep.
    const Decision no = undecided();
    ticket.refuse(no.message, no.data);
}

} // namespace

Verdicts::Verdicts(Sender &sender, const Counts &counts, const Settings &settings) :
    sender_(sender),
    counts_(counts),
    cache_(settings.cache_entries) {
    apply(settings);
}

void Verdicts::apply(const Settings &settings) {
    timeout_ = settings.verdicts.timeout;
    const std::lock_guard lock(mutex_);
    hold_ = settings.cache;
    cache_.clear();
    cache_.set_most(settings.cache_entries);
    ++applied_;
}

void Verdicts::decide(const Connect &who, std::string_view origin, Verdict &verdict) {
    Case one{"connect", who.client, who.identity, asked_connect(who, origin), {}};
    // Without a token or the like one stranger is not the other.
    if (!who.identity.empty() || !who.auth.empty())
        one.key = Cache::key({"connect", who.nsp, origin, who.identity, who.auth, who.query});
    decide(one, verdict);
}

void Verdicts::decide(const Join &who, Verdict &verdict) {
    Case one{"join", who.client, who.identity, asked_join(who), {}};
    if (!who.identity.empty())
        one.key = Cache::key({"join", who.nsp, who.room, origin_of(who.data), who.identity});
    decide(one, verdict);
}

void Verdicts::decide(const Case &one, Verdict &verdict) {
    counts_.verdicts.add();
    std::optional<Decision> known;
    std::uint64_t since = 0;
    {
        const std::lock_guard lock(mutex_);
        const Decision *const found =
            one.key.empty() ? nullptr : cache_.find(one.key, Time::clock::now());
        if (found != nullptr) known = *found;
        since = applied_;
    }
    if (known) {
        counts_.cache_hits.add();
        return settle(verdict, *known);
    }
    Ask ask;
    ask.client = one.client;
    ask.deadline = Time::clock::now() + timeout_;
    ask.body = question({one.kind, sender_.new_id(), one.members});
    ask.done = [this, since, key = one.key, ends = expiry_of(one.identity),
                ticket = std::make_shared<Verdict>(std::move(verdict))](const Reply *reply) {
        const auto decision = reply != nullptr ? decision_of(*reply) : std::nullopt;
        if (!decision) counts_.verdicts_unavailable.add();
        if (decision && !key.empty()) keep(key, *decision, ends, since);
        settle(*ticket, decision ? *decision : undecided());
    };
    sender_.ask_verdict(std::move(ask));
}

void Verdicts::keep(const std::string &key, const Decision &decision, std::int64_t token_ends,
                    std::uint64_t since) {
    const std::lock_guard lock(mutex_);
    Milliseconds hold = hold_;
    for (const std::int64_t end : {token_ends, decision.expires_ms})
        if (end != 0) hold = std::min(hold, Milliseconds(end - base::unix_ms()));
    // A reload may have come between: the answer is one of another backend.
    if (hold.count() <= 0 || since != applied_) return;
    cache_.put(key, decision, Time::clock::now() + hold);
}

} // namespace roomd::webhook
