#include "app/process.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fcntl.h>
#include <unistd.h>

using namespace roomd;

TEST_CASE("the process is measured as the system sees it") {
    const app::Process before = app::read_process();
    CHECK(before.resident_bytes > 1 << 20);
    CHECK(before.virtual_bytes >= before.resident_bytes);
    CHECK(before.max_fds >= before.open_fds);
    const double now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    CHECK(before.start_seconds > now - 3600);
    CHECK(before.start_seconds < now + 2);
    const int more[] = {open("/dev/null", O_RDONLY), open("/dev/null", O_RDONLY)};
    CHECK(app::read_process().open_fds == before.open_fds + 2);
    for (const int fd : more)
        close(fd);
    CHECK(app::read_process().cpu_seconds >= before.cpu_seconds);
}

TEST_CASE("what cannot be read is nothing") {
    const app::Process none = app::read_process("/nonexistent");
    CHECK(none.resident_bytes == 0);
    CHECK(none.open_fds == 0);
}
