#pragma once

#include "roomd/plugin.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::host {

// One loaded shared object.  Never unloaded: a C++ plugin may be pinned by unique symbols, and
// its thread-local destructors may run later, so unloading would work only by luck.
class Library {
public:
    // Throws with the whole reason: missing, not for this host, other name, members missing.
    Library(const std::string &file, std::string_view name);

    const std::string &file() const noexcept { return file_; }
    // As long as ours: members its author did not know are null.
    const roomd_plugin &table() const noexcept { return table_; }

private:
    std::string file_;
    roomd_plugin table_{};
};

// The libraries of this process, each opened once.
class Libraries {
public:
    explicit Libraries(std::string directory) : directory_(std::move(directory)) {}

    // `file` empty: <directory>/<name>.so.  Throws as Library does, or for a bad name or path.
    const Library &open(std::string_view name, const std::string &file);

private:
    std::string directory_;
    std::map<std::string, std::unique_ptr<Library>, std::less<>> open_;
};

} // namespace roomd::host
