#include "fetch/copy.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

using namespace roomd;
using namespace roomd::fetch;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "roomd-copy-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string path;
};

constexpr const char *url = "https://id.example.com/jwks.json";
constexpr std::size_t most = 1000;

Copy example() {
    return {url, 1800000000000, 2h, "{\"keys\":\n[]}"};
}

void write(const std::string &path, const std::string &text) {
    std::ofstream(path, std::ios::binary) << text;
}

} // namespace

TEST_CASE("a copy is read as it was written, by its owner only") {
    const Folder folder;
    const std::string inner = folder.path + "/cache"; // not there yet
    CHECK(read_copy(inner, url, most).found == Found::none);
    CHECK(write_copy(inner, example()).empty());
    CHECK(write_copy(inner, example()).empty());
    const auto kept = read_copy(inner, url, most);
    CHECK(kept.found == Found::good);
    CHECK(kept.copy.body == example().body);
    CHECK(kept.copy.fetched_ms == 1800000000000);
    CHECK(kept.copy.fresh == 2h);
    const fs::path file = file_of_copy(inner, url);
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(fs::status(inner).permissions() == fs::perms::owner_all);
    CHECK(std::distance(fs::directory_iterator(inner), {}) == 1);
    CHECK(read_copy(inner, "https://other.example.com/", most).found == Found::none);
}

TEST_CASE("a copy that is not as it was written is damaged") {
    const std::string good = text_of(example());
    CHECK(parse_copy(good, url));
    CHECK_FALSE(parse_copy(good, "https://other.example.com/"));
    CHECK_FALSE(parse_copy("", url));
    CHECK_FALSE(parse_copy("\n", url));
    CHECK_FALSE(parse_copy("{}\n{}", url));
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(parse_copy(good.substr(0, size), url));
    CHECK_FALSE(parse_copy(good + ' ', url));
    const auto with = [&](const std::string &from, const std::string &to) {
        std::string text = good;
        return parse_copy(text.replace(text.find(from), from.size(), to), url).has_value();
    };
    CHECK_FALSE(with("keys", "kexs"));
    CHECK_FALSE(with("1800000000000", "-1"));
    CHECK_FALSE(with("1800000000000", "\"1\""));
    CHECK_FALSE(with("7200000", "7200000000"));
    CHECK_FALSE(with("7200000", "0"));
}

TEST_CASE("a damaged copy is put aside, and a folder or a huge file in its place is not read") {
    const Folder folder;
    const std::string file = file_of_copy(folder.path, url);
    write(file, "garbage");
    CHECK(read_copy(folder.path, url, most).found == Found::damaged);
    CHECK(set_aside(file).empty());
    CHECK(fs::exists(file + ".damaged"));
    CHECK(read_copy(folder.path, url, most).found == Found::none);
    write(file, std::string(100000, 'x'));
    CHECK(read_copy(folder.path, url, most).found == Found::unreadable);
    fs::remove(file);
    fs::create_directory(file);
    const auto kept = read_copy(folder.path, url, most);
    CHECK(kept.found == Found::unreadable);
    CHECK_FALSE(kept.why.empty());
    CHECK_FALSE(write_copy(folder.path, example()).empty());
    CHECK_FALSE(fs::exists(file + ".new"));
}

TEST_CASE("where no copy can be written, it is said why") {
    CHECK_FALSE(write_copy("/dev/null/cache", example()).empty());
    CHECK_FALSE(write_copy("/nowhere/at/all", example()).empty());
}

TEST_CASE("a link in place of the new file is not followed") {
    const Folder folder;
    const std::string file = file_of_copy(folder.path, url), target = folder.path + "/target";
    fs::create_symlink(target, file + ".new");
    CHECK(write_copy(folder.path, example()).empty());
    CHECK_FALSE(fs::exists(target));
    CHECK(read_copy(folder.path, url, most).found == Found::good);
}

TEST_CASE("a folder that others may write to, or that is somebody else's, is not for copies") {
    const Folder folder;
    CHECK(folder_fault(folder.path).empty());
    CHECK(folder_fault(folder.path + "/cache").empty()); // not there yet
    const fs::path link = folder.path + "/link";
    fs::create_directory_symlink(folder.path, link);
    CHECK(folder_fault(link.string()).empty());

    const fs::path file = folder.path + "/file";
    write(file.string(), "");
    CHECK(folder_fault(file.string()) == "it is no folder");

    const std::string open = folder.path + "/open";
    CHECK(write_copy(open, example()).empty());
    fs::permissions(open, fs::perms::all);
    CHECK(folder_fault(open) == "every user of this machine may write to its folder");
    CHECK(write_copy(open, example()) == folder_fault(open));

    if (geteuid() != 0) return; // only root can give a folder away
    const std::string foreign = folder.path + "/foreign";
    fs::create_directory(foreign);
    REQUIRE(chown(foreign.c_str(), 65534, 65534) == 0);
    CHECK(folder_fault(foreign) == "its folder belongs to user 65534");
    CHECK_FALSE(write_copy(foreign, example()).empty());
}
