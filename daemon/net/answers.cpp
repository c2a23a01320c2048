#include "net/answers.hpp"

#include <algorithm>

namespace roomd::net {

Answers::Answers() {
    rows_.push_back({"", "none", {}});
    rows_.push_back({"", "other", {}});
    rows_.push_back({"", "socket.io", {}});
}

Answers::Row Answers::of(std::string_view method, std::string_view path) {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Counted &row) {
        return row.method == method && row.path == path;
    });
    if (found != rows_.end()) return static_cast<Row>(found - rows_.begin());
    if (rows_.size() >= most) return beyond;
    rows_.push_back({std::string(method), std::string(path), {}});
    return static_cast<Row>(rows_.size() - 1);
}

std::size_t Answers::place(int status) noexcept {
    const auto found = std::lower_bound(statuses.begin(), statuses.end(), status);
    return found != statuses.end() && *found == status
               ? static_cast<std::size_t>(found - statuses.begin())
               : statuses.size();
}

std::string_view Answers::text(std::size_t place) noexcept {
    static const auto texts = [] {
        std::array<std::string, statuses.size()> out;
        std::transform(statuses.begin(), statuses.end(), out.begin(),
                       [](int status) { return std::to_string(status); });
        return out;
    }();
    return place < texts.size() ? std::string_view{texts[place]} : "other";
}

} // namespace roomd::net
