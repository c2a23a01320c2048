#include "host/elf.hpp"

#include "base/file.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <link.h>
#include <unistd.h>
#include <vector>

namespace roomd::host {
namespace {

using ElfHeader = ElfW(Ehdr);
using Segment = ElfW(Phdr);

// Does the file have all of the `size` bytes at `offset`?
bool is_there(int fd, void *out, std::size_t size, std::uint64_t offset) noexcept {
    std::size_t got = 0;
    while (got < size) {
        const ssize_t n = ::pread(fd, static_cast<char *>(out) + got, size - got,
                                  static_cast<off_t>(offset + got));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        got += static_cast<std::size_t>(n);
    }
    return true;
}

bool reaches_beyond(std::uint64_t size, std::uint64_t offset, std::uint64_t length) noexcept {
    return offset > size || length > size - offset;
}

// Is it built for the machine that this process is built for?
bool is_for_this_machine(const ElfHeader &header) {
    std::size_t size = 0;
    std::string why;
    const base::Descriptor self =
        base::open_file("/proc/self/exe", base::Wanted::regular, size, why);
    ElfHeader ours;
    if (!self.is_open() || !is_there(self.get(), &ours, sizeof ours, 0)) return true; // dlopen asks
    return header.e_ident[EI_CLASS] == ours.e_ident[EI_CLASS] &&
           header.e_ident[EI_DATA] == ours.e_ident[EI_DATA] && header.e_machine == ours.e_machine;
}

} // namespace

std::string fault_of_shared_object(const std::string &path) {
    constexpr const char *cut = "it is not complete: is it still being copied?";
    std::size_t size = 0;
    std::string why;
    const base::Descriptor file = base::open_file(path, base::Wanted::regular, size, why);
    if (!file.is_open()) return why;
    unsigned char magic[SELFMAG];
    if (size == 0 || !is_there(file.get(), magic, sizeof magic, 0) ||
        std::memcmp(magic, ELFMAG, SELFMAG) != 0)
        return size == 0 ? "it is empty" : "it is not a shared object";
    ElfHeader header;
    if (!is_there(file.get(), &header, sizeof header, 0)) return cut;
    if (!is_for_this_machine(header)) return "it is for another machine";
    if (header.e_type != ET_DYN || header.e_phentsize != sizeof(Segment) || header.e_phnum == 0)
        return "it is not a shared object";
    // Linkers put the section table last, so a single missing byte shows.
    const std::uint64_t sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
    if (header.e_shoff != 0 && reaches_beyond(size, header.e_shoff, sections)) return cut;
    std::vector<Segment> segments(header.e_phnum);
    const std::size_t bytes = segments.size() * sizeof(Segment);
    if (reaches_beyond(size, header.e_phoff, bytes) ||
        !is_there(file.get(), segments.data(), bytes, header.e_phoff))
        return cut;
    for (const Segment &segment : segments)
        if (reaches_beyond(size, segment.p_offset, segment.p_filesz)) return cut;
    return {};
}

} // namespace roomd::host
