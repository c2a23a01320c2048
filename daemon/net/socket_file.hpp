#pragma once

#include <string>

#include <sys/types.h>

namespace roomd::net {

// Held while the file of a Unix socket is checked and then created or removed, so that two daemons
// at one path do not remove each other's.  It is a lock on the file's folder: it leaves nothing
// behind, and ends with the process.
class FolderLock {
public:
    // Waits a moment at most.
    explicit FolderLock(const std::string &file) noexcept;
    ~FolderLock();
    FolderLock(const FolderLock &) = delete;
    FolderLock &operator=(const FolderLock &) = delete;
    bool held() const noexcept { return held_; }

private:
    int fd_;
    bool held_ = false;
};

// The file that a Unix socket of ours was bound to.
class SocketFile {
public:
    SocketFile() = default; // none
    // The file that is at this path now.  Throws when there is none.
    explicit SocketFile(std::string path);

    // Whether it is still the one at its path.  Only while the socket is open: afterwards another
    // file may get the number of its inode.
    bool in_place() const noexcept;
    // Removes it, unless another process has replaced it.  Only while the socket is open.
    void remove() noexcept;

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace roomd::net
