#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace roomd::base {

enum class Wanted : std::uint8_t {
    regular, // what was no regular file, or a link to one, is refused; nobody is waited for
    any      // a FIFO and a terminal too, which are waited for: never on a loop
};

// A whole file of at most `most` bytes, or why not: a sentence without the path.
std::optional<std::string> read_file(const std::string &path, std::size_t most, Wanted wanted,
                                     std::string &why);

// Would read_file() give a regular file?  For those that a library opens by itself.
bool is_readable_file(const std::string &path, std::size_t most, std::string &why);

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

// Opens a file to read it and says how large it is; else one that is not open, and why.  `size` of
// what is no regular file means nothing.
Descriptor open_file(const std::string &path, Wanted wanted, std::size_t &size, std::string &why);

} // namespace roomd::base
