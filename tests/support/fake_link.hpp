#pragma once

#include "session/link.hpp"
#include "session/outbox.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace roomd::test {

// A transport that remembers what it was given.  As a GET it is spent by its first flush.  A call
// on one that has ended fails the test: of a real one the memory would be gone.
class FakeLink final : public session::Link {
public:
    explicit FakeLink(session::Transport transport) : transport_(transport) {}

    session::Transport transport() const noexcept override { return transport_; }

    session::Flushed flush(session::Outbox &box) noexcept override {
        must_live();
        const session::Flushed flushed = take(box);
        ended_ = session::ends_link(flushed);
        return flushed;
    }

    void close(session::Goodbye goodbye) noexcept override {
        must_live();
        ended_ = true;
        ++closes;
        closed = goodbye;
    }

    std::size_t unsent() const noexcept override {
        must_live();
        return keeps;
    }

    std::size_t memory() const noexcept override {
        must_live();
        return keeps;
    }

    bool ended() const noexcept { return ended_; }

    std::vector<std::string> got;           // payloads, in order
    std::optional<session::Goodbye> closed; // how, when it was closed
    int flushes = 0, closes = 0;
    bool blocks = false, fails = false; // what the next flush says
    std::size_t takes = SIZE_MAX;       // frames per flush
    std::size_t keeps = 0;              // bytes it says it keeps
    std::function<void()> on_flush;

private:
    session::Flushed take(session::Outbox &box) {
        ++flushes;
        if (on_flush) on_flush();
        if (fails) return session::Flushed::failed;
        const std::size_t count = takes < box.count() ? takes : box.count();
        for (std::size_t i = 0; i < count; ++i)
            got.emplace_back(box[i]->is_binary() ? "b:" + std::string(box[i]->payload())
                                                 : std::string(box[i]->payload()));
        box.pop(count);
        if (transport_ == session::Transport::polling) return session::Flushed::spent;
        return blocks ? session::Flushed::blocked : session::Flushed::open;
    }

    void must_live() const noexcept {
        if (ended_) FAIL_CHECK("a link that has ended is called");
    }

    session::Transport transport_;
    bool ended_ = false;
};

} // namespace roomd::test
