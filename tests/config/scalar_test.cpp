#include "config/scalar.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::config;
using std::chrono::milliseconds;

TEST_CASE("a duration is a whole number with its unit") {
    CHECK(*parse_duration("300ms") == milliseconds(300));
    CHECK(*parse_duration("25s") == milliseconds(25000));
    CHECK(*parse_duration("1m") == milliseconds(60000));
    CHECK(*parse_duration("2h") == milliseconds(7200000));
    CHECK(*parse_duration("1d") == milliseconds(86400000));
    CHECK(*parse_duration("0s") == milliseconds(0));
    for (const char *bad : {"", "25", "s", "1.5s", "-1s", "+1s", " 1s", "1s ", "1 s", "1S", "1min",
                            "0x1s", "1:30", "99999999999999999999s", "9999999999999999s"})
        CHECK_MESSAGE(!parse_duration(bad).ok(), bad);
    CHECK(std::string(parse_duration("25").error()) ==
          "a duration is a whole number and a unit: 300ms, 25s, 1m, 2h, 1d");
}

TEST_CASE("a size is a whole number with its unit, of 1000 or 1024") {
    CHECK(*parse_size("512B") == 512);
    CHECK(*parse_size("16KiB") == 16384);
    CHECK(*parse_size("1MiB") == 1048576);
    CHECK(*parse_size("1GiB") == 1073741824);
    CHECK(*parse_size("1KB") == 1000);
    CHECK(*parse_size("1MB") == 1000000);
    CHECK(*parse_size("1GB") == 1000000000);
    for (const char *bad :
         {"", "1", "MB", "1mb", "1kB", "1M", "1K", "1.5MB", "-1MB", "1 MB", "99999999999GiB"})
        CHECK_MESSAGE(!parse_size(bad).ok(), bad);
    CHECK(std::string(parse_size("1").error()) ==
          "a size is a whole number and a unit: 512B, 16KiB, 1MiB, 64KB, 1MB");
}

TEST_CASE("a count is digits alone") {
    CHECK(*parse_count("0") == 0);
    CHECK(*parse_count("50000") == 50000);
    for (const char *bad :
         {"", "-1", "+1", "1.0", "1e3", "0x10", "1_000", "1 ", "010", "00", "99999999999999999999"})
        CHECK_MESSAGE(!parse_count(bad).ok(), bad);
}

TEST_CASE("a mode is octal and gives no right to execute") {
    CHECK(*parse_mode("0660") == 0660);
    CHECK(*parse_mode("600") == 0600);
    CHECK(*parse_mode("0666") == 0666);
    for (const char *bad :
         {"", "0", "66", "0770", "0680", "4660", "00660", "rw", "0o660", "77777777777777"})
        CHECK_MESSAGE(!parse_mode(bad).ok(), bad);
}

TEST_CASE("an address is numeric with a port, or a Unix socket") {
    for (const char *good :
         {"127.0.0.1:3001", "0.0.0.0:80", "[::1]:3001", "[::]:0", "10.1.2.3:65535"}) {
        REQUIRE_MESSAGE(parse_address(good).ok(), good);
        CHECK_FALSE(parse_address(good)->unix_socket);
    }
    CHECK(parse_address("unix:/run/roomd/emit.sock")->unix_socket);
}

TEST_CASE("loopback is what no other machine can reach") {
    for (const char *near :
         {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "unix:/a"})
        CHECK_MESSAGE(parse_address(near)->loopback, near);
    for (const char *far :
         {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[::ffff:10.0.0.1]:1", "[fe80::1]:1"})
        CHECK_MESSAGE(!parse_address(far)->loopback, far);
}

TEST_CASE("an invalid address says why") {
    const auto why = [](std::string_view text) { return std::string(parse_address(text).error()); };
    CHECK(why("127.0.0.1") == "an address has a port: 127.0.0.1:3001, [::1]:3001");
    CHECK(why("127.0.0.1:") == "a port is a number up to 65535");
    CHECK(why("127.0.0.1:65536") == "a port is a number up to 65535");
    CHECK(why("127.0.0.1:080") == "a port is a number up to 65535");
    CHECK(why("127.0.0.1:-1") == "a port is a number up to 65535");
    CHECK(why("localhost:3001") ==
          "a name is not an address: write 127.0.0.1 and, in an entry of its own, [::1]");
    CHECK(why("::1:3001") == "an IPv6 address is written in brackets: [::1]:3001");
    CHECK(why("[::g]:3001") == "there is no IPv6 address between the brackets");
    CHECK(why("[fe80::1%eth0]:3001") == "there is no IPv6 address between the brackets");
    CHECK(why("example.com:80") ==
          "a numeric address is needed: 127.0.0.1:3001, 0.0.0.0:3001, [::]:3001");
    CHECK(why("127.1:80") ==
          "a numeric address is needed: 127.0.0.1:3001, 0.0.0.0:3001, [::]:3001");
    CHECK(why(std::string_view("127.0.0.1\0:80", 13)) == "an address must not contain NUL");
    CHECK(why(std::string_view("unix:/a\0b", 9)) == "an address must not contain NUL");
    CHECK(why("unix:relative") ==
          "a Unix socket needs an absolute path: unix:/run/roomd/emit.sock");
    CHECK(why("unix:@abstract") ==
          "a Unix socket needs an absolute path: unix:/run/roomd/emit.sock");
    CHECK(why("unix:/dir/") == "the path of a Unix socket names a file");
    CHECK(parse_address("unix:/" + std::string(106, 'a')).ok());
    CHECK(why("unix:/" + std::string(107, 'a')) ==
          "the path of a Unix socket has at most 107 bytes");
}
