#pragma once

#include "config/key.hpp"

#include <array>
#include <string>

namespace roomd::config {

struct Service {
    Service();
    std::string name;
    friend bool operator==(const Service &, const Service &) = default;
};

// clang-format off
inline constexpr std::array service_keys{
    text("service.name", &Service::name, "roomd", Reload::yes,
        "What `/health` calls this service."),
};
// clang-format on

inline Service::Service() {
    set_initial(*this, service_keys);
}

} // namespace roomd::config
