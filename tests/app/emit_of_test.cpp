#include "app/emit_of.hpp"

#include "emits/reader.hpp"

#include <doctest/doctest.h>

#include <variant>

using namespace roomd;

namespace {

emits::Event read(std::string_view body) {
    auto result = emits::read_event(body);
    REQUIRE(std::holds_alternative<emits::Event>(result));
    return std::get<emits::Event>(std::move(result));
}

} // namespace

TEST_CASE("a body becomes an emit that the catalogue checks, its data as it was written") {
    const emits::Event event = read(R"({"event":"booking:created","data": {"n":1e2, "é":"\u00e9"} ,
        "rooms":["a","b"],"except":["c"],"volatile":true,"namespace":"/x"})");
    std::string args;
    const dispatch::Emit emit = app::emit_of(event, args);
    CHECK(emit.event == "booking:created");
    CHECK(emit.args.json == R"([{"n":1e2, "é":"\u00e9"}])");
    CHECK(emit.rooms == std::vector<std::string_view>{"a", "b"});
    CHECK(emit.except == std::vector<std::string_view>{"c"});
    CHECK(emit.nsp == "/x");
    CHECK(emit.droppable);
    CHECK(emit.route);
    CHECK_FALSE(emit.all);
}

TEST_CASE("a body without rooms leaves them to the catalogue, one with broadcast asks for all") {
    std::string args;
    const auto none = read(R"({"event":"e","data":null})");
    CHECK(app::emit_of(none, args).rooms.empty());
    CHECK_FALSE(app::emit_of(none, args).all);
    CHECK(app::emit_of(read(R"({"event":"e","data":null,"broadcast":true})"), args).all);
}

TEST_CASE("an empty namespace is the default one, as over HTTP") {
    std::string args;
    CHECK(app::emit_of(read(R"({"event":"e","data":1,"namespace":""})"), args).nsp == "/");
    CHECK(app::emit_of(read(R"({"event":"e","data":1})"), args).nsp == "/");
}

TEST_CASE("what the router refuses has the status and the pointer of /api/emit") {
    const auto event = read(R"({"event":"e","data":1,"room":"no room"})");
    dispatch::Emitted what;
    what.status = dispatch::Status::invalid;
    what.code = "room_invalid";
    what.pointer = "/rooms/0";
    CHECK(app::problem_of(event, what).status == 422);
    CHECK(app::problem_of(event, what).pointer == "/room");
    CHECK(app::problem_of(read(R"({"event":"e","data":1,"rooms":["x"]})"), what).pointer ==
          "/rooms/0");
    what.status = dispatch::Status::too_big;
    CHECK(app::problem_of(event, what).status == 413);
    what.status = dispatch::Status::denied;
    CHECK(app::problem_of(event, what).status == 403);
}
