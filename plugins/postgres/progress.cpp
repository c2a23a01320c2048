#include "postgres/progress.hpp"

#include <algorithm>
#include <utility>

namespace roomd::postgres {

void Progress::sent(Position row) {
    at_ = std::move(row);
    reaches(at_.seq);
}

void Progress::reaches(std::int64_t last_seq) noexcept {
    last_seq_ = std::max(last_seq_, last_seq);
}

Progress::Search Progress::search(Position end) const {
    const bool both = known_ && !at_.logged_at.empty();
    const auto upto = both ? at_.seq : end.seq;
    return {std::move(end), upto, both ? at_.logged_at : std::string()};
}

void Progress::found(const Search &search, const std::optional<Row> &row) {
    at_ = {search.end.epoch, search.end.seq, {}};
    if (row) {
        at_.seq = row->seq;
        at_.logged_at = row->logged_at;
    } else if (!search.logged_at.empty()) {
        at_.seq = 0; // the two epochs have nothing in common
    }
    last_seq_ = search.end.seq;
    known_ = true;
}

} // namespace roomd::postgres
