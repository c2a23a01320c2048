#pragma once

#include <string>

#include <sys/types.h>

namespace roomd::net {

// Kept while the file of a Unix socket is looked at and then made or removed, so that of two
// daemons at one path neither takes the other's away.  It is a lock on the file's folder: it leaves
// nothing behind, and ends with the process.
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
    // The file that is there now.  Throws when there is none.
    explicit SocketFile(std::string path);

    // Is it still the one at its path?  Only to be asked while the socket is open: with it goes the
    // number of its inode, which another file may get.
    bool in_place() const noexcept;
    // Removes it, but not what another process has put in its place; as in_place().
    void remove() noexcept;

private:
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace roomd::net
