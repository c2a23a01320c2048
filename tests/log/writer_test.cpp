#include "log/writer.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <future>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;
using log::Writer;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds long_enough{20000};

// A pipe that nobody reads unless a test does.
class Pipe {
public:
    Pipe() { REQUIRE(pipe2(ends_.data(), O_CLOEXEC) == 0); }
    ~Pipe() {
        end_writing();
        close(ends_[0]);
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    int in() const { return ends_[1]; }
    int out() const { return ends_[0]; }
    void end_writing() {
        if (ends_[1] >= 0) close(ends_[1]);
        ends_[1] = -1;
    }
    // The next line, without its newline; empty at the end.
    std::string line() {
        for (;;) {
            if (const auto at = text_.find('\n'); at != std::string::npos) {
                std::string out = text_.substr(0, at);
                text_.erase(0, at + 1);
                return out;
            }
            std::array<char, 65536> more;
            const ssize_t n = read(ends_[0], more.data(), more.size());
            if (n <= 0) return "";
            text_.append(more.data(), static_cast<std::size_t>(n));
        }
    }

private:
    std::array<int, 2> ends_{-1, -1};
    std::string text_;
};

std::string numbered(std::size_t i) {
    return std::to_string(i) + ' ' + std::string(100, 'x');
}

} // namespace

TEST_CASE(
    "logging never waits: lines over the bound are dropped, counted and reported in their place") {
    Pipe pipe; // takes 64 KiB, and the writer holds as much
    Writer writer(pipe.in(), log::Style{}, 64 * 1024);
    const std::size_t put = 20000;
    for (std::size_t i = 0; i < put; ++i)
        writer.put(numbered(i));
    CHECK(writer.dropped() >= put - 2 * 64 * 1024 / 100);
    std::uint64_t gaps = 0;
    for (std::size_t next = 0; next < put;) {
        const std::string line = pipe.line();
        const auto at = line.find("Z warning log lines dropped lines=");
        if (at == std::string::npos) {
            REQUIRE(line == numbered(next++));
        } else {
            const auto lines = std::stoul(line.substr(line.rfind('=') + 1));
            next += lines;
            gaps += lines;
        }
    }
    CHECK(gaps == writer.dropped());
    writer.put("and on");
    CHECK(pipe.line() == "and on");
}

TEST_CASE("lines come in their order, whole, of several threads too") {
    Pipe pipe;
    Writer writer(pipe.in(), log::Style{}, 4u << 20);
    const std::string wide(5000, 'w'); // more than a pipe takes in one piece
    const auto write = [&](char who) {
        for (int i = 0; i < 200; ++i)
            writer.put(who + std::to_string(i) + (i % 10 == 0 ? wide : ""));
    };
    std::thread a([&] { write('a'); }), b([&] { write('b'); });
    std::array<int, 2> next{0, 0};
    for (int i = 0; i < 400; ++i) {
        const std::string line = pipe.line();
        REQUIRE_FALSE(line.empty());
        int &n = next.at(static_cast<std::size_t>(line[0] - 'a'));
        CHECK(line.substr(1) == std::to_string(n) + (n % 10 == 0 ? wide : ""));
        ++n;
    }
    a.join();
    b.join();
}

TEST_CASE("the queue is written before the writer is destroyed, even to a slow reader") {
    Pipe pipe;
    auto reader = std::async(std::launch::async, [&] {
        std::size_t lines = 0;
        while (pipe.line() == numbered(lines))
            ++lines;
        return lines;
    });
    {
        Writer writer(pipe.in(), log::Style{}, 1u << 20, long_enough);
        for (std::size_t i = 0; i < 5000; ++i)
            writer.put(numbered(i));
    }
    pipe.end_writing();
    CHECK(reader.get() == 5000);
}

TEST_CASE("nobody waits for ever for a reader that is stuck") {
    Pipe pipe;
    const auto write_much = [&] {
        Writer writer(pipe.in(), log::Style{}, 1u << 20, milliseconds(20));
        for (std::size_t i = 0; i < 5000; ++i)
            writer.put(numbered(i));
        writer.flush(milliseconds(20));
    };
    write_much(); // returns
    for (std::size_t i = 0; i < 5000; ++i)
        REQUIRE(pipe.line() == numbered(i)); // its thread lives on, and writes them
}

TEST_CASE("flush waits until all is written") {
    Pipe pipe;
    Writer writer(pipe.in(), log::Style{}, 1u << 20);
    writer.put("a");
    writer.flush(long_enough);
    fcntl(pipe.out(), F_SETFL, O_NONBLOCK);
    CHECK(pipe.line() == "a");
}

TEST_CASE("a non-blocking descriptor loses nothing") {
    Pipe pipe;
    fcntl(pipe.in(), F_SETFL, O_NONBLOCK);
    Writer writer(pipe.in(), log::Style{}, 4u << 20);
    for (std::size_t i = 0; i < 5000; ++i)
        writer.put(numbered(i));
    for (std::size_t i = 0; i < 5000; ++i)
        REQUIRE(pipe.line() == numbered(i));
}

TEST_CASE("the writer's thread gets no signals") {
    Pipe pipe;
    Writer writer(pipe.in(), log::Style{});
    sigset_t usr;
    sigemptyset(&usr);
    sigaddset(&usr, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr, nullptr);
    kill(getpid(), SIGUSR1); // ends the process when a thread of it lets it in
    int got = 0;
    sigwait(&usr, &got);
    pthread_sigmask(SIG_UNBLOCK, &usr, nullptr);
    CHECK(got == SIGUSR1);
}

TEST_CASE("a crash lets earlier lines be written, and ends as it would have") {
    for (const int number : {SIGABRT, SIGSEGV}) {
        Pipe pipe;
        const pid_t child = fork();
        if (child == 0) {
            for (const int crash : {SIGABRT, SIGSEGV})
                std::signal(crash, SIG_DFL); // the test's own
            Writer writer(pipe.in(), log::Style{});
            for (std::size_t i = 0; i < 5000; ++i)
                writer.put(numbered(i));
            std::raise(number);
            _exit(0);
        }
        pipe.end_writing();
        std::size_t lines = 0;
        while (pipe.line() == numbered(lines))
            ++lines;
        CHECK(lines == 5000);
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK((WIFSIGNALED(status) && WTERMSIG(status) == number));
    }
}
