#include "fetch/copy.hpp"

#include "auth/keys.hpp"
#include "base/file.hpp"
#include "fetch/freshness.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace roomd::fetch {
namespace {

constexpr std::size_t most_line = 16384; // the line before the body

std::string checksum(std::string_view body) {
    return auth::format_digest(auth::sha256(body));
}

std::optional<std::int64_t> whole_number(std::string_view object, const char *name) {
    const auto text = json::trim(json::member(object, name));
    if (text.empty() || json::kind(text) != json::Kind::number || !json::is_exact_integer(text))
        return {};
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string text_member(std::string_view object, const char *name) {
    const auto text = json::trim(json::member(object, name));
    return text.empty() ? std::string() : json::string(text);
}

bool write_all(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// A new file of its own, on the disk when this returns true; else errno says why not.
bool write_file(const std::string &path, std::string_view text) noexcept {
    unlink(path.c_str()); // of a run that was killed
    constexpr mode_t owner_only = 0600;
    const base::Descriptor file(
        open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owner_only));
    return file.is_open() && write_all(file.get(), text) && fsync(file.get()) == 0;
}

} // namespace

std::string file_of_copy(const std::string &folder, std::string_view url) {
    constexpr std::string_view scheme = "sha256:";
    constexpr std::size_t digits = 32;
    return folder + "/keys-" + checksum(url).substr(scheme.size(), digits) + ".jwks";
}

std::string text_of(const Copy &copy) {
    return json::Object()
               .text("url", copy.url)
               .number("fetched_ms", copy.fetched_ms)
               .number("fresh_ms", copy.fresh.count())
               .text("sha256", checksum(copy.body))
               .done() +
           '\n' + copy.body;
}

std::optional<Copy> parse_copy(std::string_view text, std::string_view url) {
    const std::size_t end = text.substr(0, most_line).find('\n');
    if (end == std::string_view::npos) return {};
    const std::string_view line = text.substr(0, end);
    const auto kind = json::check(line);
    if (!kind || *kind != json::Kind::object || text_member(line, "url") != url) return {};
    const auto fetched = whole_number(line, "fetched_ms"), fresh = whole_number(line, "fresh_ms");
    if (!fetched || *fetched < 0 || !fresh) return {};
    Copy out{std::string(url), *fetched, base::Duration{*fresh}, std::string(text.substr(end + 1))};
    if (out.fresh < shortest_fresh || out.fresh > longest_fresh) return {};
    if (text_member(line, "sha256") != checksum(out.body)) return {};
    return out;
}

std::string folder_fault(const std::string &folder) {
    struct stat found {};
    if (stat(folder.c_str(), &found) != 0) return errno == ENOENT ? "" : base::error_text(errno);
    if (!S_ISDIR(found.st_mode)) return "it is no folder";
    if (found.st_uid != 0 && found.st_uid != geteuid())
        return "its folder belongs to user " + std::to_string(found.st_uid);
    if ((found.st_mode & S_IWOTH) != 0) return "every user of this machine may write to its folder";
    return {};
}

Kept read_copy(const std::string &folder, std::string_view url, std::size_t most_body) {
    Kept out;
    const std::string path = file_of_copy(folder, url);
    if (!base::exists(path)) return out;
    const auto text = base::read_file(path, most_body + most_line, base::Wanted::regular, out.why);
    if (!text) {
        out.found = Found::unreadable;
        return out;
    }
    auto copy = parse_copy(*text, url);
    out.found = copy ? Found::good : Found::damaged;
    if (copy) out.copy = std::move(*copy);
    return out;
}

std::string write_copy(const std::string &folder, const Copy &copy) {
    constexpr mode_t owner_only = 0700;
    if (mkdir(folder.c_str(), owner_only) != 0 && errno != EEXIST) return base::error_text(errno);
    if (std::string why = folder_fault(folder); !why.empty()) return why;
    const std::string path = file_of_copy(folder, copy.url), written = path + ".new";
    if (!write_file(written, text_of(copy)) || rename(written.c_str(), path.c_str()) != 0) {
        std::string why = base::error_text(errno);
        unlink(written.c_str());
        return why;
    }
    const base::Descriptor in(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (in.is_open()) fsync(in.get()); // the name; without it the old copy is there, which is good
    return {};
}

std::string set_aside(const std::string &file) {
    if (rename(file.c_str(), (file + ".damaged").c_str()) == 0) return {};
    return base::error_text(errno);
}

} // namespace roomd::fetch
