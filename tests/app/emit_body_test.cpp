#include "app/emit_body.hpp"

#include "rest/body.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using app::EmitBody;

namespace {

EmitBody read(std::string_view body) {
    auto result = app::read_emit(body);
    REQUIRE(std::holds_alternative<EmitBody>(result));
    return std::get<EmitBody>(std::move(result));
}

// "422 unknown_member /romo", or "ok".
std::string verdict(std::string_view body) {
    const auto result = app::read_emit(body);
    const auto *problem = std::get_if<app::Problem>(&result);
    if (problem == nullptr) return "ok";
    return std::to_string(problem->status) + ' ' + problem->code + ' ' + problem->pointer;
}

std::string plugins_verdict(std::string_view body) {
    const auto result = rest::read_event(body, rest::Members::all);
    const auto *problem = std::get_if<rest::Problem>(&result);
    if (problem == nullptr) return "ok";
    return std::to_string(problem->status) + ' ' + problem->code + ' ' + problem->pointer;
}

std::string nested(std::size_t depth) {
    return R"({"event":"e","room":"a","data":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}";
}

} // namespace

TEST_CASE("a body becomes an emit that the catalogue checks, its data as it was written") {
    const EmitBody body = read(R"({"event":"booking:created","data": {"n":1e2, "é":"\u00e9"} ,
        "rooms":["a","b"],"except":["c"],"volatile":true,"namespace":"/x"})");
    const dispatch::Emit emit = body.emit();
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
    CHECK(read(R"({"event":"e","data":null})").emit().rooms.empty());
    CHECK_FALSE(read(R"({"event":"e","data":null})").emit().all);
    CHECK(read(R"({"event":"e","data":null,"broadcast":true})").emit().all);
}

TEST_CASE("the admin socket accepts and refuses what /api/emit does, with the same messages") {
    const std::string bodies[] = {
        R"({"event":"e","data":1,"room":"a"})",
        R"({"event":"e","data":null,"rooms":["a"],"except":[]})",
        R"({"event":"e","data":1,"room":"a","volatile":false,"broadcast":false})",
        R"({"event":"e","data":1,"broadcast":true})",
        R"({"event":"e","data":1,"ro\u006fm":"a"})",
        nested(127),
        "",
        "{",
        "{} x",
        "[]",
        "7",
        R"({"event":"e"})",
        R"({"data":1})",
        R"({"event":"","data":1})",
        R"({"event":7,"data":1})",
        R"({"event":"e","data":1,"room":["a"]})",
        R"({"event":"e","data":1,"rooms":"a"})",
        R"({"event":"e","data":1,"rooms":[7]})",
        R"({"event":"e","data":1,"rooms":[]})",
        R"({"event":"e","data":1,"except":[null]})",
        R"({"event":"e","data":1,"broadcast":"true"})",
        R"({"event":"e","data":1,"volatile":1})",
        R"({"event":"e","data":1,"namespace":null})",
        R"({"event":"e","data":1,"romo":"a"})",
        R"({"event":"e","data":1e400,"room":"a"})",
        R"({"event":"e","data":1e-400,"room":"a"})",
        R"({"event":"e","data":"cut \ud83d","room":"a"})",
        R"({"event":"e","data":1,"data":2})",
        R"({"event":"e","data":1,"room":"a","rooms":["b"]})",
        R"({"event":"e","data":1,"room":"a","broadcast":true})",
    };
    for (const std::string &body : bodies)
        CHECK_MESSAGE(verdict(body) == plugins_verdict(body), body);
    std::string many = R"({"event":"e","data":1,"rooms":["a")";
    for (int i = 0; i < 1000; ++i)
        many += R"(,"a")";
    CHECK(verdict(many + "]}") == "422 too_many_rooms /rooms");
    CHECK(plugins_verdict(many + "]}") == "422 too_many_rooms /rooms");
}

TEST_CASE("data nested too deep is refused before anything walks it") {
    CHECK(verdict(nested(128)).starts_with("400 "));
    CHECK(verdict(nested(100000)).starts_with("400 "));
}

TEST_CASE("a nearly right member is named") {
    const auto result = app::read_emit(R"({"event":"e","data":1,"romo":"a"})");
    CHECK(std::get<app::Problem>(result).message ==
          "there is no member \"romo\"; did you mean \"room\"?");
}

TEST_CASE("what the router refuses has the status and the pointer of /api/emit") {
    const EmitBody body = read(R"({"event":"e","data":1,"room":"no room"})");
    dispatch::Emitted what;
    what.status = dispatch::Status::invalid;
    what.code = "room_invalid";
    what.pointer = "/rooms/0";
    CHECK(app::problem_of(body, what).status == 422);
    CHECK(app::problem_of(body, what).pointer == "/room");
    CHECK(app::problem_of(read(R"({"event":"e","data":1,"rooms":["x"]})"), what).pointer ==
          "/rooms/0");
    what.status = dispatch::Status::too_big;
    CHECK(app::problem_of(body, what).status == 413);
    what.status = dispatch::Status::denied;
    CHECK(app::problem_of(body, what).status == 403);
}
