#include "base/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace roomd::base {
namespace {

std::string too_large(std::size_t most) {
    return "it is larger than " + std::to_string(most) + " bytes";
}

} // namespace

std::string folder_of(const std::string &path) {
    return path.substr(0, path.rfind('/') + 1);
}

bool exists(const std::string &path) noexcept {
    return ::access(path.c_str(), F_OK) == 0;
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

Descriptor open_file(const std::string &path, Wanted wanted, std::size_t &size, std::string &why) {
    const int more = wanted == Wanted::regular ? O_NONBLOCK : 0;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | more);
    struct stat status {};
    if (fd < 0 || fstat(fd, &status) != 0) {
        why = error_text(errno);
    } else if (S_ISDIR(status.st_mode) || (wanted == Wanted::regular && !S_ISREG(status.st_mode))) {
        why = "it is not a file";
    } else {
        size = static_cast<std::size_t>(status.st_size);
        return Descriptor(fd);
    }
    if (fd >= 0) ::close(fd);
    return Descriptor(-1);
}

bool is_readable_file(const std::string &path, std::size_t most, std::string &why) {
    std::size_t size = 0;
    const Descriptor file = open_file(path, Wanted::regular, size, why);
    if (!file.is_open()) return false;
    if (size > most) why = too_large(most);
    return size <= most;
}

std::optional<std::string> read_file(const std::string &path, std::size_t most, Wanted wanted,
                                     std::string &why) {
    std::size_t size = 0;
    const Descriptor file = open_file(path, wanted, size, why);
    if (!file.is_open()) return {};
    std::string out;
    std::array<char, 16384> buffer{};
    for (;;) { // it may be longer than its size: it may grow, and files in /proc have size 0
        const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            why = error_text(errno);
            return {};
        }
        if (n == 0) return out;
        out.append(buffer.data(), static_cast<std::size_t>(n));
        if (out.size() > most) {
            why = too_large(most);
            return {};
        }
    }
}

} // namespace roomd::base
