#include "app/place.hpp"

#include <unistd.h>

namespace roomd::app {

std::string shipped_folder(const std::string &name, const std::string &installed) {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length > 0) {
        const std::string exe(path, static_cast<std::size_t>(length));
        std::string beside = exe.substr(0, exe.rfind('/') + 1) + name;
        if (access(beside.c_str(), R_OK | X_OK) == 0) return beside;
    }
    return access(installed.c_str(), R_OK | X_OK) == 0 ? installed : std::string();
}

} // namespace roomd::app
