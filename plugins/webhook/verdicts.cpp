#include "webhook/verdicts.hpp"

#include "base/clock.hpp"
#include "webhook/texts.hpp"
#include "json/json.hpp"

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

bool has_token(std::string_view auth) {
    const std::string_view token = auth.empty() ? auth : json::member(auth, "token");
    return !token.empty() && json::kind(token) == json::Kind::string && token != R"("")";
}

} // namespace

std::string cache_key(const Connect &who, std::string_view origin) {
    if (who.identity.empty() && !has_token(who.auth)) return {};
    return Cache::key(
        {"connect", who.nsp, who.listener, origin, who.identity, who.auth, query_of(who.query)});
}

std::string cache_key(const Join &who) {
    if (who.identity.empty()) return {};
    return Cache::key({"join", who.nsp, who.room, who.identity});
}

Milliseconds hold_of(Milliseconds hold, std::int64_t token_ends_ms, std::int64_t expires_ms,
                     std::int64_t now_ms) noexcept {
    for (const std::int64_t end : {token_ends_ms, expires_ms})
        if (end != 0) hold = std::min(hold, Milliseconds(end - now_ms));
    return std::max(hold, Milliseconds(0));
}

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
    decide(
        {"connect", who.client, who.identity, asked_connect(who, origin), cache_key(who, origin)},
        verdict);
}

void Verdicts::decide(const Join &who, Verdict &verdict) {
    decide({"join", who.client, who.identity, asked_join(who), cache_key(who)}, verdict);
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
    const Milliseconds hold = hold_of(hold_, token_ends, decision.expires_ms, base::unix_ms());
    // A reload may have come between: the answer is one of another backend.
    if (hold.count() == 0 || since != applied_) return;
    cache_.put(key, decision, Time::clock::now() + hold);
}

} // namespace roomd::webhook
