#pragma once

#include "webhook/line.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace roomd::webhook {

// What stands in roomd.lifecycle, as far as it is known here: the row that goes to the backend now,
// and what to ask the database next.  One question and one POST at a time.
class Rows {
public:
    // How often it looks at all that is there: so that others see that this node is alive, and for
    // what those left that are not.
    static constexpr Milliseconds look_every{5000};

    struct Question {
        enum class What { next, replace } what = What::next;
        std::uint64_t id = 0; // next: to be removed first; 0: look at all
        bool take = false;    // next: the line is ours from now on
        std::string text;     // replace
    };

    void set_refusals(unsigned refusals) noexcept { refusals_ = refusals; }
    // Nobody has looked at what is there for a while.
    void begin_anew() noexcept {
        more_ = take_ = true;
        look_at_ = {};
    }

    // ---- the database
    // What to ask now; its answer is owed by one of the three below.
    std::optional<Question> ask(Time now);
    // The oldest row; id 0: there is none.  `others`: another daemon takes what is in this line.
    void given(std::uint64_t id, std::string body, bool others, Time now);
    void replaced(bool is_there);
    void unanswered(Time again);
    // A batch of our own stands there now, or perhaps.
    void put(std::uint64_t id, const std::string &body);
    void put_perhaps() noexcept { more_ = true; }

    // ---- the backend
    // The row to send now, or null: there is none, it is not time yet, or it is under way.  Valid
    // until one of the three below.
    const std::string *begin(Time now);
    void accepted();
    void failed(Time again);
    const std::string &body() const { return row_->body; } // while it is under way
    // How many entries are dropped now; none: the row is tried again.
    std::optional<std::size_t> refused(int status, Time again);

    bool under_way() const noexcept { return posting_; }
    bool is_busy() const noexcept { return posting_ || asking_; }
    // Nothing is there, and that is known.
    bool empty() const noexcept { return !row_ && !more_ && done_ == 0 && !asking_; }
    bool others() const noexcept { return others_; }
    // The row that is still to be removed; 0: none.  For the end, when nothing can be asked.
    std::uint64_t done() const noexcept { return done_; }
    // When ask() or begin() may give something.
    std::optional<Time> next() const;

private:
    struct Row {
        std::uint64_t id;
        std::string body;
        unsigned refusals = 0;
        std::optional<std::string> gap; // is to stand in its place
    };
    bool wants_to_ask() const noexcept {
        return done_ != 0 || (row_ ? row_->gap.has_value() : more_);
    }

    unsigned refusals_ = 5;
    std::optional<Row> row_; // the one in hand
    bool posting_ = false;   // it is under way
    Time again_{};           // of it
    std::optional<Question> asking_;
    Time ask_again_{}, look_at_{};
    std::uint64_t done_ = 0;
    bool more_ = true; // there may be rows that are not known
    bool take_ = true, others_ = false;
};

} // namespace roomd::webhook
