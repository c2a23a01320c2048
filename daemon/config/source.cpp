#include "config/source.hpp"

#include <filesystem>
#include <system_error>

namespace roomd::config {

File file_at(const std::string &path) {
    std::error_code none; // without a working directory the path stays as it is
    const auto whole = std::filesystem::absolute(path, none);
    return {path,
            (none ? std::filesystem::path(path) : whole).lexically_normal().parent_path().string()};
}

std::string Source::absolute(std::string_view relative, Mark mark) const {
    if (relative.empty() || relative[0] == '/') return std::string(relative);
    return (std::filesystem::path(file(mark).folder) / relative).lexically_normal().string();
}

std::string Source::place(Mark there, Mark here) const {
    if (there.file == here.file) return "line " + std::to_string(there.line);
    if (there.line == 0) return file(there).path;
    return file(there).path + ':' + std::to_string(there.line) + ':' + std::to_string(there.column);
}

} // namespace roomd::config
