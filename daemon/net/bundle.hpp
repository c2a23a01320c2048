#pragma once

#include "net/answer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

// The browser client's files, read once.  Request text never becomes a file name: there are eight.
class Bundle {
public:
    Bundle() = default;
    // Throws when a directory is given that has none of the files, or one that is not a regular
    // file of at most 4 MiB.
    explicit Bundle(const std::string &directory);
    // Throws what the constructor would throw; reads nothing.
    static void check(const std::string &directory);

    struct File {
        std::string name, type, etag, text;
    };
    const File *find(std::string_view name) const noexcept;
    // 200 with the file, or 304 when the peer has it.
    static Answer answer(const File &, std::string_view if_none_match);

private:
    std::vector<File> files_;
};

} // namespace roomd::net
