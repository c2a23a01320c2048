#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

using nlohmann::json;
using roomd::test::FakeHost;
using Texts = std::vector<std::string>;

namespace {

constexpr std::string_view join = "/api/rooms/join", leave = "/api/rooms/leave", kick = "/api/kick",
                           online = "/api/presence/online", users = "/api/presence/users/",
                           rooms = "/api/presence/rooms/";

// What check() finds, a line each.
Texts faults(std::string_view config) {
    Texts out;
    roomd_plugin_entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR)
        ->check(
            roomd::str(config),
            [](void *user, roomd_str pointer, roomd_str text, roomd_str) {
                static_cast<Texts *>(user)->push_back(std::string(roomd::view(pointer)) + " " +
                                                      std::string(roomd::view(text)));
            },
            &out);
    return out;
}

struct Running {
    explicit Running(std::string_view config = "{}") {
        roomd_error error{};
        error.struct_size = sizeof error;
        const auto *table = roomd_plugin_entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR);
        REQUIRE(table->start(&fake.table, fake.self(), roomd::str(config), &state, &error) ==
                ROOMD_OK);
        fake.calls.clear();
    }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;
    ~Running() { roomd_plugin_entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR)->stop(state); }

    void post(std::string_view path, std::string_view body, std::string_view key = {}) {
        fake.request(path, body, {{"content-type", "application/json"}}, key);
    }
    void get(std::string_view base, std::string_view name, std::string_view query = "{}",
             std::string_view key = {}) {
        fake.request(base, "", {}, key, std::string(base) + std::string(name), query);
    }
    json answer() const {
        REQUIRE(!fake.answers.empty());
        return json::parse(fake.answers.back().body);
    }
    int status() const { return fake.answers.empty() ? 0 : fake.answers.back().status; }
    // "422 code /pointer" of a refusal that nothing was done for.
    std::string refused() {
        CHECK(fake.finds.empty());
        CHECK(fake.moves.empty());
        return told();
    }
    std::string told() const {
        const json error = answer().at("error");
        return std::to_string(status()) + " " + error.at("code").get<std::string>() + " " +
               error.value("pointer", "");
    }
    void moved(roomd_status status, std::uint64_t clients, std::uint64_t moved,
               std::uint64_t full = 0, std::string_view code = {}, std::string_view pointer = {}) {
        roomd_moved what{};
        what.struct_size = sizeof what;
        what.clients = clients;
        what.moved = moved;
        what.full = full;
        what.code = roomd::str(code);
        what.pointer = roomd::str(pointer);
        const auto [fn, user] = fake.moves.front();
        fake.moves.erase(fake.moves.begin());
        fn(user, status, &what);
    }
    // Clients by number and user.
    void found(const std::map<roomd_client, std::string> &who, std::uint64_t total,
               roomd_status status = ROOMD_OK, std::string_view code = {}) {
        std::vector<roomd_described> all;
        const roomd_str in[] = {roomd::str("library:7"), roomd::str("user:u1")};
        for (const auto &[number, user] : who) {
            roomd_described one{};
            one.struct_size = sizeof one;
            one.client = number;
            one.id = roomd::str("id-of-it");
            one.nsp = roomd::str("/");
            one.transport = roomd::str("websocket");
            one.address = roomd::str("192.0.2.1");
            one.user = roomd::str(user);
            one.portal = roomd::str("student");
            one.rooms = in;
            one.n_rooms = 2;
            all.push_back(one);
        }
        roomd_found what{};
        what.struct_size = sizeof what;
        what.total = total;
        what.clients = all.data();
        what.n_clients = all.size();
        what.code = roomd::str(code);
        const auto [fn, user] = fake.finds.front();
        fake.finds.erase(fake.finds.begin());
        fn(user, status, &what);
    }

    FakeHost fake;
    void *state = nullptr;
};

} // namespace

TEST_CASE("each part is served to keys with the scope of its name") {
    Running all;
    CHECK(all.fake.hook("route", join)->scope == "rooms");
    CHECK(all.fake.hook("route", leave)->scope == "rooms");
    CHECK(all.fake.hook("route", kick)->scope == "kick");
    for (const auto path : {users, rooms, online})
        CHECK(all.fake.hook("route", path)->scope == "presence");
    CHECK(all.fake.hook("route", users)->flags == ROOMD_ROUTE_ENCODED);
    CHECK(all.fake.hook("route", join)->flags == 0);

    Running some(R"({"scopes":["presence"],"path":"/live/"})");
    CHECK(some.fake.hooks.size() == 3);
    CHECK(some.fake.hook("route", "/live/presence/users/") != nullptr);
}

TEST_CASE("a section that cannot be meant is refused with its place") {
    CHECK(faults("{}").empty());
    CHECK(faults(R"({"path":"/a/b/","scopes":["kick","rooms"],"addresses":true})").empty());
    CHECK(faults(R"({"path":"/api"})") == Texts{"/path path does not end in \"/\""});
    CHECK(faults(R"({"scopes":["emit"]})").size() == 1);
    CHECK(faults(R"({"scopes":["kick","kick"]})").size() == 1);
    CHECK(faults(R"({"scopes":"kick"})").size() == 1);
    CHECK(faults(R"({"addresses":"yes"})") == Texts{"/addresses addresses is not true or false"});
    CHECK(faults(R"({"pth":"/"})").size() == 1);
}

TEST_CASE("clients of a user join rooms, on behalf of the key, and the answer counts them") {
    Running p;
    p.post(join, R"({"user":"auth0|5f","to":["library:7","lobby"]})", "booking");
    CHECK(p.fake.calls.front() == "move user auth0|5f for booking 1 library:7 lobby");
    CHECK(p.status() == 0); // once they have
    p.moved(ROOMD_OK, 3, 2, 1);
    CHECK(p.status() == 200);
    json data = p.answer().at("data");
    CHECK(data.at("timestamp").is_string());
    data.erase("timestamp");
    CHECK(data == json{{"message", "Clients joined"},
                       {"clients", 3},
                       {"moved", 2},
                       {"full", 1},
                       {"rooms", {"library:7", "lobby"}}});
}

TEST_CASE("a client, or all of a room, leave rooms in the namespace that is given") {
    Running p;
    p.post(leave, R"({"client":"abc","from":"library:7","namespace":"/desk"})");
    p.post(leave, R"({"room":"library:7","from":"staff:1"})");
    CHECK(p.fake.calls[0] == "move client abc of /desk 2 library:7");
    CHECK(p.fake.calls[1] == "move room library:7 2 staff:1");
    p.moved(ROOMD_OK, 1, 1);
    CHECK(p.answer().at("data").at("message") == "Clients left");
    CHECK_FALSE(p.answer().at("data").contains("full"));
}

TEST_CASE("a user is kicked from every namespace, all others from the one that is meant") {
    Running p;
    p.post(kick, R"({"user":"CORP\\ann"})");
    p.post(kick, R"({"user":"ann","namespace":"/desk","close":true,"reason":"moved on"})");
    p.post(kick, R"({"room":"library:7","close":false})");
    CHECK(p.fake.calls == Texts{R"(move user CORP\ann of * 3)",
                                "move user ann of /desk 4 because moved on",
                                "move room library:7 3"});
    p.moved(ROOMD_OK, 2, 2);
    CHECK(p.answer().at("data").at("clients") == 2);
    CHECK_FALSE(p.answer().at("data").contains("moved"));
}

TEST_CASE("what the host refuses is told with its place in the body") {
    Running p;
    p.post(join, R"({"user":"ann","to":["a","b"]})");
    p.moved(ROOMD_DENIED, 0, 0, 0, "room_denied", "/rooms/1");
    CHECK(p.told() == "403 room_denied /to/1");
    p.post(leave, R"({"user":"ann","from":"a b"})");
    p.moved(ROOMD_INVALID, 0, 0, 0, "room_invalid", "/rooms/0");
    CHECK(p.told() == "422 room_invalid /from");
    p.post(kick, R"({"room":"a","namespace":"/x"})");
    p.moved(ROOMD_INVALID, 0, 0, 0, "namespace_unknown", "/namespace");
    CHECK(p.told() == "422 namespace_unknown /namespace");
    p.post(kick, R"({"room":"a"})");
    p.moved(ROOMD_AGAIN, 0, 0, 0, "over_budget");
    CHECK(p.told() == "429 over_budget ");
    p.post(kick, R"({"room":"a"})");
    p.moved(ROOMD_STOPPING, 9, 3);
    CHECK(p.told() == "503 stopping ");
    p.fake.next = ROOMD_AGAIN;
    p.fake.calls.clear();
    FakeHost &fake = p.fake;
    static std::vector<unsigned> statuses;
    statuses.clear();
    fake.table.respond = [](roomd_self *, roomd_ticket, const roomd_response *r) {
        statuses.push_back(r->status);
        return ROOMD_OK;
    };
    p.post(kick, R"({"room":"a"})");
    CHECK(statuses == std::vector<unsigned>{429});
}

TEST_CASE("a body that cannot be meant is refused before the host is asked") {
    struct Example {
        std::string_view path, body, refused;
    };
    const Example examples[] = {
        {join, "nonsense", "400 json_malformed "},
        {join, "[]", "400 body_not_object "},
        {join, R"({"user":"ann"})", "422 member_missing /to"},
        {join, R"({"to":"a"})", "422 no_target "},
        {join, R"({"user":"ann","room":"a","to":"b"})", "422 two_targets "},
        {join, R"({"user":"ann","rooms":["a"]})", "422 unknown_member /rooms"},
        {join, R"({"user":"ann","from":"a"})", "422 unknown_member /from"},
        {join, R"({"user":"ann","user":"bob","to":"a"})", "422 member_twice /user"},
        {join, R"({"user":7,"to":"a"})", "422 wrong_type /user"},
        {join, R"({"user":null,"to":"a"})", "422 wrong_type /user"},
        {join, R"({"user":"","to":"a"})", "422 user_invalid /user"},
        {join, R"({"user":"a\u0000b","to":"a"})", "422 user_invalid /user"},
        {join, R"({"client":"","to":"a"})", "422 client_invalid /client"},
        {join, R"({"room":"","to":"a"})", "422 room_invalid /room"},
        {join, R"({"user":"ann","to":[]})", "422 rooms_empty /to"},
        {join, R"({"user":"ann","to":["a",1]})", "422 wrong_type /to/1"},
        {join, R"({"user":"ann","to":{"a":1}})", "422 wrong_type /to"},
        {join, R"({"user":"ann","to":["a",""]})", "422 room_invalid /to/1"},
        {join, R"({"user":"ann","to":""})", "422 room_invalid /to"},
        {join, R"({"user":"ann","to":"a","namespace":"*"})", "422 namespace_unknown /namespace"},
        {join, R"({"user":"ann","to":"a","namespace":""})", "422 namespace_unknown /namespace"},
        {leave, R"({"user":"ann","to":"a"})", "422 unknown_member /to"},
        {kick, R"({"user":"ann","to":"a"})", "422 unknown_member /to"},
        {kick, R"({})", "422 no_target "},
        {kick, R"({"user":"ann","close":"yes"})", "422 wrong_type /close"},
        {kick, R"({"user":"ann","reason":""})", "422 reason_invalid /reason"},
        {online, R"({})", "422 member_missing /users"},
        {online, R"({"users":"ann"})", "422 wrong_type /users"},
        {online, R"({"users":["ann",1]})", "422 wrong_type /users/1"},
        {online, R"({"users":["ann",""]})", "422 user_invalid /users/1"},
    };
    for (const Example &example : examples) {
        CAPTURE(example.body);
        Running p;
        p.post(example.path, example.body);
        CHECK(p.refused() == example.refused);
    }
    json many = {{"user", "ann"}, {"to", Texts(1001, "a")}};
    Running p;
    p.post(join, many.dump());
    CHECK(p.refused() == "422 too_many_rooms /to");
    p.post(online, json{{"users", Texts(1001, "a")}}.dump());
    CHECK(p.refused() == "413 too_many_users /users");
    p.fake.request(join, R"({"user":"ann","to":"a"})", {{"content-type", "text/plain"}});
    CHECK(p.refused() == "415 not_json ");
    p.fake.request(online, R"({"users":["ann"]})", {});
    CHECK(p.refused() == "415 not_json ");
}

TEST_CASE("a user is named by one segment of the path, percent-encoded where that is needed") {
    Running p;
    for (const auto &given :
         {std::pair("auth0%7C5f", "auth0|5f"), std::pair("CORP%5Cann", R"(CORP\ann)"),
          std::pair("urn:uuid:6e8b", "urn:uuid:6e8b"),
          std::pair("o'brien+news@example.org", "o'brien+news@example.org"),
          std::pair("CORP%2Fann", "CORP/ann"), std::pair("M%C3%BCller", "M\xC3\xBCller")}) {
        CAPTURE(given.first);
        p.get(users, given.first);
        CHECK(p.fake.calls.back() ==
              std::string("find user ") + given.second + " of * after 0 limit 1000");
    }
    p.fake.finds.clear();
    for (const char *path : {"", "a/b", "a/", "%", "a%4", "%00", "%ff"}) {
        CAPTURE(path);
        p.get(users, path);
        CHECK(p.refused() == "404 not_found ");
        p.get(rooms, path);
        CHECK(p.refused() == "404 not_found ");
    }
    p.get(users, std::string(1025, 'a'));
    CHECK(p.refused() == "404 not_found ");
}

TEST_CASE("a user's clients are told, with their addresses only where that is configured") {
    Running p;
    p.get(users, "u1", R"({"namespace":"/desk"})", "crm");
    CHECK(p.fake.calls.back() == "find user u1 of /desk for crm after 0 limit 1000");
    p.found({{5, "u1"}}, 1);
    CHECK(p.status() == 200);
    const json data = p.answer().at("data");
    CHECK(data.at("user") == "u1");
    CHECK(data.at("online") == true);
    CHECK(data.at("count") == 1);
    CHECK(data.at("local") == true);
    CHECK(data.at("clients") == json::parse(R"([{"id":"id-of-it","namespace":"/","portal":"student",
                           "transport":"websocket","rooms":["library:7","user:u1"]}])"));
    p.get(users, "u2");
    p.found({}, 0);
    CHECK(p.answer().at("data").at("online") == false);
    CHECK(p.answer().at("data").at("clients") == json::array());

    Running open(R"({"addresses":true})");
    open.get(users, "u1");
    open.found({{5, "u1"}}, 1);
    CHECK(open.answer().at("data").at("clients").at(0).at("address") == "192.0.2.1");
}

TEST_CASE("a room's members come page by page") {
    Running p;
    p.get(rooms, "library%3A7", R"({"limit":"2","namespace":"/desk"})", "crm");
    CHECK(p.fake.calls.back() == "find room library:7 of /desk for crm after 0 limit 2");
    p.found({{5, "u1"}, {9, ""}}, 3);
    json data = p.answer().at("data");
    CHECK(data.at("room") == "library:7");
    CHECK(data.at("namespace") == "/desk");
    CHECK(data.at("count") == 3);
    CHECK(data.at("members") ==
          json::parse(R"([{"id":"id-of-it","user":"u1"},{"id":"id-of-it"}])"));
    CHECK(data.at("next") == "9");
    p.get(rooms, "library:7", R"({"limit":"2","after":"9"})");
    CHECK(p.fake.calls.back() == "find room library:7 after 9 limit 2");
    p.found({{12, "u1"}}, 3);
    CHECK_FALSE(p.answer().at("data").contains("next"));
    p.get(rooms, "library:7");
    CHECK(p.fake.calls.back() == "find room library:7 after 0 limit 100");
    p.found({}, 0, ROOMD_DENIED, "room_denied");
    CHECK(p.told() == "403 room_denied ");
}

TEST_CASE("a query that cannot be meant is refused") {
    Running p;
    for (const char *query : {R"({"limit":"0"})", R"({"limit":"1001"})", R"({"limit":"x"})",
                              R"({"limit":""})", R"({"after":"-1"})", R"({"after":"1x"})"}) {
        CAPTURE(query);
        p.get(rooms, "a", query);
        CHECK(p.refused() == "422 parameter_invalid ");
    }
    p.get(rooms, "a", R"({"lmit":"1"})");
    CHECK(p.refused() == "422 parameter_unknown ");
    p.get(users, "a", R"({"limit":"1"})");
    CHECK(p.refused() == "422 parameter_unknown ");
    p.get(rooms, "a", R"({"namespace":"*"})");
    CHECK(p.refused() == "422 namespace_unknown ");
    p.get(users, "a", R"({"namespace":"x"})");
    CHECK(p.refused() == "422 namespace_unknown ");
}

TEST_CASE("of up to a thousand users those that are online are told, in their order, each once") {
    Running p;
    p.post(online, R"({"users":["cid","ann","bob","ann"]})");
    CHECK(p.fake.calls == Texts{"find user cid of * after 0 limit 0",
                                "find user ann of * after 0 limit 0",
                                "find user bob of * after 0 limit 0"});
    p.found({}, 1);
    p.found({}, 0);
    CHECK(p.status() == 0);
    p.found({}, 3);
    CHECK(p.status() == 200);
    CHECK(p.answer().at("data").at("online") == json{"cid", "bob"});
    CHECK(p.answer().at("data").at("local") == true);
    p.post(online, R"({"users":[]})");
    CHECK(p.answer().at("data").at("online") == json::array());
}

TEST_CASE("when not all users can be asked about the answer is one refusal") {
    static int taken;
    taken = 0;
    Running p;
    p.fake.table.find = [](roomd_self *self, const roomd_whom *, roomd_client, std::uint32_t,
                           roomd_found_fn fn, void *user) {
        if (++taken == 3) return ROOMD_AGAIN;
        reinterpret_cast<FakeHost *>(self)->finds.emplace_back(fn, user);
        return ROOMD_OK;
    };
    p.post(online, R"({"users":["ann","bob","cid","dan"]})");
    CHECK(p.told() == "429 over_budget ");
    CHECK(taken == 3);
    p.found({}, 1);
    p.found({}, 1);
    CHECK(p.fake.answers.size() == 1);
}
