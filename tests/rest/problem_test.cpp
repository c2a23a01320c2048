#include "rest/problem.hpp"
#include "rest/settings.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace roomd::rest;

namespace {

bool json_type(std::string_view type, std::string_view encoding = {}) {
    const roomd_field fields[] = {{str("content-type"), str(type)},
                                  {str("content-encoding"), str(encoding)}};
    roomd_request raw{};
    raw.headers = fields;
    raw.n_headers = encoding.data() == nullptr ? 1 : 2;
    return is_json(Request(raw));
}

struct FaultsFound {
    std::string text;
    static void note(void *user, roomd_str pointer, roomd_str, roomd_str hint) {
        auto &me = *static_cast<FaultsFound *>(user);
        me.text += std::string(view(pointer)) + "|" + std::string(view(hint)) + ";";
    }
};

} // namespace

TEST_CASE("a failure is the documented JSON") {
    CHECK(failure({422, "a", "say \"b\""}) ==
          R"({"success":false,"error":{"code":"a","message":"say \"b\""}})");
    CHECK(failure({422, "a", "b", "/c"}) ==
          R"({"success":false,"error":{"code":"a","message":"b","pointer":"/c"}})");
}

TEST_CASE("text that is not UTF-8 is still answered with JSON") {
    std::string json;
    append_quoted(json, "a\xff\x01");
    CHECK(json == "\"a\xef\xbf\xbd\\u0001\"");
}

TEST_CASE("each refusal of the host has its HTTP status") {
    const auto status = [](roomd_status s, std::string_view code = {}) {
        Emitted what;
        what.code = code;
        return problem_of(s, what).status;
    };
    CHECK(status(ROOMD_AGAIN) == 429);
    CHECK(status(ROOMD_STOPPING) == 503);
    CHECK(status(ROOMD_TOO_BIG) == 413);
    CHECK(status(ROOMD_DENIED) == 403);
    CHECK(status(ROOMD_INVALID) == 422);
    CHECK(status(ROOMD_INVALID, "idempotency_conflict") == 409);
    CHECK(status(ROOMD_FAILED, "not_sent") == 422);
    CHECK(status(ROOMD_FAILED) == 500);
    CHECK(!problem_of(ROOMD_FAILED, {}).message.empty());
}

TEST_CASE("only JSON that no foreign form can send is taken") {
    CHECK(json_type("application/json"));
    CHECK(json_type("Application/JSON"));
    CHECK(json_type("application/json; charset=utf-8"));
    CHECK(json_type("application/json;charset=\"UTF-8\""));
    CHECK(json_type("application/json", "identity"));
    CHECK(!json_type(""));
    CHECK(!json_type("text/plain"));
    CHECK(!json_type("application/jsonp"));
    CHECK(!json_type("application/json; charset=latin1"));
    CHECK(!json_type("text/plain; application/json"));
    CHECK(!json_type("application/json", "gzip"));
}

TEST_CASE("a timestamp is ISO 8601 in UTC with milliseconds") {
    const auto now = timestamp();
    REQUIRE(now.size() == 24);
    CHECK(now[10] == 'T');
    CHECK(now[19] == '.');
    CHECK(now[23] == 'Z');
}

TEST_CASE("settings that are wrong are faults with their place, and read as the default") {
    FaultsFound found;
    Faults faults(FaultsFound::note, &found);
    Settings settings(R"({"path":"api","rate":"5","n":-1,"map":[],"pth":1})", faults);
    CHECK(settings.path("path", "/x") == "/x");
    CHECK(settings.number("rate", 0, 10, 1) == 1);
    CHECK(settings.whole("n", 0, 10, 3) == 3);
    CHECK(settings.section("map").whole("inside", 0, 1, 1) == 1);
    settings.refuse_others();
    CHECK(found.text == "/path|write /x;/rate|;/n|;/map|;/pth|write path;");
}

TEST_CASE("paths with dots, doubles or strange characters are refused") {
    for (const std::string_view path : {"", "/", "a", "/a//b", "/a/../b", "/.", "/a b", "/a?b"}) {
        FaultsFound found;
        Faults faults(FaultsFound::note, &found);
        Settings settings(R"({"path":")" + std::string(path) + R"("})", faults);
        CHECK(settings.path("path", "/x") == "/x");
        CHECK(faults.any());
    }
    Faults none(nullptr, nullptr);
    Settings settings(R"({"path":"/api/v1.2/emit"})", none);
    CHECK(settings.path("path", "/x") == "/api/v1.2/emit");
    CHECK(!none.any());
}

TEST_CASE("faults of a section say where the section is") {
    FaultsFound found;
    Faults faults(FaultsFound::note, &found);
    Settings settings(R"({"generate":{"rte":5,"rate":"x"}})", faults);
    auto generate = settings.section("generate");
    generate.number("rate", 0, 10, 1);
    generate.refuse_others();
    CHECK(found.text == "/generate/rate|;/generate/rte|write rate;");
}

TEST_CASE("a configuration that is no map is one fault") {
    FaultsFound found;
    Faults faults(FaultsFound::note, &found);
    const Settings settings("[1]", faults);
    CHECK(found.text == "|;");
}
