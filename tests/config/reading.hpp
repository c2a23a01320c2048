#pragma once

#include "config/load.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace roomd::test {

// What every configuration must say, on two lines.
inline constexpr std::string_view must = "auth: { mode: none }\ncatalogue: { unknown: allow }\n";

// All faults of a whole file; empty when it is good.
inline std::string faults_of(std::string_view yaml) {
    config::Faults faults;
    config::load_text(yaml, "roomd.yaml", faults);
    return faults.text();
}

// All faults of `yaml`, which begins at line 3.
inline std::string faults_in(std::string_view yaml) {
    return faults_of(std::string(must) + std::string(yaml));
}

// The configuration of `yaml`, which must be good.  Throws the faults else.
inline config::Config read(std::string_view yaml, const std::string &path = "roomd.yaml") {
    config::Faults faults;
    config::Config config = config::load_text(std::string(must) + std::string(yaml), path, faults);
    if (!faults.empty()) throw std::runtime_error(faults.text());
    return config;
}

} // namespace roomd::test
