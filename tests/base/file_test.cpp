#include "base/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <system_error>

#include <doctest/doctest.h>

using namespace roomd;
using base::Wanted;

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
    std::string write(const std::string &name, std::size_t size) const {
        std::ofstream(path + '/' + name) << std::string(size, 'x');
        return path + '/' + name;
    }
    std::string path;
};

// Why it is not read; empty when it is.
std::string refusal(const std::string &path, std::size_t most = 100) {
    std::string why, same;
    const bool read = base::read_file(path, most, Wanted::regular, why).has_value();
    CHECK(base::is_readable_file(path, most, same) == read);
    CHECK(same == why);
    CHECK(read == why.empty());
    return why;
}

} // namespace

TEST_CASE("a regular file is read whole, through a link too, up to the bound") {
    const Folder folder;
    const std::string path = folder.write("file", 100);
    std::filesystem::create_symlink("file", folder.path + "/link");
    std::string why;
    for (const std::string &name : {path, folder.path + "/link"})
        CHECK(base::read_file(name, 100, Wanted::regular, why) == std::string(100, 'x'));
    CHECK(refusal(path).empty());
    CHECK(refusal(path, 99) == "it is larger than 99 bytes");
    CHECK(base::read_file(folder.write("empty", 0), 0, Wanted::regular, why) == "");
    // A file of many buffers.
    const std::string large = folder.write("large", 100000);
    CHECK(base::read_file(large, 100000, Wanted::regular, why)->size() == 100000);
    CHECK(refusal(large, 99999) == "it is larger than 99999 bytes");
}

TEST_CASE("anything but a regular file is refused, and nothing blocks") {
    const Folder folder;
    const std::string fifo = folder.path + "/fifo";
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    std::filesystem::create_symlink("fifo", folder.path + "/link");
    for (const std::string &path : {fifo, folder.path + "/link", folder.path,
                                    std::string("/dev/zero"), std::string("/dev/null")})
        CHECK(refusal(path) == "it is not a file");
    CHECK(refusal(folder.path + "/none") == std::generic_category().message(ENOENT));
}

TEST_CASE("a file with an unknown size is still read") {
    std::string why;
    const auto text = base::read_file("/proc/self/status", 1u << 20, Wanted::regular, why);
    REQUIRE(text);
    CHECK(text->starts_with("Name:"));
    CHECK_FALSE(base::read_file("/proc/self/status", 10, Wanted::regular, why));
    CHECK(why == "it is larger than 10 bytes");
}

TEST_CASE("with Wanted::any a device is read up to the bound") {
    std::string why;
    CHECK(base::read_file("/dev/null", 10, Wanted::any, why) == "");
    CHECK_FALSE(base::read_file("/dev/zero", 10, Wanted::any, why));
    CHECK(why == "it is larger than 10 bytes");
}

TEST_CASE("a file's folder is what its path says") {
    CHECK(base::folder_of("/a/b/c") == "/a/b/");
    CHECK(base::folder_of("/a/b/") == "/a/b/");
    CHECK(base::folder_of("/c") == "/");
    CHECK(base::folder_of("c").empty());
}

TEST_CASE("a file or folder exists, a link to nothing does not") {
    const Folder folder;
    CHECK(base::exists(folder.path));
    CHECK(base::exists(folder.write("a", 0)));
    CHECK_FALSE(base::exists(folder.path + "/b"));
    std::filesystem::create_symlink("b", folder.path + "/link");
    CHECK_FALSE(base::exists(folder.path + "/link"));
}

TEST_CASE("errno is told in words") {
    CHECK(base::error_text(ENOENT) == "No such file or directory");
}
