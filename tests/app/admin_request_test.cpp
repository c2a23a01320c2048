#include "app/admin_request.hpp"

#include <doctest/doctest.h>

using namespace roomd;

namespace {

net::Request posted(std::string_view body, const char *type = "application/json") {
    net::Request request;
    request.headers = {{"content-type", type}};
    request.body = body;
    return request;
}

std::string code(const std::optional<emits::Problem> &problem) {
    return problem ? problem->code + ' ' + problem->pointer : "";
}

} // namespace

TEST_CASE("members of a body are read by name") {
    app::Body body(posted(R"({"user":"u1","n":7,"claims":{"a":1},"none":null})"));
    CHECK(body.text("user") == "u1");
    CHECK(body.number("n") == 7);
    CHECK(body.object("claims") == R"({"a":1})");
    CHECK_FALSE(body.has("none"));
    CHECK_FALSE(body.has("absent"));
    CHECK(code(body.problem()) == "");
}

TEST_CASE("a member that nobody asked for is a problem") {
    app::Body body(posted(R"({"user":"u1","usr":"u2"})"));
    CHECK(body.text("user") == "u1");
    CHECK(code(body.problem()) == "unknown_member /usr");
}

TEST_CASE("a member of another type is a problem") {
    app::Body text(posted(R"({"user":1})"));
    CHECK(text.text("user") == "");
    CHECK(code(text.problem()) == "wrong_type /user");
    for (const char *n : {R"({"n":"1"})", R"({"n":-1})", R"({"n":1.5})"}) {
        app::Body number(posted(n));
        CHECK(number.number("n") == std::nullopt);
        CHECK(code(number.problem()) == "wrong_type /n");
    }
    app::Body object(posted(R"({"claims":[]})"));
    CHECK(object.object("claims").empty());
    CHECK(code(object.problem()) == "wrong_type /claims");
}

TEST_CASE("a body that is no JSON object is a problem") {
    for (const char *body : {"", "[]", "{", R"({"a":1,"a":2})", "{}x"})
        CHECK_MESSAGE(code(app::Body(posted(body)).problem()) == "json_malformed ", body);
}

TEST_CASE("a body that is not declared as JSON is a problem, so that no form can send it") {
    for (const char *type : {"", "text/plain", "application/x-www-form-urlencoded"})
        CHECK(code(app::Body(posted("{}", type)).problem()) == "not_json ");
    CHECK(code(app::Body(posted("{}", "Application/JSON; charset=utf-8")).problem()) == "");
}

TEST_CASE("parameters of a query are read by name, and any other is a problem") {
    net::Request request;
    request.query = {{"room", "a"}, {"limit", "5"}, {"since", "x"}};
    app::Query query(request);
    CHECK(query.text("room") == "a");
    CHECK(query.limit() == 5);
    CHECK(code(query.problem()) == "parameter_unknown ");
    CHECK(query.number("since") == std::nullopt);
    app::Query other(request);
    other.text("room");
    other.limit();
    other.number("since");
    CHECK(code(other.problem()) == "parameter_invalid ");
}
