#include "app/expiries.hpp"

#include "log/log.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

using namespace roomd;

TEST_CASE("a certificate in use that nears its end, or is over, is told once a day") {
    constexpr std::int64_t hour = 3600 * 1000, day = 24 * hour, start = 1'700'000'000'000;
    const std::vector<net::Server::Certificate> certificates{
        {"a", "/etc/long.crt", {start - day, start + 90 * day}},
        {"a", "/etc/soon.crt", {start - day, start + 15 * day}},
        {"b", "/etc/over.crt", {start - 2 * day, start - day}},
    };
    test::Stderr err;
    log::Logger log(log::Options{});
    app::Expiries expiries(log, start); // the start has told of them
    for (std::int64_t now = start; now < start + 3 * day + hour; now += hour)
        expiries.look(certificates, now);
    const std::vector<std::string> lines = err.lines();
    const auto count = [&](const char *what) {
        return std::count_if(lines.begin(), lines.end(), [&](const std::string &line) {
            return line.find(what) != std::string::npos;
        });
    };
    CHECK(count("over.crt expired on") == 3);
    CHECK(count("soon.crt expires on") == 2); // from 14 days before
    CHECK(count("in 12 days") == 1);
    CHECK(count("long.crt") == 0);
    CHECK(count("listener=b") == 3);
}
