#include "net/socket_file.hpp"

#include "folder.hpp"
#include "rig.hpp"
#include "wire.hpp"

#include "net/address.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

using namespace roomd;
using namespace roomd::test;

namespace {

Rig::Setup listening_on(const std::string &name) {
    Rig::Setup setup;
    setup.net.listeners.resize(1);
    setup.net.listeners[0].name = name;
    return setup;
}

// How many this process has open on a folder.
int descriptors_of(const std::string &folder) {
    int count = 0;
    std::error_code gone;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        if (std::filesystem::read_symlink(entry.path(), gone) == folder) ++count;
    return count;
}

} // namespace

TEST_CASE("a dead daemon's socket file is replaced, a live one's and a plain file are not") {
    const Folder folder;
    const std::string path = folder / "s.sock";
    const net::Opened dead = net::open_listener("unix:" + path, 0660);
    close(dead.fd); // the file stays
    CHECK(std::filesystem::exists(path));
    {
        Rig rig(listening_on("unix:" + path));
        CHECK_THROWS(Rig(listening_on("unix:" + path)));
        Wire wire = websocket("unix:" + path);
        wire.send(ws(1, "4still here"));
        CHECK(wire.frame().payload == "4still here");
    }
    std::ofstream(path) << "precious";
    CHECK_THROWS(Rig(listening_on("unix:" + path)));
    CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("a server that stops leaves the socket file of another at its path") {
    const Folder folder;
    const std::string path = folder / "s.sock";
    auto first = std::make_unique<Rig>(listening_on("unix:" + path));
    std::filesystem::remove(path);
    {
        Rig second(listening_on("unix:" + path));
        first.reset();
        Wire wire = websocket("unix:" + path);
        wire.send(ws(1, "4x"));
        CHECK(wire.frame().payload == "4x");
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a daemon that has bound its socket and does not listen yet is not taken for dead") {
    const Folder folder;
    const std::string path = folder / "s.sock";
    auto lock = std::make_unique<net::FolderLock>(path); // as one that is about to listen has it
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    REQUIRE(bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    const net::SocketFile file(path);
    std::atomic<bool> refused = false, over = false;
    std::thread other([&] {
        try {
            close(net::open_listener("unix:" + path, 0660).fd);
        } catch (const std::exception &) {
            refused = true;
        }
        over = true;
    });
    while (!over && descriptors_of(folder.path) < 2)
        std::this_thread::yield(); // until the other one asks for the lock
    CHECK(listen(fd, 1) == 0);
    lock.reset();
    other.join();
    CHECK(refused);
    CHECK(file.in_place());
    close(fd);
}

TEST_CASE("when several listen on one path at the same time, one gets it") {
    constexpr int rounds = 40, starters = 6;
    const Folder folder;
    const std::string path = folder / "s.sock";
    for (int round = 0; round < rounds; ++round) {
        std::barrier together(starters);
        std::mutex mutex;
        std::vector<net::Opened> opened;
        std::vector<std::thread> threads;
        for (int i = 0; i < starters; ++i)
            threads.emplace_back([&] {
                together.arrive_and_wait();
                try {
                    net::Opened mine = net::open_listener("unix:" + path, 0660);
                    const std::lock_guard lock(mutex);
                    opened.push_back(std::move(mine));
                } catch (const std::exception &) {
                    return; // another has it
                }
            });
        for (auto &thread : threads)
            thread.join();
        REQUIRE(opened.size() == 1);
        CHECK(opened[0].file.in_place());
        opened[0].file.remove();
        close(opened[0].fd);
    }
}

TEST_CASE("a process that holds a folder's lock does not prevent listening there") {
    const Folder folder;
    const std::string path = folder / "s.sock";
    const net::FolderLock lock(path);
    REQUIRE(lock.held());
    net::Opened opened = net::open_listener("unix:" + path, 0660);
    CHECK(opened.file.in_place());
    opened.file.remove(); // not without the lock: the next daemon replaces it
    CHECK(std::filesystem::exists(path));
    close(opened.fd);
}
