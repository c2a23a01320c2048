#include "webhook/rows.hpp"

#include "webhook/batch.hpp"

#include <algorithm>
#include <utility>

namespace roomd::webhook {

std::optional<Rows::Question> Rows::ask(Time now) {
    if (asking_ || now < ask_again_) return {};
    Question question;
    if (row_ && row_->gap) {
        question.what = Question::What::replace;
        question.id = row_->id;
        question.text = *row_->gap;
    } else if (done_ != 0) {
        question.id = done_;
    } else if (now >= look_at_ || wants_to_ask()) {
        question.take = take_;
    } else {
        return {};
    }
    asking_ = std::move(question);
    return asking_;
}

void Rows::given(std::uint64_t id, std::string body, bool others, Time now) {
    const std::uint64_t removed = asking_->id;
    asking_.reset();
    ask_again_ = {};
    take_ = false;
    others_ = others;
    if (removed == 0)
        look_at_ = now + look_every;
    else
        done_ = 0;
    // Somebody else sends it now.
    if (others_ && row_ && !posting_) row_.reset();
    // What was in hand, or was taken meanwhile, is the oldest until it is removed.
    if (row_ || (id != 0 && id == done_)) return;
    more_ = id != 0;
    if (id == 0) return;
    row_ = Row{id, std::move(body), 0, {}};
    again_ = {};
}

void Rows::replaced(bool is_there) {
    asking_.reset();
    ask_again_ = {};
    if (is_there) {
        row_->body = *std::exchange(row_->gap, {});
        row_->refusals = 0;
    } else {
        row_.reset();
        more_ = true;
    }
}

void Rows::unanswered(Time again) {
    asking_.reset();
    ask_again_ = again;
}

// Where nothing else is to be sent before, it need not be asked for.
void Rows::put(std::uint64_t id, const std::string &body) {
    if (others_) return;
    if (!empty()) {
        more_ = true;
        return;
    }
    row_ = Row{id, body, 0, {}};
    again_ = {};
}

const std::string *Rows::begin(Time now) {
    if (!row_ || posting_ || row_->gap || now < again_) return nullptr;
    posting_ = true;
    return &row_->body;
}

void Rows::accepted() {
    posting_ = false;
    done_ = row_->id;
    row_.reset();
}

void Rows::failed(Time again) {
    posting_ = false;
    again_ = again;
}

std::optional<std::size_t> Rows::refused(int status, Time again) {
    failed(again);
    if (++row_->refusals < refusals_) return {};
    const std::size_t entries = entries_of(row_->body);
    row_->gap = gap_in_place_of(row_->body, status);
    if (row_->gap) return entries;
    done_ = row_->id; // it refuses the gap, too
    row_.reset();
    return 0;
}

std::optional<Time> Rows::next() const {
    std::optional<Time> out;
    if (!asking_) out = std::max(ask_again_, wants_to_ask() ? Time{} : look_at_);
    if (row_ && !posting_ && !row_->gap) out = out ? std::min(*out, again_) : again_;
    return out;
}

} // namespace roomd::webhook
