#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace roomd::test {

// A daemon that takes one connection, reads a request, answers these bytes and goes.
class Peer {
public:
    enum class Life : unsigned char { answers, silent, dead };

    explicit Peer(std::string bytes, Life life = Life::answers) {
        char name[] = "/tmp/roomd-cli-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        folder_ = name;
        fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path().c_str());
        REQUIRE(bind(fd_, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
        if (life == Life::dead) {
            close(fd_);
            fd_ = -1;
            return;
        }
        listen(fd_, 1);
        if (life == Life::silent) return;
        thread_ = std::thread([this, bytes = std::move(bytes)] {
            const int one = accept(fd_, nullptr, nullptr);
            if (one < 0) return;
            char buffer[4096];
            while (seen.find("\r\n\r\n") == std::string::npos) {
                const ssize_t n = read(one, buffer, sizeof buffer);
                if (n <= 0) break;
                seen.append(buffer, static_cast<std::size_t>(n));
            }
            if (!bytes.empty() && write(one, bytes.data(), bytes.size()) < 0) seen += "?";
            close(one);
        });
    }
    ~Peer() {
        if (fd_ >= 0) shutdown(fd_, SHUT_RDWR); // nobody may have come
        join();
        if (fd_ >= 0) close(fd_);
        unlink(path().c_str());
        rmdir(folder_.c_str());
    }
    Peer(const Peer &) = delete;
    Peer &operator=(const Peer &) = delete;

    std::string path() const { return folder_ + "/s"; }
    void join() {
        if (thread_.joinable()) thread_.join();
    }
    std::string seen;

private:
    std::string folder_;
    int fd_ = -1;
    std::thread thread_;
};

} // namespace roomd::test
