#include "loop/watch.hpp"

#include "pair.hpp"

#include "loop/loop.hpp"
#include "loop/timer.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

using namespace roomd;
using base::Duration;
using loop::Loop;
using loop::Timer;
using loop::Watch;
using test::Pair;

TEST_CASE("a watch tells what its descriptor is ready for, and only what was wanted") {
    const Pair pair;
    Loop loop;
    bool readable = false, writable = false;
    Watch watch(loop, pair.fds[0], [&](bool r, bool w) {
        readable = r;
        writable = w;
        loop.stop();
    });
    watch.want(false, true);
    loop.run();
    CHECK(writable);
    CHECK_FALSE(readable);
    watch.want(true, false);
    REQUIRE(write(pair.fds[1], "x", 1) == 1);
    loop.run();
    CHECK(readable);
    CHECK_FALSE(writable);
}

TEST_CASE("a watch that wants nothing is silent until it wants again") {
    const Pair pair;
    Loop loop;
    int calls = 0;
    Watch watch(loop, pair.fds[0], [&](bool, bool) {
        ++calls;
        loop.stop();
    });
    REQUIRE(write(pair.fds[1], "x", 1) == 1);
    watch.want(true, false);
    watch.want(false, false);
    Timer end(loop, [&] { loop.stop(); });
    end.after(Duration(20));
    loop.run();
    CHECK(calls == 0);
    watch.want(true, false);
    loop.run();
    CHECK(calls == 1);
}

TEST_CASE("a watch may destroy itself, and its descriptor may be closed after it") {
    Loop loop;
    {
        const Pair pair;
        std::unique_ptr<Watch> watch;
        watch = std::make_unique<Watch>(loop, pair.fds[0], [&](bool, bool) {
            watch.reset();
            loop.stop();
        });
        watch->want(false, true);
        loop.run();
        CHECK_FALSE(watch);
    }
    loop.run_once_nowait();
}

TEST_CASE("the end of the peer is told as readable") {
    Pair pair;
    Loop loop;
    bool readable = false;
    Watch watch(loop, pair.fds[0], [&](bool r, bool) {
        readable = r;
        loop.stop();
    });
    watch.want(true, false);
    shutdown(pair.fds[1], SHUT_RDWR);
    loop.run();
    CHECK(readable);
}

// What a server does that is killed while a question waits for it: its last words, then a reset.
TEST_CASE("an error is told again until it has been read, also when words stand before it") {
    Pair pair;
    Loop loop;
    std::string words;
    int error = 0;
    Watch watch(loop, pair.fds[0], [&](bool, bool) {
        char text[16];
        const auto n = read(pair.fds[0], text, sizeof text);
        if (n > 0) return void(words.append(text, static_cast<std::size_t>(n)));
        error = n < 0 ? errno : 0;
        loop.stop();
    });
    watch.want(true, false);
    REQUIRE(write(pair.fds[0], "a question", 10) == 10);
    REQUIRE(write(pair.fds[1], "bye", 3) == 3);
    close(std::exchange(pair.fds[1], -1));
    Timer end(loop, [&] { loop.stop(); });
    end.after(Duration(2000));
    loop.run();
    CHECK(words == "bye");
    CHECK(error == ECONNRESET);
}

TEST_CASE("a descriptor that cannot be watched is a set-up error") {
    Loop loop;
    CHECK_THROWS(Watch(loop, -1, [](bool, bool) {}));
}
