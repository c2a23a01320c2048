#include "json/answer.hpp"

#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("a success holds its data as it is") {
    CHECK(json::success("[1]") == R"({"success":true,"data":[1]})");
}

TEST_CASE("an error has a pointer only where there is one, and may have more members") {
    CHECK(json::error("a", "b").done() == R"({"code":"a","message":"b"})");
    CHECK(json::error("a", "b", "/c").done() == R"({"code":"a","message":"b","pointer":"/c"})");
    CHECK(json::failure(json::error("a", "b").raw("faults", "[]")) ==
          R"({"success":false,"error":{"code":"a","message":"b","faults":[]}})");
}

TEST_CASE("a refused ack has one argument, as clients expect of a verb") {
    CHECK(json::refused_ack(json::error("a", "b", "/c")) ==
          R"([{"ok":false,"error":{"code":"a","message":"b","pointer":"/c"}}])");
}

TEST_CASE("a failure is valid JSON whatever its message") {
    CHECK(json::failure("bad", "a \"b\"\n") ==
          R"({"success":false,"error":{"code":"bad","message":"a \"b\"\u000a"}})");
}
