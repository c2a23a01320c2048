#include "webhook/line.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace roomd::webhook {

Line::Line(std::string epoch, std::string node, const Bounds &bounds) :
    epoch_(std::move(epoch)),
    node_(std::move(node)),
    bounds_(bounds) {}

void Line::set_bounds(const Bounds &bounds) {
    bounds_ = bounds;
}

std::size_t Line::cost(const Entry &entry) noexcept {
    return sizeof entry + entry.text.size();
}

std::size_t Line::add(const std::string &members, Time now) {
    Entry entry{++last_, now, {}};
    entry.text = "{\"n\":" + std::to_string(entry.number) + "," + members + "}";
    bytes_ += cost(entry);
    waiting_.push_back(std::move(entry));
    std::size_t dropped = 0;
    for (; bytes_ > bounds_.bytes && !waiting_.empty(); ++dropped)
        drop_oldest();
    return dropped;
}

void Line::drop_oldest() {
    const Entry &oldest = waiting_.front();
    widen_gap(oldest.number, oldest.number, oldest.since);
    gap_->overflow = true;
    bytes_ -= cost(oldest);
    waiting_.pop_front();
}

void Line::widen_gap(std::uint64_t from, std::uint64_t to, Time now) {
    if (!gap_) {
        gap_ = Missing{{from, to, false, 0}, now};
        return;
    }
    gap_->from = std::min(gap_->from, from);
    gap_->to = std::max(gap_->to, to);
}

const std::string *Line::begin(Time now, When when) {
    if (under_way_) return nullptr;
    const auto time = next();
    if (!time) return nullptr;
    // A batch that failed waits for its next try also when it is told to hurry.
    if (*time > now && (batch_ || when == When::in_time)) return nullptr;
    if (!batch_) make_batch();
    under_way_ = true;
    return &batch_->text;
}

std::optional<Time> Line::next() const {
    if (under_way_) return {};
    if (batch_) return again_;
    if (full_batch()) return Time{};
    if (!has_waiting()) return {};
    return (gap_ ? gap_->since : waiting_.front().since) + bounds_.wait;
}

void Line::make_batch() {
    Batch batch{batch_head(epoch_, node_), 0, 0, 0};
    if (gap_) {
        batch.first = gap_->from;
        batch.last = gap_->to;
        batch.text += gap_entry(*gap_);
        gap_.reset();
    }
    // What is under way is never dropped: it must leave room for what is new.
    const std::size_t most = std::min(bounds_.batch_bytes, bounds_.bytes / 4);
    while (!waiting_.empty() && batch.entries < bounds_.batch_events && batch.text.size() < most) {
        const Entry &entry = waiting_.front();
        if (batch.text.back() == '}') batch.text += ",";
        batch.text += entry.text;
        bytes_ -= cost(entry);
        if (batch.first == 0) batch.first = entry.number;
        batch.last = entry.number;
        ++batch.entries;
        waiting_.pop_front();
    }
    batch.text += batch_end;
    bytes_ += batch.text.size();
    batch_ = std::move(batch);
}

std::size_t Line::accepted() {
    assert(under_way_);
    under_way_ = false;
    bytes_ -= batch_->text.size();
    const std::size_t entries = batch_->entries;
    batch_.reset();
    return entries;
}

void Line::failed(Time again) {
    assert(under_way_);
    under_way_ = false;
    again_ = again;
}

std::size_t Line::refused(int status, Time again) {
    failed(again);
    if (++batch_->refusals < bounds_.refusals) return 0;
    // Told with the next batch, and not before it is time for that.
    const std::size_t entries = drop_batch(again - bounds_.wait);
    gap_->refused = status;
    return entries;
}

std::size_t Line::lost(Time now) {
    assert(under_way_);
    under_way_ = false;
    return drop_batch(now);
}

std::size_t Line::drop_batch(Time now) {
    const std::size_t entries = batch_->entries;
    bytes_ -= batch_->text.size();
    widen_gap(batch_->first, batch_->last, now);
    gap_->since = now;
    batch_.reset();
    return entries;
}

} // namespace roomd::webhook
