#include "host/elf.hpp"

#include "base/file.hpp"
#include "host/library.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace roomd;
using host::fault_of_shared_object;

namespace {

struct Folder {
    Folder() {
        char name[] = "/tmp/roomd-test-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string write(const std::string &name, std::string_view text) const {
        std::ofstream(path + '/' + name, std::ios::binary) << text;
        return path + '/' + name;
    }
    std::string path;
};

std::string plugin() {
    return BAD_PLUGIN_DIR "/namebook.so";
}

std::string bytes_of(const std::string &path) {
    std::string why;
    auto text = base::read_file(path, 64u << 20, base::Wanted::regular, why);
    REQUIRE_MESSAGE(text, why);
    return *std::move(text);
}

// How a process ends that loads the file as the daemon does: 0 loaded, 1 refused.
int load_elsewhere(const std::string &path) {
    const pid_t child = fork();
    if (child == 0) {
        try {
            const host::Library library(path, "namebook");
            _exit(0);
        } catch (const std::runtime_error &) {
            _exit(1);
        }
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

TEST_CASE("a whole plugin is loaded, by a link too") {
    const Folder folder;
    std::filesystem::create_symlink(plugin(), folder.path + "/link.so");
    for (const std::string &path : {plugin(), folder.path + "/link.so"}) {
        CHECK(fault_of_shared_object(path) == "");
        CHECK(load_elsewhere(path) == 0);
    }
}

TEST_CASE("a plugin of which an end is missing is refused, wherever it is cut") {
    const Folder folder;
    const std::string whole = bytes_of(plugin());
    const std::string path = folder.write("namebook.so", whole);
    CHECK(fault_of_shared_object(path) == "");
    const std::size_t step = whole.size() / 400 + 1;
    std::size_t accepted = 0, tried = 0;
    for (std::size_t cut = 1; cut <= whole.size(); cut += cut < 512 ? 7 : step, ++tried) {
        REQUIRE(truncate(path.c_str(), static_cast<off_t>(whole.size() - cut)) == 0);
        if (fault_of_shared_object(path).empty()) ++accepted;
    }
    CHECK(tried > 100);
    CHECK(accepted == 0);
    for (std::size_t part = 0; part < 24; ++part) {
        folder.write("namebook.so", whole.substr(0, whole.size() * part / 24));
        CHECK_MESSAGE(load_elsewhere(path) == 1, "a part of ", part, " of 24");
    }
}

TEST_CASE("what says that it reaches beyond its end is refused") {
    const Folder folder;
    const std::string whole = bytes_of(plugin());
    // e_phoff, e_shoff; e_phentsize, e_phnum, e_shentsize, e_shnum of a 64-bit header.
    for (const std::size_t at : {32u, 40u, 54u, 56u, 58u, 60u}) {
        std::string odd = whole;
        odd[at] = odd[at + 1] = '\xff';
        if (at < 54) odd.replace(at, 8, 8, '\xff');
        CHECK_MESSAGE(fault_of_shared_object(folder.write("odd.so", odd)) != "", at);
    }
}

TEST_CASE("a file that is not a shared object of this machine says what it is") {
    const Folder folder;
    std::string other = bytes_of(plugin());
    other[18] = static_cast<char>(other[18] ^ 0x40); // e_machine
    CHECK(fault_of_shared_object(folder.write("other.so", other)) == "it is for another machine");
    CHECK(fault_of_shared_object(folder.write("text.so", "#!/bin/sh\n")) ==
          "it is not a shared object");
    CHECK(fault_of_shared_object(folder.write("empty.so", "")) == "it is empty");
    CHECK(fault_of_shared_object(folder.write("half.so", "\x7f"
                                                         "ELF\x02\x01")) ==
          "it is not complete: is it still being copied?");
    REQUIRE(mkfifo((folder.path + "/fifo.so").c_str(), 0600) == 0);
    CHECK(fault_of_shared_object(folder.path + "/fifo.so") == "it is not a file");
    CHECK(fault_of_shared_object(folder.path + "/none.so") == "No such file or directory");
}
