#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace roomd::session {

// Frames in line for one session, in order.  Four words when empty or of one frame; a list is
// allocated for the second and given back when it has grown and run empty.
class Outbox {
public:
    // Bytes that one frame in line takes of the list, about: a list grows by doubling.
    static constexpr std::size_t place = 2 * sizeof(base::FrameRef);

    void push(base::FrameRef frame);
    void pop(std::size_t count) noexcept; // the first `count`
    void clear() noexcept;
    // Of the first frame's payload so much more is sent; the frame stays until it is popped.
    void take(std::size_t bytes) noexcept {
        sent_ += bytes;
        bytes_ -= bytes;
    }
    std::size_t sent() const noexcept { return sent_; }

    bool empty() const noexcept { return count() == 0; }
    std::size_t count() const noexcept {
        return list_ ? list_->frames.size() - list_->head : (one_ ? 1u : 0u);
    }
    std::size_t bytes() const noexcept { return bytes_; } // of wire(), not yet sent
    const base::FrameRef &operator[](std::size_t i) const noexcept;

private:
    struct List {
        std::vector<base::FrameRef> frames;
        std::size_t head = 0; // the frames before it are gone
    };
    base::FrameRef one_;         // the only frame, while there is no list
    std::unique_ptr<List> list_; // owner of all when set
    std::size_t bytes_ = 0;
    std::size_t sent_ = 0; // of the first frame's payload
};

} // namespace roomd::session
