#include "net/deadlines.hpp"

#include "loop/loop.hpp"

namespace roomd::net {

namespace {

constexpr base::Duration tick{50};
constexpr base::Duration moment{100}; // Wait::pace

} // namespace

Deadlines::Deadlines(loop::Loop &loop, const Options &options) :
    loop_(loop),
    options_(options),
    timer_(loop, [this] { on_time(); }) {}

base::Duration Deadlines::length(Wait wait) const noexcept {
    switch (wait) {
    case Wait::head:
    case Wait::preface: return options_.header_deadline;
    case Wait::body:
    case Wait::answer: return options_.body_deadline;
    case Wait::idle: return options_.keep_alive;
    case Wait::farewell: return options_.farewell;
    case Wait::pace: return moment;
    case Wait::nothing: break;
    }
    return {};
}

void Deadlines::put(Waiter &waiter, Wait wait) {
    drop(waiter);
    if (wait == Wait::nothing) return;
    List &list = lists_[static_cast<std::size_t>(wait)];
    waiter.wait_ = wait;
    waiter.due_ = loop_.now() + length(wait);
    waiter.before_ = list.tail;
    (list.tail != nullptr ? list.tail->after_ : list.head) = &waiter;
    list.tail = &waiter;
    ++list.size;
    if (timing_) return;
    timing_ = true;
    timer_.after(tick);
}

void Deadlines::drop(Waiter &waiter) noexcept {
    if (waiter.wait_ == Wait::nothing) return;
    List &list = lists_[static_cast<std::size_t>(waiter.wait_)];
    (waiter.before_ != nullptr ? waiter.before_->after_ : list.head) = waiter.after_;
    (waiter.after_ != nullptr ? waiter.after_->before_ : list.tail) = waiter.before_;
    waiter.before_ = waiter.after_ = nullptr;
    waiter.wait_ = Wait::nothing;
    --list.size;
}

Waiter *Deadlines::first(Wait wait) const noexcept {
    return lists_[static_cast<std::size_t>(wait)].head;
}

void Deadlines::on_time() {
    timing_ = false;
    const base::Time now = loop_.now();
    bool waiting = false;
    for (const Wait wait : {Wait::head, Wait::body, Wait::answer, Wait::idle, Wait::farewell,
                            Wait::preface, Wait::pace}) {
        Waiter *waiter = first(wait);
        for (; waiter != nullptr && waiter->due_ <= now; waiter = first(wait)) {
            drop(*waiter);
            waiter->expired(wait);
        }
        waiting = waiting || waiter != nullptr;
    }
    if (!waiting || timing_) return;
    timing_ = true;
    timer_.after(tick);
}

} // namespace roomd::net
