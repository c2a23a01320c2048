#include "metrics/metrics.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("a counter and a gauge are written with help, type and value") {
    CHECK(metrics::text({metrics::counter("roomd_emits_total", "Emits", 7),
                         metrics::gauge("roomd_sessions", "Open sessions", 3)}) ==
          "# HELP roomd_emits_total Emits\n# TYPE roomd_emits_total counter\n"
          "roomd_emits_total 7\n"
          "# HELP roomd_sessions Open sessions\n# TYPE roomd_sessions gauge\n"
          "roomd_sessions 3\n");
}

TEST_CASE("samples carry their labels") {
    metrics::Family f{"roomd_sessions", "Open sessions", metrics::Kind::gauge, {}};
    f.samples = {{{{"transport", "polling"}}, 1}, {{{"transport", "websocket"}}, 2}};
    CHECK(metrics::text({f}).ends_with("roomd_sessions{transport=\"polling\"} 1\n"
                                       "roomd_sessions{transport=\"websocket\"} 2\n"));
}

TEST_CASE("a plugin's metric is named after the plugin") {
    CHECK(metrics::plugin_name("http_emit", "requests_total") ==
          "roomd_plugin_http_emit_requests_total");
}

TEST_CASE("two families of one name become one, as the first says") {
    metrics::Family a{"x_total", "First", metrics::Kind::counter, {{{{"instance", "a"}}, 1}}};
    metrics::Family b{"x_total", "Second", metrics::Kind::gauge, {{{{"instance", "b"}}, 2}}};
    CHECK(metrics::text({a, metrics::gauge("y", "Y", 0), b}) ==
          "# HELP x_total First\n# TYPE x_total counter\n"
          "x_total{instance=\"a\"} 1\nx_total{instance=\"b\"} 2\n"
          "# HELP y Y\n# TYPE y gauge\ny 0\n");
}

TEST_CASE("help and label values cannot forge lines") {
    metrics::Family f{
        "x", "one\nroomd_forged 1", metrics::Kind::gauge, {{{{"l", "a\"b\\\nc"}}, 1}}};
    CHECK(metrics::text({f}) == "# HELP x one?roomd_forged 1\n# TYPE x gauge\n"
                                "x{l=\"a\\\"b\\\\?c\"} 1\n");
}

TEST_CASE("an invalid name spoils nothing but itself") {
    metrics::Family bad{"9 lives", "", metrics::Kind::gauge, {{{}, 1}}};
    metrics::Family good{"x", "X", metrics::Kind::gauge, {{{{"bad label", "v"}, {"ok", "v"}}, 1}}};
    CHECK(metrics::text({bad, good}) == "# HELP x X\n# TYPE x gauge\nx{ok=\"v\"} 1\n");
    CHECK_FALSE(metrics::is_name(""));
    CHECK_FALSE(metrics::is_name("a-b"));
    CHECK_FALSE(metrics::is_name("1a"));
    CHECK_FALSE(metrics::is_name(std::string(129, 'a')));
    CHECK(metrics::is_name("_a1"));
}

TEST_CASE("values that are not numbers are written as Prometheus reads them") {
    const double inf = std::numeric_limits<double>::infinity();
    CHECK(metrics::text({metrics::gauge("x", "X", inf)}).ends_with("x +Inf\n"));
    CHECK(metrics::text({metrics::gauge("x", "X", std::numeric_limits<double>::quiet_NaN())})
              .ends_with("x Nan\n"));
}

TEST_CASE("large counters keep every digit") {
    CHECK(metrics::text({metrics::counter("x_total", "X", 9007199254740991u)})
              .ends_with("x_total 9007199254740991\n"));
}

TEST_CASE("a duration counts in the first bucket that is not below it") {
    using namespace std::chrono_literals;
    metrics::CallTimes times;
    times.observe(10us);
    times.observe(10001ns);
    times.observe(-5ms); // a clock that is asked twice
    times.observe(2s, 3);
    CHECK(times.counts() == std::array<std::uint64_t, 7>{2, 1, 0, 0, 0, 0, 3});
    CHECK(times.count() == 6);
    CHECK(times.seconds() == doctest::Approx(6.000020001));
}

TEST_CASE("a histogram is written with cumulative buckets, their sum and their count") {
    using namespace std::chrono_literals;
    metrics::CallTimes times;
    times.observe(5us);
    times.observe(500us, 2);
    times.observe(1h);
    CHECK(metrics::text({metrics::histogram("x_seconds", "X", times)}) ==
          "# HELP x_seconds X\n# TYPE x_seconds histogram\n"
          "x_seconds_count 4\nx_seconds_sum 3600.001005\n"
          "x_seconds_bucket{le=\"1e-05\"} 1\nx_seconds_bucket{le=\"0.0001\"} 1\n"
          "x_seconds_bucket{le=\"0.001\"} 3\nx_seconds_bucket{le=\"0.01\"} 3\n"
          "x_seconds_bucket{le=\"0.1\"} 3\nx_seconds_bucket{le=\"1\"} 3\n"
          "x_seconds_bucket{le=\"+Inf\"} 4\n");
}

TEST_CASE("counts by labels become samples, and nobody's name is none") {
    metrics::Counts<2> counts;
    counts.add({"", "polling"});
    counts.add({"", "polling"}, 4);
    const auto family = metrics::counts<2>("x_total", "X", {"portal", "transport"}, counts);
    CHECK(metrics::text({family}).ends_with("x_total{portal=\"none\",transport=\"polling\"} 5\n"));
}

TEST_CASE("a table of counts has a bound, and beyond it everything is other") {
    metrics::Counts<1> counts(2);
    for (const char *name : {"a", "b", "c", "d", "a"})
        counts.add({name});
    CHECK(counts.of({"a"}) == 2);
    CHECK(counts.of({"c"}) == 0);
    CHECK(counts.sum() == 5);
    std::size_t all = 0;
    std::uint64_t others = 0;
    counts.each([&](const auto &names, std::uint64_t count) {
        ++all;
        if (names[0] == metrics::other) others = count;
    });
    CHECK(all == 3);
    CHECK(others == 2);
    counts.retain([](const auto &names, std::uint64_t) { return names[0] == "a"; });
    counts.add({"e"}); // there is room again
    CHECK(counts.of({"e"}) == 1);
}

TEST_CASE("what is taken away again never falls below nothing") {
    metrics::Counts<1> counts(1);
    counts.add({"a"});
    counts.add({"b"});
    counts.take({"b"});
    counts.take({"b"});
    counts.take({"a"});
    counts.take({"a"});
    CHECK(counts.sum() == 0);
}
