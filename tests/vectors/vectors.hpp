#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace roomd::test {

struct Vector {
    std::string name, bytes;
};

// The files of a folder of tests/vectors, by name.  Throws when there are none, so that a test
// over them cannot pass by reading nothing.
inline std::vector<Vector> vectors(const std::string &folder) {
    std::vector<Vector> out;
    const auto path = std::filesystem::path(ROOMD_VECTORS) / folder;
    for (const auto &entry : std::filesystem::directory_iterator(path)) {
        std::ifstream file(entry.path(), std::ios::binary);
        out.push_back({entry.path().filename().string(),
                       std::string(std::istreambuf_iterator<char>(file), {})});
    }
    if (out.empty()) throw std::runtime_error("no vectors in " + path.string());
    std::sort(out.begin(), out.end(),
              [](const Vector &a, const Vector &b) { return a.name < b.name; });
    return out;
}

inline std::string vector(const std::string &path) {
    std::ifstream file(std::filesystem::path(ROOMD_VECTORS) / path, std::ios::binary);
    if (!file) throw std::runtime_error("no vector " + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace roomd::test
