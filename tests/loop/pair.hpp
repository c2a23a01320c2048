#pragma once

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

namespace roomd::test {

// Two ends of one connection, which do not wait.
struct Pair {
    int fds[2] = {-1, -1};
    Pair() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0); }
    ~Pair() {
        close(fds[0]);
        close(fds[1]);
    }
    Pair(const Pair &) = delete;
    Pair &operator=(const Pair &) = delete;
    void poke() const { REQUIRE(write(fds[1], "x", 1) == 1); }
    void take() const {
        char byte = 0;
        REQUIRE(read(fds[0], &byte, 1) == 1);
    }
};

} // namespace roomd::test
