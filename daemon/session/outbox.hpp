#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace roomd::session {

// Frames queued for one session, in order.  Three words while there is at most one frame; the
// second one allocates a list, which is freed when it has grown large and run empty.
class Outbox {
public:
    // About how many bytes of the list a queued frame takes: the list grows by doubling.
    static constexpr std::size_t place = 2 * sizeof(base::FrameRef);

    void push(base::FrameRef frame);
    void pop(std::size_t count) noexcept; // the first `count`
    void clear() noexcept;
    // The first `count` in a row.  Valid until the outbox is changed.
    std::span<const base::FrameRef> first(std::size_t count) const noexcept;

    bool empty() const noexcept { return count() == 0; }
    std::size_t count() const noexcept {
        return list_ ? list_->frames.size() - list_->head : (one_ ? 1u : 0u);
    }
    std::size_t bytes() const noexcept { return bytes_; } // of wire()
    const base::FrameRef &operator[](std::size_t i) const noexcept;

private:
    struct List {
        std::vector<base::FrameRef> frames;
        std::size_t head = 0; // the frames before it are gone
    };
    base::FrameRef one_;         // the only frame, while there is no list
    std::unique_ptr<List> list_; // owner of all when set
    std::size_t bytes_ = 0;
};

} // namespace roomd::session
