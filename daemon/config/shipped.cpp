#include "config/shipped.hpp"

#include "base/file.hpp"
#include "config/installed.hpp"

#include <filesystem>
#include <unistd.h>

namespace roomd::config {
namespace {

bool can_be_read(const std::string &folder) {
    return access(folder.c_str(), R_OK | X_OK) == 0;
}

std::string own_path() {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return std::string(path, length > 0 ? static_cast<std::size_t>(length) : 0);
}

} // namespace

std::string shipped_with(const std::string &exe, const std::string &name,
                         const std::string &installed, const std::string &binaries) {
    using Path = std::filesystem::path;
    if (!exe.empty()) {
        const std::string folder = base::folder_of(exe);
        std::string beside = folder + name;
        if (can_be_read(beside)) return beside;
        const Path there = Path(installed).lexically_relative(binaries);
        std::string moved = (Path(folder) / there).lexically_normal().string();
        if (can_be_read(moved)) return moved;
    }
    return can_be_read(installed) ? installed : std::string();
}

std::string plugin_folder() {
    std::string found = shipped_with(own_path(), "plugins", installed_plugins, installed_binaries);
    return found.empty() ? installed_plugins : found;
}

std::string client_folder() {
    return shipped_with(own_path(), "client", installed_client, installed_binaries);
}

} // namespace roomd::config
