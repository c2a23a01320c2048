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
