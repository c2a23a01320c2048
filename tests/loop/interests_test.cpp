#include "loop/interests.hpp"

#include "pair.hpp"

#include "loop/loop.hpp"
#include "loop/timer.hpp"
#include "loop/watch.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>

using namespace roomd;
using base::Duration;
using loop::Loop;
using loop::Timer;
using loop::Watch;
using test::Pair;

namespace {

bool fill(int fd) { // until it takes no more
    const std::string block(4096, 'x');
    while (write(fd, block.data(), block.size()) > 0) {
    }
    return errno == EAGAIN;
}

// Reads one byte per call and then does what it is told to.
struct Reader {
    const Pair pair;
    int reads = 0, writes = 0;
    std::function<void(Watch &)> then = [](Watch &) {};
    Watch watch;

    explicit Reader(Loop &loop) :
        watch(loop, pair.fds[0], [this](bool readable, bool writable) {
            if (readable) {
                ++reads;
                pair.take();
            }
            if (writable) ++writes;
            then(watch);
        }) {
        watch.want(true, false);
    }
};

void turn(Loop &loop, int times = 1) {
    for (; times > 0; --times)
        loop.run_once_nowait();
}

} // namespace

TEST_CASE("who asks to write, and can, is called without the kernel's list being changed") {
    Loop loop;
    Reader reader(loop);
    turn(loop);
    const auto told = loop.interests().applied();
    reader.then = [](Watch &watch) { watch.want(true, true); };
    reader.pair.poke();
    loop.run_once_nowait();
    CHECK(reader.reads == 1);
    CHECK(reader.writes == 1);
    CHECK(loop.interests().delivered() == 1);
    CHECK(loop.interests().applied() == told);
    reader.then = [](Watch &watch) { watch.want(true, false); };
    turn(loop, 2); // it had asked again, and the kernel is told so; and then that it does not
    CHECK(loop.interests().applied() == told + 2);

    // As libwebsockets does for each request: asks, is called, asks no more.
    for (int i = 0; i < 10; ++i) {
        reader.pair.poke();
        int calls = 0;
        reader.then = [&calls](Watch &watch) { watch.want(true, calls++ == 0); };
        turn(loop, 2);
        CHECK(calls == 2);
    }
    CHECK(loop.interests().applied() == told + 2);
    CHECK(reader.reads == 11);
}

TEST_CASE("a change that is taken back in the same turn costs nothing") {
    Loop loop;
    Reader reader(loop);
    turn(loop);
    const auto told = loop.interests().applied();
    reader.then = [](Watch &watch) {
        watch.want(true, true);
        watch.want(true, false);
    };
    reader.pair.poke();
    turn(loop, 2);
    CHECK(reader.reads == 1);
    CHECK(reader.writes == 0);
    CHECK(loop.interests().applied() == told);
}

TEST_CASE("who asks to write to what is full waits until it is not") {
    Loop loop;
    Reader reader(loop), other(loop);
    REQUIRE(fill(reader.pair.fds[0]));
    reader.then = [](Watch &watch) { watch.want(true, true); };
    other.then = [&](Watch &watch) { watch.want(true, other.writes == 0); };
    reader.pair.poke();
    other.pair.poke();
    turn(loop, 3);
    CHECK(reader.reads == 1);
    CHECK(reader.writes == 0);
    CHECK(other.writes == 1);
    CHECK(loop.interests().delivered() == 1);
    reader.then = [](Watch &watch) { watch.want(true, false); };
    std::string drained(1 << 20, '\0');
    while (read(reader.pair.fds[1], drained.data(), drained.size()) > 0) {
    }
    turn(loop, 3);
    CHECK(reader.writes == 1);
}

TEST_CASE("what is no longer asked for does not arrive, though it was ready") {
    Loop loop;
    Reader one(loop), two(loop);
    turn(loop);
    // Whichever is called first turns the other to writing alone.
    one.then = [&](Watch &) { two.watch.want(false, true); };
    two.then = [&](Watch &) { one.watch.want(false, true); };
    REQUIRE(fill(one.pair.fds[0]));
    REQUIRE(fill(two.pair.fds[0]));
    one.pair.poke();
    two.pair.poke();
    turn(loop, 3);
    CHECK(one.reads + two.reads == 1);
    CHECK(one.writes + two.writes == 0);
}

TEST_CASE("a watch that ends with a change under way is not called, and its number is another's") {
    Loop loop;
    int fd = -1;
    int calls = 0;
    {
        const Pair gone;
        fd = gone.fds[0];
        Watch watch(loop, fd, [&](bool, bool) { ++calls; });
        watch.want(true, false);
        turn(loop);
        watch.want(true, true);
    }
    const Pair next;
    REQUIRE(next.fds[0] == fd);
    int heard = 0;
    Watch watch(loop, fd, [&](bool readable, bool) {
        ++heard;
        CHECK(readable);
        next.take();
    });
    watch.want(true, false);
    next.poke();
    turn(loop, 3);
    CHECK(calls == 0);
    CHECK(heard == 1);
}

TEST_CASE("a watch that is destroyed by the call before its own is not called") {
    Loop loop;
    Reader one(loop);
    auto two = std::make_unique<Reader>(loop);
    turn(loop);
    int others = 0;
    const auto end = [&](Watch &) {
        ++others;
        two.reset();
    };
    two->then = [&](Watch &watch) {
        watch.want(true, true);
        two->then = [&](Watch &) { ++others; };
    };
    one.then = [&](Watch &watch) {
        watch.want(true, true);
        one.then = end;
    };
    one.pair.poke();
    two->pair.poke();
    turn(loop, 3);
    CHECK(others >= 1);
    CHECK(two == nullptr);
}

TEST_CASE("who asks again whenever it is called does not keep the loop") {
    Loop loop;
    Reader reader(loop);
    reader.then = [](Watch &watch) { watch.want(true, true); };
    int rounds = 0;
    loop.before_blocking([&] {
        while (rounds < 100 && loop.deliver_writable())
            ++rounds;
    });
    turn(loop);
    reader.pair.poke();
    turn(loop);
    CHECK(reader.writes == 1); // by deliver(); the rest is the kernel's to say, a turn each
    turn(loop, 3);
    CHECK(reader.writes == 4);
    CHECK(rounds == 0);
    loop.before_blocking({});
}

TEST_CASE("a descriptor with an error is heard of, and again after that") {
    Loop loop;
    int calls = 0;
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    {
        Watch watch(loop, fds[0], [&](bool, bool) { ++calls; });
        watch.want(true, false);
        turn(loop);
        close(fds[1]);
        watch.want(true, true);
        turn(loop, 3);
        CHECK(calls >= 2);
    }
    close(fds[0]);
}

TEST_CASE("two loops of one thread keep their own") {
    Loop first, second;
    Reader reader(first), other(second);
    const auto before = second.interests().applied();
    reader.pair.poke();
    reader.then = [](Watch &watch) { watch.want(true, true); };
    turn(first, 2);
    CHECK(reader.writes >= 1);
    CHECK(second.interests().applied() == before);
    other.pair.poke();
    turn(second, 2);
    CHECK(other.reads == 1);
}
