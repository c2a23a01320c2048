#include "session/outbox.hpp"

#include <cassert>
#include <utility>

namespace roomd::session {

namespace {

// A burst of a few frames per flush is normal for a client in a busy room: a list of that size
// stays allocated, a larger one is freed.
constexpr std::size_t first_capacity = 4;
constexpr std::size_t lasting_capacity = 16;

} // namespace

void Outbox::push(base::FrameRef frame) {
    assert(frame);
    bytes_ += frame->size();
    if (!list_ && !one_) {
        one_ = std::move(frame);
        return;
    }
    if (!list_) {
        list_ = std::make_unique<List>();
        list_->frames.reserve(first_capacity);
        list_->frames.push_back(std::move(one_));
    }
    list_->frames.push_back(std::move(frame));
}

void Outbox::pop(std::size_t count) noexcept {
    assert(count <= this->count());
    if (count == 0) return;
    if (!list_) {
        bytes_ = 0;
        one_ = {};
        return;
    }
    std::vector<base::FrameRef> &frames = list_->frames;
    for (; count > 0; --count) {
        base::FrameRef &frame = frames[list_->head++];
        bytes_ -= frame->size();
        frame = {};
    }
    if (list_->head == frames.size()) {
        clear();
    } else if (list_->head > frames.size() / 2) {
        frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(list_->head));
        list_->head = 0;
    }
}

void Outbox::clear() noexcept {
    bytes_ = 0;
    one_ = {};
    if (!list_) return;
    if (list_->frames.capacity() > lasting_capacity) {
        list_.reset();
    } else {
        list_->frames.clear();
        list_->head = 0;
    }
}

const base::FrameRef &Outbox::operator[](std::size_t i) const noexcept {
    assert(i < count());
    return list_ ? list_->frames[list_->head + i] : one_;
}

std::span<const base::FrameRef> Outbox::first(std::size_t count) const noexcept {
    assert(count <= this->count());
    return list_ ? std::span(list_->frames).subspan(list_->head, count) : std::span(&one_, count);
}

} // namespace roomd::session
