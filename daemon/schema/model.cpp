#include "schema/model.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace roomd::schema {

void Values::add(json::Kind kind, std::string canonical) {
    kinds_ |= 1u << unsigned(kind);
    texts_.push_back(std::move(canonical));
}

void Values::sort() {
    sorted_.resize(texts_.size());
    std::iota(sorted_.begin(), sorted_.end(), 0u);
    std::sort(sorted_.begin(), sorted_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return texts_[a] < texts_[b]; });
}

bool Values::has(std::string_view canonical) const {
    const auto found = std::lower_bound(
        sorted_.begin(), sorted_.end(), canonical,
        [this](std::uint32_t place, std::string_view text) { return texts_[place] < text; });
    return found != sorted_.end() && texts_[*found] == canonical;
}

} // namespace roomd::schema
