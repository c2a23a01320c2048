#include "net/bundle.hpp"
#include "net/certificates.hpp"

#include "folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

using namespace roomd;

// Files that the server reads, at its start and at each reload: on its loop.

namespace {

struct Files : test::Folder {
    std::string fifo(const std::string &name) const {
        REQUIRE(mkfifo((*this / name).c_str(), 0600) == 0);
        return *this / name;
    }
    std::string file(const std::string &name, std::size_t size) const {
        std::ofstream(*this / name).close();
        std::filesystem::resize_file(*this / name, size);
        return *this / name;
    }
};

void read_pair(const std::string &certificate, const std::string &key) {
    net::ListenerOptions listener;
    listener.certificate = certificate;
    listener.key = key;
    static_cast<void>(net::Certificates(listener));
}

} // namespace

TEST_CASE("reading a bundle never blocks on a FIFO and refuses a file that is too large") {
    const Files folder;
    folder.file("socket.io.min.js", 4u << 20);
    CHECK_NOTHROW(net::Bundle::check(folder.path));
    CHECK(net::Bundle(folder.path).find("socket.io.min.js")->text.size() == 4u << 20);

    folder.fifo("socket.io.js");
    CHECK_THROWS_WITH(net::Bundle::check(folder.path),
                      doctest::Contains("socket.io.js: it is not a file"));
    CHECK_THROWS(net::Bundle(folder.path));
    std::filesystem::remove(folder / "socket.io.js");

    folder.file("socket.io.min.js", (4u << 20) + 1);
    CHECK_THROWS_WITH(net::Bundle::check(folder.path),
                      doctest::Contains("it is larger than 4194304 bytes"));
    CHECK_THROWS(net::Bundle(folder.path));
}

TEST_CASE("a certificate or a key that is a FIFO, or is too large, never blocks") {
    const Files folder;
    const std::string some = folder.file("some", 1), fifo = folder.fifo("fifo"),
                      large = folder.file("large", (1u << 20) + 1);
    CHECK_THROWS_WITH(read_pair(fifo, some), doctest::Contains("fifo: it is not a file"));
    CHECK_THROWS_WITH(read_pair(some, fifo), doctest::Contains("fifo: it is not a file"));
    CHECK_THROWS_WITH(read_pair(large, some), doctest::Contains("it is larger than 1048576 bytes"));
    CHECK_THROWS_WITH(read_pair(some, large), doctest::Contains("it is larger than 1048576 bytes"));
}
