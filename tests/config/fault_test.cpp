#include "config/fault.hpp"

#include <doctest/doctest.h>

using namespace roomd::config;

TEST_CASE("a fault prints where, what and what to do") {
    CHECK(text({"roomd.yaml", {14, 11}, "origin \"https://*.com\": the reason", "write another"}) ==
          "roomd.yaml:14:11: origin \"https://*.com\": the reason\n  write another");
    CHECK(text({"roomd.yaml", {3, 1}, "what", ""}) == "roomd.yaml:3:1: what");
    CHECK(text({"roomd.yaml", {}, "the file is empty", ""}) == "roomd.yaml: the file is empty");
}

TEST_CASE("a fault cannot forge another line") {
    CHECK(text({"a", {1, 1}, "x\nroomd.yaml:1:1: y", "z\x1b[2J"}) ==
          "a:1:1: x?roomd.yaml:1:1: y\n  z?[2J");
}

TEST_CASE("faults are told in the order of the file") {
    Faults faults;
    faults.add({"f", {9, 1}, "third", ""});
    faults.add({"f", {2, 7}, "second", ""});
    faults.add({"f", {2, 3}, "first", ""});
    CHECK(faults.text() == "f:2:3: first\nf:2:7: second\nf:9:1: third");
}

TEST_CASE("faults of several files are told file by file") {
    Faults faults;
    faults.add({"conf.d/a.yaml", {1, 1, 1}, "second", ""});
    faults.add({"roomd.yaml", {9, 1, 0}, "first", ""});
    faults.add({"conf.d/b.yaml", {0, 0, 2}, "third", ""});
    CHECK(faults.text() == "roomd.yaml:9:1: first\nconf.d/a.yaml:1:1: second\n"
                           "conf.d/b.yaml: third");
}

TEST_CASE("only a bounded number of faults is kept, and the rest is counted") {
    Faults faults;
    for (std::size_t i = 0; i < Faults::most + 5; ++i)
        faults.add({"f", {i + 1, 1}, "x", ""});
    CHECK(faults.list().size() == Faults::most);
    CHECK(faults.text().ends_with("f:100:1: x\n... and 5 more"));
}

TEST_CASE("a warning is not a fault, and only a bounded number is kept") {
    Faults faults;
    for (std::size_t i = 0; i < Faults::most + 5; ++i)
        faults.warn({"f", {1, 1}, "x", ""});
    CHECK(faults.empty());
    CHECK(faults.text() == "");
    CHECK(faults.warnings().size() == Faults::most);
}
