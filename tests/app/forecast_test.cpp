#include "app/forecast.hpp"

#include "config/load.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using app::Forecast;
using Rooms = std::vector<std::string>;

namespace {

const config::Config &settings() {
    static const config::Config config = [] {
        config::Faults faults;
        auto read = config::load_text(R"(
auth: { mode: none }
cors: { missing_origin: refuse }
portals:
  - { name: desk, origins: ["http://desk.test"], roles: [staff] }
  - { name: all, origins: ["http://all.test"] }
namespaces: [/desk, { name: /quiet, verbs: false }]
rooms:
  open: { join: request, allow: all }
  user: { join: auto, allow: [ { claim: sub, equals: "{id}" } ] }
  internal: { join: never }
events:
  news: { rooms: ["open:{id}"] }
  plain: {}
)",
                                      "test.yaml", faults);
        REQUIRE_MESSAGE(faults.empty(), faults.text());
        return read;
    }();
    return config;
}

std::string join(const std::string &room, const std::string &nsp = "/",
                 std::optional<std::string> origin = "http://all.test") {
    const Forecast said = app::forecast_join(settings(), {"", std::move(origin), nsp}, room, 0);
    return said.yes ? "yes" : said.code;
}

Forecast emit(const std::string &body) {
    return app::forecast_emit(settings(), body);
}

} // namespace

TEST_CASE("a join fails for the reason the client would be told") {
    CHECK(join("open:1") == "yes");
    CHECK(join("user:1") == "room_denied");
    CHECK(join("internal:1") == "room_denied");
    CHECK(join("opne:1") == "room_unknown_kind");
    CHECK(join("plain") == "room_unknown_kind");
    CHECK(join("open:") == "room_invalid");
}

TEST_CASE("a visitor who is not admitted joins nothing") {
    CHECK(join("open:1", "/nowhere") == "namespace_unknown");
    CHECK(join("open:1", "/", "http://desk.test") == "portal_role");
    CHECK(join("open:1", "/", "http://evil.test") == "origin_refused");
    CHECK(join("open:1", "/", std::nullopt) == "origin_refused");
}

TEST_CASE("clients ask for rooms in each namespace that has verbs") {
    CHECK(join("open:1", "/desk") == "yes");
    CHECK(join("internal:1", "/desk") == "room_denied");
    CHECK(join("open:1", "/quiet") == "unknown_event");
}

TEST_CASE("an emit goes where the catalogue or its sender says") {
    CHECK(emit(R"({"event":"news","data":{"id":7}})").rooms == Rooms{"open:7"});
    CHECK(emit(R"({"event":"plain","rooms":["a","b:c"],"data":1})").rooms == Rooms{"a", "b:c"});
    CHECK(emit(R"({"event":"plain","broadcast":true,"data":1})").text == "taken: to everyone");
}

TEST_CASE("an emit fails for the reason its sender would be told") {
    CHECK(emit(R"({"event":"plain","data":1})").code == "no_target");
    CHECK(emit(R"({"event":"nwes","data":1})").code == "event_unknown");
    CHECK(emit(R"({"event":"news","data":{}})").code == "room_field_missing");
    CHECK(emit(R"({"event":"plain","rooms":["a b"],"data":1})").code == "room_invalid");
    CHECK(emit("nothing").code == "json_malformed");
}
