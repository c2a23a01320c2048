#include "base/secret.hpp"

#include <cstring>

namespace roomd::base {

Secret::~Secret() {
    if (!text_.empty()) explicit_bzero(text_.data(), text_.size());
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(
            difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
    }
    return difference == 0;
}

} // namespace roomd::base
