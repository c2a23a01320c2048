#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"
#include "test_event/generator.hpp"
#include "test_event/stats.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <set>
#include <string>
#include <thread>

using namespace roomd;
using namespace roomd::test_event;
using nlohmann::json;
using test::FakeHost;

namespace {

constexpr std::string_view generator_path = "/api/test/generator";

struct Running {
    explicit Running(std::string_view config = "{}") {
        roomd_error error{};
        error.struct_size = sizeof error;
        REQUIRE(table()->start(&fake.table, fake.self(), str(config), &state, &error) == ROOMD_OK);
    }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;
    ~Running() { table()->stop(state); }
    static const roomd_plugin *table() { return roomd_plugin_entry(ROOMD_ABI_MAJOR, 0); }

    json answer() const {
        REQUIRE(!fake.answers.empty());
        return json::parse(fake.answers.back().body);
    }
    int status() const { return fake.answers.empty() ? 0 : fake.answers.back().status; }

    void steer(std::string_view body) {
        fake.request(generator_path, body, {{"content-type", "application/json"}});
    }

    FakeHost fake;
    void *state = nullptr;
};

constexpr std::string_view event_path = "/api/test/socket-event";
constexpr std::string_view stats_path = "/api/test/socket-stats";
constexpr std::int64_t then = 1790000000123;

} // namespace

TEST_CASE("a test event is emitted and answered with exactly the documented members") {
    Running run;
    run.fake.request(event_path,
                     R"({"event":"test:message","data":{"message":"Hello"},"room":"role:student"})",
                     {{"content-type", "application/json"}}, "tester");
    CHECK(run.fake.sent.at(0).args == R"([{"message":"Hello"}])");
    CHECK(run.fake.sent.at(0).on_behalf == "tester");
    run.fake.work_off();
    CHECK(run.status() == 200);
    auto answer = run.answer();
    CHECK(answer["data"]["timestamp"].get<std::string>().back() == 'Z');
    answer["data"].erase("timestamp");
    CHECK(answer == json::parse(R"({"success":true,"data":{"message":"Event emitted",
        "event":"test:message","room":"role:student"}})"));
}

TEST_CASE("a test event needs its room, its type and nothing else") {
    Running run;
    run.fake.request(event_path, R"({"event":"e","data":1})");
    CHECK(run.status() == 422);
    CHECK(run.answer()["error"]["pointer"] == "/room");
    run.fake.request(event_path, R"({"event":"e","data":1,"room":"r","broadcast":true})");
    CHECK(run.status() == 422);
    run.fake.request(event_path, R"({"event":"e","data":1,"room":"r"})", {});
    CHECK(run.status() == 415);
    CHECK(run.fake.sent.empty());
    run.fake.request(event_path, R"({"event":"e","data":1,"room":"r r"})");
    run.fake.work_off(ROOMD_INVALID, "room_invalid", "/rooms/0");
    CHECK(run.status() == 422);
    CHECK(run.answer()["error"]["pointer"] == "/room");
}

TEST_CASE("stats name each room once and are exactly the documented members") {
    const auto text = socket_stats(
        R"({"clients":3,"rooms":9,"active":[{"nsp":"/","room":"role:student","members":2},
            {"nsp":"/","room":"library:a","members":1},{"nsp":"/x","room":"library:a"}],"more":{}})",
        "T");
    CHECK(text == R"({"success":true,"data":{"totalConnections":3,)"
                  R"("activeRooms":["library:a","role:student"],"timestamp":"T"}})");
    CHECK_THROWS(socket_stats("{", "T"));
    CHECK_THROWS(socket_stats("{}", "T"));
}

TEST_CASE("the stats route asks the host and answers later") {
    Running run;
    run.fake.request(stats_path, "", {});
    CHECK(run.fake.answers.empty());
    run.fake.stated.first(run.fake.stated.second, ROOMD_OK, str(R"({"clients":1,"active":[]})"));
    CHECK(run.status() == 200);
    CHECK(run.answer()["data"]["totalConnections"] == 1);
    CHECK(run.answer()["data"]["activeRooms"] == json::array());
    run.fake.request(stats_path, "", {});
    run.fake.stated.first(run.fake.stated.second, ROOMD_OK, str("nonsense"));
    CHECK(run.status() == 500); // thrown in the callback: the dropped ticket answers
    run.fake.request(stats_path, "", {});
    run.fake.stated.first(run.fake.stated.second, ROOMD_STOPPING, {});
    CHECK(run.status() == 503);
}

TEST_CASE("what acts is guarded, the page that does nothing is open") {
    const Running run;
    CHECK(Running::table()->flags == ROOMD_PLUGIN_GUARDED);
    CHECK(run.fake.hook("route", event_path)->scope == "test");
    CHECK(run.fake.hook("route", stats_path)->scope == "test");
    CHECK(run.fake.hook("route", "/api/test/")->scope.empty());
}

TEST_CASE("the console is one page with nothing from elsewhere") {
    Running run(R"({"path":"/dev/test","socketio_path":"/rt/"})");
    run.fake.request("/dev/test/", "", {});
    CHECK(run.status() == 200);
    const auto &page = run.fake.answers.back();
    CHECK(page.type == "text/html; charset=utf-8");
    CHECK(page.body.find("src=\"/rt/socket.io.min.js\"") != std::string::npos);
    CHECK(page.body.find("base = '/dev/test/'") != std::string::npos);
    CHECK(page.body.find("@SOCKETIO@") == std::string::npos);
    CHECK(page.body.find("@BASE@") == std::string::npos);
    CHECK(page.body.find("http://") == std::string::npos);
    CHECK(page.body.find("https://") == std::string::npos);
    CHECK(page.headers.at(0).first == "Content-Security-Policy");
    run.fake.request("/dev/test/", "", {}, {}, "/dev/test/other");
    CHECK(run.status() == 404);
}

TEST_CASE("check names what is wrong in the configuration") {
    std::string seen;
    const roomd_fault_fn note = [](void *user, roomd_str pointer, roomd_str, roomd_str) {
        *static_cast<std::string *>(user) += std::string(view(pointer)) + ";";
    };
    CHECK(Running::table()->check(
              str(R"({"path":"x","generate":{"rate":-1,"libraries":0,"sed":1},"gen":1})"), note,
              &seen) == ROOMD_INVALID);
    CHECK(seen == "/path;/generate/rate;/generate/libraries;/generate/sed;/gen;");
    CHECK(json::accept(Running::table()->config_schema));
}

TEST_CASE("the same seed gives the same events, another seed others") {
    Generator a({}), b({}), c({.seed = 2});
    std::string first, second, third;
    for (int i = 0; i < 200; ++i) {
        first += a.next(then + i).data;
        second += b.next(then + i).data;
        third += c.next(then + i).data;
    }
    CHECK(first == second);
    CHECK(first != third);
}

TEST_CASE("generated events are the catalogue's, their payloads JSON, their rooms of known kinds") {
    Generator generator({});
    std::set<std::string_view> events;
    std::set<std::string> kinds, open;
    for (int i = 0; i < 20000; ++i) {
        const auto made = generator.next(then + i * 1000);
        events.insert(made.event);
        const auto data = json::parse(made.data, nullptr, false);
        REQUIRE(data.is_object());
        REQUIRE(!made.rooms.empty());
        for (const auto &room : made.rooms)
            kinds.insert(room.substr(0, room.find(':')));
        if (made.event.substr(0, 8) != "booking:") continue;
        const auto id = data["bookingId"].get<std::string>();
        CHECK(data["endTime"].get<std::string>() > data["startTime"].get<std::string>());
        CHECK(made.rooms[0] == "user:" + data["userId"].get<std::string>());
        // A booking lives: it is created before anything else happens to it, and once.
        if (made.event == "booking:created")
            REQUIRE(open.insert(id).second);
        else
            REQUIRE(open.count(id) == 1);
        if (made.event == "booking:cancelled" || made.event == "booking:checkout") open.erase(id);
    }
    CHECK(events == std::set<std::string_view>{
                        "booking:created", "booking:updated", "booking:cancelled",
                        "booking:checkin", "booking:checkout", "library:created", "library:updated",
                        "library:deleted", "pricing:updated", "seat:availability", "notification"});
    CHECK(kinds == std::set<std::string>{"library", "role", "tenant", "user"});
    CHECK(open.size() <= 500);
}

TEST_CASE("the generator keeps its rate, and counts what the host had no room for") {
    Running run(R"({"generate":{"rate":10000,"seed":7}})");
    const auto *timer = run.fake.hook("timer");
    REQUIRE(timer != nullptr);
    CHECK(timer->every == 10);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    timer->task(timer->user);
    const auto sent = run.fake.sent.size();
    CHECK(sent >= 20);
    CHECK(sent <= 10000);
    CHECK(run.fake.metrics["generated_total"] == static_cast<double>(sent));
    run.fake.next = ROOMD_AGAIN;
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    timer->task(timer->user);
    CHECK(run.fake.sent.size() == sent);
    CHECK(run.fake.metrics["dropped_total"] >= 20);
}

TEST_CASE("without `generate` there is no timer") {
    const Running run;
    CHECK(run.fake.hook("timer") == nullptr);
}

TEST_CASE("the generator is started and stopped by a request") {
    Running run;
    CHECK(run.fake.hook("route", generator_path)->scope == "test");
    run.steer(R"({"rate":500})");
    CHECK(run.status() == 200);
    CHECK(run.answer()["data"] == json{{"running", true}, {"rate", 500.0}});
    REQUIRE(run.fake.hook("timer") != nullptr);
    CHECK(run.fake.hook("timer")->every == 10);
    run.steer(R"({"rate":0})");
    CHECK(run.answer()["data"] == json{{"running", false}, {"rate", 0.0}});
    CHECK(run.fake.hook("timer") == nullptr);
}

TEST_CASE("a rate that cannot be is refused, and changes nothing") {
    Running run(R"({"generate":{"rate":5}})");
    for (const char *bad : {"", "[]", "{}", R"({"rate":-1})", R"({"rate":10001})",
                            R"({"rate":"5"})", R"({"rate":5,"x":1})"}) {
        run.steer(bad);
        CHECK_MESSAGE(run.status() == 422, bad);
        CHECK(run.answer()["error"]["code"] == "rate_invalid");
    }
    CHECK(run.fake.hook("timer") != nullptr);
    run.fake.request(generator_path, R"({"rate":1})", {{"content-type", "text/plain"}});
    CHECK(run.status() == 415);
}
