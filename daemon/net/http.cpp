#include "net/http.hpp"

namespace roomd::net {

std::string_view Request::header(std::string_view lower_case_name) const noexcept {
    for (const auto &[name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

} // namespace roomd::net
