#pragma once

namespace roomd::postgres {

// What the loop of the outbox does next: one thing at a time, the sequencer before the reader, and
// a rest when there is neither.
class Agenda {
public:
    enum class Step { nothing, sequence, read, rest };

    // It has a connection and a place in the log.
    void run() noexcept { running_ = true; }
    // The connection is gone, and with it what was asked.
    void stop() noexcept { *this = Agenda(); }
    bool running() const noexcept { return running_; }

    // A query was sent, and was answered: no other step is taken in between.
    void asked() noexcept { open_ = true; }
    void answered() noexcept { open_ = false; }

    void want_sequence() noexcept { sequence_ = true; }
    void want_read(bool wanted = true) noexcept { read_ = wanted; }
    bool wants_read() const noexcept { return read_; }

    // The step that is due now; a wish is used up by it.
    Step next() noexcept {
        if (!running_ || open_) return Step::nothing;
        if (take(sequence_)) return Step::sequence;
        return take(read_) ? Step::read : Step::rest;
    }

private:
    static bool take(bool &wish) noexcept {
        const bool had = wish;
        wish = false;
        return had;
    }

    bool running_ = false, open_ = false;
    bool sequence_ = false, read_ = false;
};

} // namespace roomd::postgres
