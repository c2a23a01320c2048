#include "net/socket_file.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace roomd::net {

namespace {

// Daemons hold the lock for microseconds.  Anyone who may read the folder can hold it for longer,
// and must not be able to prevent a daemon's start.
constexpr int most_tries = 100;
constexpr timespec pause{0, 5'000'000};

} // namespace

FolderLock::FolderLock(const std::string &file) noexcept :
    fd_(open(base::folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    for (int i = 0; fd_ >= 0 && !held_ && i < most_tries; ++i) {
        held_ = flock(fd_, LOCK_EX | LOCK_NB) == 0;
        if (held_ || (errno != EWOULDBLOCK && errno != EINTR)) return;
        nanosleep(&pause, nullptr);
    }
}

FolderLock::~FolderLock() {
    if (fd_ >= 0) close(fd_);
}

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
    struct stat st {};
    if (lstat(path_.c_str(), &st) != 0)
        throw std::system_error(errno, std::generic_category(), "the socket's file");
    device_ = st.st_dev;
    inode_ = st.st_ino;
}

bool SocketFile::in_place() const noexcept {
    struct stat st {};
    return lstat(path_.c_str(), &st) == 0 && st.st_dev == device_ && st.st_ino == inode_;
}

void SocketFile::remove() noexcept {
    if (path_.empty()) return;
    const FolderLock lock(path_);
    // Without the lock it may just be being replaced; a file that stays is replaced by the next
    // daemon.
    if (lock.held() && in_place()) unlink(path_.c_str());
    path_.clear();
}

} // namespace roomd::net
