#include "config/trust.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace roomd::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_files = 256; // of a folder

struct Culprit {
    std::string what, hint;
};

Culprit writable(const std::string &path, bool folder) {
    return {(folder ? "every user of this machine may write to the folder \""
                    : "every user of this machine may write to \"") +
                path + '"',
            "chmod o-w " + path};
}

Culprit foreign(const std::string &path, uid_t owner) {
    return {"\"" + path + "\" is in a folder where everyone may put files, and belongs to user " +
                std::to_string(owner),
            "move it to a folder that is not for everyone, or give it to root or to roomd's user"};
}

bool is_ours(uid_t owner) noexcept {
    return owner == 0 || owner == geteuid();
}

// From the root down to `path`.
std::optional<Culprit> find_culprit(const fs::path &path) {
    fs::path at;
    bool for_everyone = false; // the folder above, which is sticky: others cannot replace its files
    for (auto part = path.begin(); part != path.end(); ++part) {
        at /= *part;
        struct stat link {
        }, file{};
        if (lstat(at.c_str(), &link) != 0 || stat(at.c_str(), &file) != 0) return {};
        const bool folder = S_ISDIR(file.st_mode);
        if (!folder && !S_ISREG(file.st_mode)) return {};
        if (for_everyone && !is_ours(link.st_uid)) return foreign(at.string(), link.st_uid);
        for_everyone = (file.st_mode & S_IWOTH) != 0;
        if (for_everyone && !(folder && (file.st_mode & S_ISVTX) != 0))
            return writable(at.string(), folder);
    }
    return {};
}

// Without symbolic links; empty when it does not exist.
fs::path real(const std::string &path) {
    std::error_code error;
    fs::path out = fs::canonical(path, error);
    return error ? fs::path() : out;
}

// Not where a folder above lets only its owner or group in.
bool everyone_reads(const fs::path &path) {
    fs::path at;
    for (const fs::path &part : path) {
        at /= part;
        struct stat file {};
        if (stat(at.c_str(), &file) != 0) return false;
        const mode_t needed = S_ISDIR(file.st_mode) ? S_IXOTH : S_IROTH;
        if ((file.st_mode & needed) == 0) return false;
    }
    return true;
}

bool was_told(const Source &source, const std::string &what) {
    const auto &list = source.faults.list();
    return std::any_of(list.begin(), list.end(),
                       [&](const Fault &fault) { return fault.what == what; });
}

} // namespace

void trust(const Source &source, Mark mark, const std::string &path) {
    // A link can be changed in its own folder, and what it leads to in another.
    for (const fs::path &way : {fs::path(path).lexically_normal(), real(path)}) {
        auto culprit = find_culprit(way);
        if (!culprit) continue;
        if (!was_told(source, culprit->what))
            source.fault(mark, std::move(culprit->what), std::move(culprit->hint));
        return;
    }
}

void trust_folder(const Source &source, Mark mark, const std::string &path) {
    trust(source, mark, path);
    std::error_code error;
    std::size_t seen = 0;
    for (fs::directory_iterator at(path, error);
         !error && at != fs::directory_iterator() && seen < most_files; at.increment(error), ++seen)
        trust(source, mark, at->path().string());
}

void keep_secret(const Source &source, Mark mark, const std::string &path) {
    const fs::path whole = real(path);
    if (!whole.empty() && everyone_reads(whole))
        source.warn(mark, "every user of this machine may read \"" + path + '"',
                    "chmod o-r " + path);
}

} // namespace roomd::config
