#include "config/shipped.hpp"

#include "base/file.hpp"

#include <unistd.h>

namespace roomd::config {
namespace {

bool can_be_read(const std::string &folder) {
    return access(folder.c_str(), R_OK | X_OK) == 0;
}

} // namespace

std::string shipped_with(const std::string &exe, const std::string &name,
                         const std::string &installed) {
    std::string beside = base::folder_of(exe) + name;
    if (!exe.empty() && can_be_read(beside)) return beside;
    if (base::folder_of(exe).ends_with("/bin/")) {
        const std::string bin = exe.substr(0, exe.rfind('/'));
        std::string in_prefix = base::folder_of(bin) + installed;
        if (can_be_read(in_prefix)) return in_prefix;
    }
    const std::string in_usr = "/usr/" + installed;
    return can_be_read(in_usr) ? in_usr : std::string();
}

std::string shipped_folder(const std::string &name, const std::string &installed) {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    const std::string exe(path, length > 0 ? static_cast<std::size_t>(length) : 0);
    return shipped_with(exe, name, installed);
}

std::string plugin_folder() {
    const std::string found = shipped_folder("plugins", "lib/roomd/plugins");
    return found.empty() ? "/usr/lib/roomd/plugins" : found;
}

} // namespace roomd::config
