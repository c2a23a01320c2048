#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace roomd::test {

// A folder of its own, gone afterwards with all that is in it.
class Folder {
public:
    Folder() {
        char name[] = "/tmp/roomd-test-XXXXXX";
        if (mkdtemp(name) == nullptr) throw std::runtime_error("mkdtemp");
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    // Writes a file; gives its path.
    std::string write(const std::string &name, std::string_view text) const {
        const std::filesystem::path file = path + '/' + name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        std::filesystem::permissions(file, std::filesystem::perms(0644)); // whatever the umask
        return file.string();
    }

    std::string path;
};

} // namespace roomd::test
