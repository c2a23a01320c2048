#include "webhook/asks.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace roomd::webhook {
namespace {

constexpr Milliseconds longest_pause{1000};
// step() ends what is too late, and libcurl never just before it.
constexpr Milliseconds after_deadline{1000};

// Whether the backend has done nothing about it, so that it may be asked once more.
bool may_repeat(const Reply &reply) {
    return reply.unsent || reply.status == 429 || reply.status == 503;
}

} // namespace

Asks::Asks(Courier &courier, const Envelope &envelope, Ended ended) :
    courier_(courier),
    envelope_(envelope),
    ended_(std::move(ended)) {}

void Asks::apply(const Asking &asking) {
    asking_ = asking;
    lanes_.set_bounds(asking.bounds);
}

void Asks::add(Ask ask) {
    const std::uint64_t number = ++last_;
    if (!lanes_.add(number, ask.client, ask.deadline, ask.body.size())) return ask.done(nullptr);
    asks_.emplace(number, Asked{std::move(ask)});
}

void Asks::step(Time now) {
    for (const std::uint64_t number : lanes_.expired(now)) {
        const Asked &asked = asks_.at(number);
        if (asked.post != 0) {
            Reply late;
            late.why = "no answer in time";
            ended_(late, now - asked.began);
        }
        end(number, nullptr);
    }
    while (!again_.empty() && again_.begin()->first <= now) {
        const std::uint64_t number = again_.begin()->second;
        again_.erase(again_.begin());
        if (asks_.count(number) != 0) post(number, now);
    }
    while (const auto number = lanes_.next())
        post(*number, now);
}

void Asks::post(std::uint64_t number, Time now) {
    Asked &asked = asks_.at(number);
    const auto left = std::chrono::ceil<Milliseconds>(asked.ask.deadline - now) + after_deadline;
    asked.began = now;
    asked.post =
        courier_.post(envelope_.seal(asking_.url, asked.ask.body, left, asking_.answer),
                      [this, number, now](const Reply &reply) { answered(number, reply, now); });
}

void Asks::answered(std::uint64_t number, const Reply &reply, Time began) {
    Asked &asked = asks_.at(number);
    asked.post = 0;
    const Time now = Time::clock::now();
    ended_(reply, now - began);
    const Milliseconds pause = std::max(asked.pause, Milliseconds(reply.retry_after));
    if (may_repeat(reply) && now + pause < asked.ask.deadline) {
        asked.pause = std::min(asked.pause * 2, longest_pause);
        again_.emplace(now + pause, number);
        return;
    }
    lanes_.ended(number);
    end(number, &reply);
}

void Asks::end(std::uint64_t number, const Reply *reply) {
    const auto found = asks_.find(number);
    if (found->second.post != 0) courier_.cancel(found->second.post);
    const Ask ask = std::move(found->second.ask);
    asks_.erase(found);
    ask.done(reply);
}

void Asks::give_up() {
    while (!asks_.empty()) {
        const std::uint64_t number = asks_.begin()->first;
        lanes_.ended(number);
        end(number, nullptr);
    }
}

std::optional<Time> Asks::next() const {
    auto out = lanes_.next_deadline();
    if (!again_.empty() && (!out || again_.begin()->first < *out)) out = again_.begin()->first;
    return out;
}

} // namespace roomd::webhook
