#pragma once

#include "config/fault.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::config {

// One file of a configuration, or a variable of the environment as "$ROOMD_NAME".
struct File {
    std::string path;   // as given; for messages
    std::string folder; // absolute; relative paths in the file are relative to it
};

// The file at `path`.  Its folder is absolute, so that the paths it names do not depend on who
// opens them, or from where.
File file_at(const std::string &path);

// The files being read, and where their faults go.
struct Source {
    std::vector<File> files; // by Mark::file; there is always the main one
    Faults &faults;
    // When set, secrets that only the service can read are not faults; their names are added.
    std::vector<std::string> *absent = nullptr;
    // The names of those that systemd copied when the service started are added.
    std::vector<std::string> *credentials = nullptr;

    const File &file(Mark mark) const { return files.at(mark.file); }
    void fault(Mark mark, std::string what, std::string hint = {}) const {
        faults.add({file(mark).path, mark, std::move(what), std::move(hint)});
    }
    void warn(Mark mark, std::string what, std::string hint = {}) const {
        faults.warn({file(mark).path, mark, "warning: " + std::move(what), std::move(hint)});
    }
    // The absolute form of a path that is written at `mark`.
    std::string absolute(std::string_view relative, Mark mark) const;
    // How a fault at `here` names the place `there`: "line 4", or "conf.d/a.yaml:4:11" when that is
    // in another file.
    std::string place(Mark there, Mark here) const;
};

} // namespace roomd::config
