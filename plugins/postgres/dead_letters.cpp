#include "postgres/dead_letters.hpp"

#include "postgres/doubt.hpp"
#include "postgres/trouble.hpp"

#include <algorithm>

namespace roomd::postgres {
namespace {

constexpr std::size_t most_kinds = 64, most_waiting = 10000;

bool is_ascii(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x80;
}

} // namespace

void DeadLetters::add(const std::string &epoch, std::int64_t seq, const std::string &reason) {
    dead_.add();
    // A backend that is wrong is so thousands of times.
    const auto kind = reason.substr(0, reason.find(':'));
    const bool fresh = told_.size() < most_kinds && told_.insert(kind).second;
    host_.log(fresh ? ROOMD_LOG_WARNING : ROOMD_LOG_DEBUG,
              "event cannot be sent, put into roomd.dead",
              {{"position", epoch + "." + std::to_string(seq)},
               {"why", reason},
               {"hint", "see roomd pg replay; the next ones of this kind are only counted"}});
    if (waiting_.size() < most_waiting) waiting_.push_back({epoch, seq, reason});
    go_on();
}

void DeadLetters::sequenced(std::int64_t rows) {
    if (rows == 0) return;
    dead_.add(static_cast<double>(rows));
    host_.warning("events cannot be sent, put into roomd.dead",
                  {{"rows", std::to_string(rows)}, {"hint", "see roomd pg replay"}});
}

void DeadLetters::go_on() {
    if (asked_ || waiting_.empty() || !connection_.ready()) return;
    asked_ = true;
    const auto &one = waiting_.front();
    connection_.ask({"SELECT roomd.bury($1, $2::bigint, $3)",
                     {one.epoch, std::to_string(one.seq), one.reason},
                     nullptr,
                     [this](const Result &answer) { answered(answer); }});
}

void DeadLetters::answered(const Result &answer) {
    asked_ = false;
    auto &one = waiting_.front();
    const bool done = answer.status() == PGRES_TUPLES_OK;
    if (!done && !is_of_a_row(answer.sqlstate()))
        return connection_.refuse(trouble_of(answer.error(), answer.sqlstate()));
    // The reason may quote what the database has no letters for.
    if (!done && !std::all_of(one.reason.begin(), one.reason.end(), is_ascii)) {
        std::replace_if(
            one.reason.begin(), one.reason.end(), [](char c) { return !is_ascii(c); }, '?');
        return go_on();
    }
    if (!done)
        host_.error("event can neither be sent nor be put into roomd.dead",
                    {{"position", one.epoch + "." + std::to_string(one.seq)},
                     {"why", one.reason},
                     {"and", one_line(answer.error())}});
    waiting_.pop_front();
    go_on();
}

} // namespace roomd::postgres
