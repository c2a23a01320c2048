#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace roomd::base {

enum class Wanted : std::uint8_t {
    regular, // only a regular file, or a link to one; never blocks on a writer
    any      // a FIFO and a terminal too, which may block: never on a loop
};

// A whole file of at most `most` bytes, or nothing and `why`: a phrase without the path.
std::optional<std::string> read_file(const std::string &path, std::size_t most, Wanted wanted,
                                     std::string &why);

// Whether read_file() would read it as a regular file.  For files that a library opens by itself.
bool is_readable_file(const std::string &path, std::size_t most, std::string &why);

// "/a/b/" of "/a/b/c"; "" when no folder is named.
std::string folder_of(const std::string &path);

// Whether there is anything of this name.  A link that leads to nothing is not there.
bool exists(const std::string &path) noexcept;

// What errno says, in words.
std::string error_text(int error);

// A descriptor that is closed on every way out.
class Descriptor {
public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor();
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    int get() const noexcept { return fd_; }
    bool is_open() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

// Opens a file for reading and gives its size; on failure one that is not open, and `why`.  `size`
// means nothing when it is not a regular file.
Descriptor open_file(const std::string &path, Wanted wanted, std::size_t &size, std::string &why);

} // namespace roomd::base
