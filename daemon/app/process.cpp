#include "app/process.hpp"

#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace roomd::app {
namespace {

// Files of /proc have no size; what is read of them here is short.
std::string content(const std::string &file) {
    std::string out(4096, '\0');
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? -1 : read(fd, out.data(), out.size());
    if (fd >= 0) close(fd);
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return out;
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = text.find_first_of(" \n");
        if (end != 0) out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return out;
}

std::uint64_t number(const std::vector<std::string_view> &words, std::size_t at) {
    return at < words.size() ? std::strtoull(std::string(words[at]).c_str(), nullptr, 10) : 0;
}

std::uint64_t entries(const std::string &folder) {
    const std::unique_ptr<DIR, int (*)(DIR *)> open(opendir(folder.c_str()), closedir);
    if (!open) return 0;
    std::uint64_t count = 0;
    while (const dirent *entry = readdir(open.get()))
        if (entry->d_name[0] != '.') ++count;
    return count > 0 ? count - 1 : 0; // without the one that reads
}

std::uint64_t boot_seconds(const std::string &proc) {
    const std::string stat = content(proc + "/stat"); // the first 4 KiB, or more than that of CPUs
    const std::size_t at = stat.find("btime ");
    if (at != std::string::npos) return std::strtoull(stat.c_str() + at + 6, nullptr, 10);
    const std::string uptime = content(proc + "/uptime");
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) - std::strtoull(uptime.c_str(), nullptr, 10);
}

double seconds(const timeval &time) noexcept {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

std::uint64_t resident_bytes(const std::string &proc) {
    return number(words(content(proc + "/self/statm")), 1) *
           static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() noexcept {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

Process read_process(const std::string &proc) {
    Process out;
    out.cpu_seconds = cpu_seconds();
    out.resident_bytes = resident_bytes(proc);
    const std::string stat = content(proc + "/self/stat");
    const std::size_t name_end = stat.rfind(')'); // the name before it may hold anything
    if (name_end != std::string::npos) {
        const auto fields = words(std::string_view(stat).substr(name_end + 1)); // from the third on
        out.virtual_bytes = number(fields, 20);
        out.start_seconds =
            static_cast<double>(boot_seconds(proc)) +
            static_cast<double>(number(fields, 19)) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    out.open_fds = entries(proc + "/self/fd");
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out.max_fds = limit.rlim_cur;
    return out;
}

} // namespace roomd::app
