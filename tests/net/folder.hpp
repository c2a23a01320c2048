#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace roomd::test {

// A folder of its own, gone with the test.
struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/roomd-net-XXXXXX";
        if (mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp");
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string operator/(const std::string &name) const { return path + "/" + name; }
};

} // namespace roomd::test
