#include "rest/body.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::view;
using namespace roomd::rest;

namespace {

Event good(std::string_view body) {
    auto read = read_event(body);
    REQUIRE(std::holds_alternative<Event>(read));
    return std::get<Event>(std::move(read));
}

} // namespace

TEST_CASE("the emit asks the catalogue, and never everyone unless told") {
    std::string args;
    const auto to_room = good(R"({"event":"e","data":1,"room":"r"})");
    const auto emit = emit_of(to_room, args);
    CHECK(emit.raw().flags == ROOMD_EMIT_ROUTE);
    CHECK(args == "[1]");
    CHECK(emit.raw().n_rooms == 1);
    const auto to_none = good(R"({"event":"e","data":1})");
    CHECK((emit_of(to_none, args).raw().flags & ROOMD_EMIT_ALL) == 0);
    const auto off = good(R"({"event":"e","data":1,"broadcast":false})");
    CHECK((emit_of(off, args).raw().flags & ROOMD_EMIT_ALL) == 0);
    const auto to_all = good(R"({"event":"e","data":1,"broadcast":true,"volatile":true})");
    CHECK(emit_of(to_all, args).raw().flags ==
          (ROOMD_EMIT_ROUTE | ROOMD_EMIT_ALL | ROOMD_EMIT_VOLATILE));
}

TEST_CASE("every member of the body reaches the emit") {
    std::string args;
    const auto event = good(R"({"event":"e","data": {"a": 1.50} ,"rooms":["r","s"],
        "except":["t"],"namespace":"/admin","key":"k"})");
    const auto emit = emit_of(event, args);
    const auto raw = emit.raw();
    CHECK(view(raw.event) == "e");
    CHECK(view(raw.args.json) == R"([{"a": 1.50}])");
    CHECK(view(raw.nsp) == "/admin");
    CHECK(view(raw.key) == "k");
    REQUIRE(raw.n_rooms == 2);
    CHECK(view(raw.rooms[1]) == "s");
    REQUIRE(raw.n_except == 1);
    CHECK(view(raw.except[0]) == "t");
}
