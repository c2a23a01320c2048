#pragma once

#include "config/load.hpp"
#include "config/tree.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

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

// The JSON a plugin gets of `keys`.
inline std::string plugin_json(const std::string &keys) {
    return read("plugins: { load: [ { name: p, " + keys + " } ] }").plugins.load.at(0).node.json;
}

// What the file t.yaml says, which is `yaml` and must be good.  Throws the faults else.
inline config::Item tree_of(std::string_view yaml) {
    config::Faults faults;
    auto root = config::parse_yaml(yaml, "t.yaml", faults);
    if (!faults.empty()) throw std::runtime_error(faults.text());
    return std::move(root.value());
}

// A file of the repository, which must be there.
inline std::string file(const std::string &name) {
    std::ifstream in(std::string(ROOMD_SOURCE) + '/' + name);
    if (!in.is_open()) throw std::runtime_error(name + " cannot be read");
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

} // namespace roomd::test
