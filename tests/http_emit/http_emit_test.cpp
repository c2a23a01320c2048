#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using nlohmann::json;
using roomd::test::FakeHost;

namespace {

constexpr std::string_view one = "/api/emit", many = "/api/emit/batch";
constexpr std::string_view body = R"({"event":"e:x","data":{"a":1},"room":"role:student"})";

constexpr std::string_view keyed_body =
    R"({"event":"e:x","data":{"a":1},"room":"role:student","key":"k"})";

struct Running {
    explicit Running(std::string_view config = "{}") {
        roomd_error error{};
        error.struct_size = sizeof error;
        const auto *table = roomd_plugin_entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR);
        REQUIRE(table->start(&fake.table, fake.self(), roomd::str(config), &state, &error) ==
                ROOMD_OK);
    }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;
    ~Running() { roomd_plugin_entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR)->stop(state); }

    json answer() const {
        REQUIRE(!fake.answers.empty());
        return json::parse(fake.answers.back().body);
    }
    int status() const { return fake.answers.empty() ? 0 : fake.answers.back().status; }
    std::string retry() const {
        const auto &headers = fake.answers.back().headers;
        return headers.empty() ? "" : headers.front().first + ":" + headers.front().second;
    }

    FakeHost fake;
    void *state = nullptr;
};

std::vector<std::pair<std::string, std::string>> with_key(std::string key) {
    return {{"content-type", "application/json"}, {"idempotency-key", std::move(key)}};
}

} // namespace

TEST_CASE("the plugin is guarded and its routes need the scope emit") {
    const Running run;
    CHECK(roomd_plugin_entry(ROOMD_ABI_MAJOR, 0)->flags == ROOMD_PLUGIN_GUARDED);
    CHECK(run.fake.hook("route", one)->scope == "emit");
    CHECK(run.fake.hook("route", many)->scope == "emit");
    CHECK(run.fake.hook("route", one)->method == "POST");
}

TEST_CASE("the path is configurable, the batch lies below it") {
    const Running run(R"({"path":"/v1/emit"})");
    CHECK(run.fake.hook("route", "/v1/emit") != nullptr);
    CHECK(run.fake.hook("route", "/v1/emit/batch") != nullptr);
    CHECK(run.fake.hook("route", one) == nullptr);
}

TEST_CASE("check names what is wrong in the configuration") {
    std::string seen;
    const roomd_fault_fn note = [](void *user, roomd_str pointer, roomd_str, roomd_str hint) {
        *static_cast<std::string *>(user) +=
            std::string(roomd::view(pointer)) + "|" + std::string(roomd::view(hint)) + ";";
    };
    const auto *table = roomd_plugin_entry(1, 0);
    CHECK(table->check(roomd::str(R"({"path":"/api/","max_batch":0,"pth":1})"), note, &seen) ==
          ROOMD_INVALID);
    CHECK(seen == "/max_batch|;/path|write /api;/pth|write path;");
    CHECK(table->check(roomd::str("{}"), note, &seen) == ROOMD_OK);
    CHECK(json::accept(table->config_schema));
}

TEST_CASE("an event is emitted as its key may, and the answer is the documented one") {
    Running run;
    run.fake.request(one, body, {{"content-type", "application/json"}}, "backend");
    REQUIRE(run.fake.sent.size() == 1);
    CHECK(run.fake.sent[0].event == "e:x");
    CHECK(run.fake.sent[0].args == R"([{"a":1}])");
    CHECK(run.fake.sent[0].rooms == std::vector<std::string>{"role:student"});
    CHECK(run.fake.sent[0].on_behalf == "backend");
    CHECK(run.fake.sent[0].key.empty());
    CHECK(run.fake.answers.empty());
    run.fake.work_off();
    CHECK(run.status() == 200);
    auto answer = run.answer();
    CHECK(answer["data"]["timestamp"].get<std::string>().size() == 24);
    answer["data"].erase("timestamp");
    CHECK(answer == json::parse(R"({"success":true,"data":{"message":"Event emitted",
        "event":"e:x","rooms":["role:student"],"recipients":2,"id":"e-1"}})"));
}

TEST_CASE("a repeated key answers the first result and says so") {
    Running run;
    run.fake.request(one, body, with_key("order-17"));
    CHECK(run.fake.sent.at(0).key == "order-17");
    run.fake.duplicate = true;
    run.fake.work_off();
    CHECK(run.answer()["data"]["duplicate"] == true);
}

constexpr std::string_view durable_body =
    R"({"event":"e:x","data":{"a":1},"room":"role:student","durable":true})";

TEST_CASE("a durable event is answered 202 with its id in the store") {
    Running run;
    run.fake.request(one, durable_body);
    CHECK((run.fake.sent.at(0).flags & ROOMD_EMIT_DURABLE) != 0);
    run.fake.work_off();
    CHECK(run.status() == 202);
    auto answer = run.answer();
    answer["data"].erase("timestamp");
    CHECK(answer == json::parse(R"({"success":true,"data":{"message":"Event stored",
        "event":"e:x","rooms":["role:student"],"durable":true,"id":"e-1"}})"));
}

TEST_CASE("what the store cannot do now is a 503 that says when, and what it never does a 422") {
    Running run;
    const auto status = [&](roomd_status said, std::string_view code) {
        run.fake.request(one, durable_body);
        run.fake.work_off(said, code);
        CHECK(run.answer()["error"]["code"] == std::string(code));
        return std::to_string(run.status()) + " " + run.retry();
    };
    CHECK(status(ROOMD_AGAIN, "store_unavailable") == "503 Retry-After:1");
    CHECK(status(ROOMD_AGAIN, "store_full") == "503 Retry-After:1");
    CHECK(status(ROOMD_EXPIRED, "store_unsure") == "503 Retry-After:1");
    CHECK(status(ROOMD_UNSUPPORTED, "durable_unavailable") == "422 ");
    CHECK(status(ROOMD_INVALID, "not_storable") == "422 ");
    CHECK(status(ROOMD_INVALID, "durable_mixed") == "422 ");
}

TEST_CASE("a batch is a 202 where all that was taken is stored") {
    Running run;
    const auto events = [](std::string_view second) {
        return R"({"events":[{"event":"a","data":1,"room":"r","durable":true},)" +
               std::string(second) + "]}";
    };
    run.fake.request(many, events(R"({"event":"b","data":1,"room":"r","durable":true})"));
    run.fake.work_off();
    CHECK(run.status() == 202);
    CHECK(run.answer()["data"]["message"] == "Events stored");
    CHECK(run.answer()["data"]["results"][0]["durable"] == true);
    CHECK_FALSE(run.answer()["data"]["results"][0].contains("recipients"));
    run.fake.request(many, events(R"({"event":"","data":1})"));
    run.fake.work_off();
    CHECK(run.status() == 202);
    run.fake.request(many, events(R"({"event":"b","data":1,"room":"r","durable":false})"));
    CHECK((run.fake.sent.at(1).flags & ROOMD_EMIT_LIVE) != 0);
    run.fake.work_off();
    CHECK(run.status() == 200);
    CHECK(run.answer()["data"]["results"][1]["recipients"] == 2);
}

TEST_CASE("an invalid idempotency key is refused") {
    Running run;
    run.fake.request(one, body, with_key("a b"));
    CHECK(run.status() == 400);
    CHECK(run.answer()["error"]["code"] == "idempotency_key_invalid");
    run.fake.request(one, body, with_key(std::string(201, 'k')));
    CHECK(run.status() == 400);
    run.fake.request(many, body, with_key("a\x01"));
    CHECK(run.status() == 400);
    run.fake.request(one, body, with_key(""));
    CHECK(run.status() == 400);
    CHECK(run.fake.sent.empty());
}

TEST_CASE("the same key with another body is a conflict") {
    Running run;
    run.fake.request(one, body, with_key("k"));
    run.fake.work_off(ROOMD_INVALID, "idempotency_conflict", "/key");
    CHECK(run.status() == 409);
    CHECK_FALSE(run.answer()["error"].contains("pointer")); // it came in a header
    run.fake.request(one, keyed_body);
    run.fake.work_off(ROOMD_INVALID, "idempotency_conflict", "/key");
    CHECK(run.status() == 409);
    CHECK(run.answer()["error"]["pointer"] == "/key");
}

TEST_CASE("one event has its key as a member or in the header, not two different ones") {
    Running run;
    run.fake.request(one, keyed_body);
    run.fake.request(one, keyed_body, with_key("k"));
    REQUIRE(run.fake.sent.size() == 2);
    for (const auto &sent : run.fake.sent)
        CHECK(sent.key == "k");
    run.fake.request(one, keyed_body, with_key("other"));
    CHECK(run.status() == 422);
    CHECK(run.answer()["error"]["code"] == "two_keys");
    CHECK(run.answer()["error"]["pointer"] == "/key");
    CHECK(run.fake.sent.size() == 2);
}

TEST_CASE("events of a batch keep their keys in whatever place, and the header is for the others") {
    Running run;
    const std::string events = R"("events":[{"event":"a","data":1,"room":"r","key":"ka"},
        {"event":"b","data":1,"room":"r"},{"event":"c","data":1,"room":"r","key":"kc"},
        {"event":"d","data":1,"room":"r","key":"k d"}]})";
    run.fake.request(many, "{" + events, with_key("K"));
    REQUIRE(run.fake.sent.size() == 3);
    CHECK(run.fake.sent[0].key == "ka");
    CHECK(run.fake.sent[1].key == "K 1");
    CHECK(run.fake.sent[2].key == "kc");
    run.fake.work_off();
    CHECK(run.answer()["data"]["results"][3]["error"]["code"] == "idempotency_key_invalid");
    CHECK(run.answer()["data"]["results"][3]["error"]["pointer"] == "/key");
    auto good = events;
    good.replace(good.find("k d"), 3, "kd");
    run.fake.request(many, R"({"atomic":true,)" + good);
    REQUIRE(run.fake.sent.size() == 4);
    CHECK(run.fake.sent[0].key == "ka");
    CHECK(run.fake.sent[1].key.empty());
    CHECK(run.fake.sent[3].key == "kd");
}

TEST_CASE("a body that is not JSON by its type is a 415, and nothing is sent") {
    Running run;
    run.fake.request(one, body, {{"content-type", "text/plain"}});
    CHECK(run.status() == 415);
    run.fake.request(many, body, {});
    CHECK(run.status() == 415);
    run.fake.request(one, body,
                     {{"content-type", "application/json"}, {"content-encoding", "gzip"}});
    CHECK(run.status() == 415);
    CHECK(run.fake.sent.empty());
}

TEST_CASE("the core's refusal is told with a place in the body") {
    Running run;
    run.fake.request(one, body);
    run.fake.work_off(ROOMD_INVALID, "room_invalid", "/rooms/0");
    CHECK(run.status() == 422);
    CHECK(run.answer() == json::parse(R"({"success":false,"error":{"code":"room_invalid",
        "message":"said no","pointer":"/room"}})"));
    run.fake.request(one, body);
    run.fake.work_off(ROOMD_DENIED, "room_denied", "/rooms/0");
    CHECK(run.status() == 403);
}

TEST_CASE("over the budget the sender is told to try again") {
    Running run;
    run.fake.next = ROOMD_AGAIN;
    // The answer itself goes out, as the host promises.
    run.fake.table.respond = [](roomd_self *self, roomd_ticket t, const roomd_response *r) {
        auto &fake = *reinterpret_cast<FakeHost *>(self);
        FakeHost::Answered out;
        out.ticket = t;
        out.status = static_cast<int>(r->status);
        for (std::size_t i = 0; i < r->n_headers; ++i)
            out.headers.emplace_back(roomd::view(r->headers[i].key),
                                     roomd::view(r->headers[i].value));
        out.body = roomd::view(r->body);
        fake.answers.push_back(out);
        return ROOMD_OK;
    };
    run.fake.request(one, body);
    CHECK(run.status() == 429);
    CHECK(run.retry() == "Retry-After:1");
    run.fake.next = ROOMD_STOPPING;
    run.fake.request(one, body);
    CHECK(run.status() == 503);
    CHECK(run.retry() == "Retry-After:1");
    run.fake.next = ROOMD_TOO_BIG;
    run.fake.request(one, body);
    CHECK(run.status() == 413);
    run.fake.next = ROOMD_AGAIN;
    run.fake.request(many, R"({"events":[)" + std::string(body) + "]}");
    CHECK(run.status() == 429);
    CHECK(run.retry() == "Retry-After:1");
    run.fake.request(many, R"({"atomic":true,"events":[)" + std::string(body) + "]}");
    CHECK(run.status() == 429);
    CHECK(run.fake.answers.size() == 5);
}

TEST_CASE("a batch sends what is good and tells each result") {
    Running run;
    run.fake.request(many,
                     R"({"events":[{"event":"a","data":1,"room":"r"},{"event":"b","data":1,"x":1},
                         {"event":"c","data":1,"rooms":["s","t"]}]})",
                     with_key("K"), "backend");
    REQUIRE(run.fake.sent.size() == 2);
    CHECK(run.fake.sent[0].key == "K 0");
    CHECK(run.fake.sent[1].key == "K 2");
    CHECK(run.fake.sent[1].on_behalf == "backend");
    run.fake.work_off();
    CHECK(run.status() == 200);
    const auto data = run.answer()["data"];
    CHECK(data["taken"] == 2);
    CHECK(data["refused"] == 1);
    CHECK(data["results"][0] ==
          json::parse(R"({"success":true,"event":"a","rooms":["r"],"recipients":2,"id":"e-1"})"));
    CHECK(data["results"][1]["success"] == false);
    CHECK(data["results"][1]["error"]["pointer"] == "/x");
    CHECK(data["results"][2]["rooms"] == json::parse(R"(["s","t"])"));
    CHECK(run.fake.answers.size() == 1);
}

TEST_CASE("a batch of which nothing is good fails with its first fault") {
    Running run;
    run.fake.request(many, R"({"events":[{"event":"a","data":1,"room":1},7]})");
    CHECK(run.status() == 422);
    const auto answer = run.answer();
    CHECK(answer["success"] == false);
    CHECK(answer["error"]["pointer"] == "/events/0/room");
    CHECK(answer["data"]["results"].size() == 2);
}

TEST_CASE("an atomic batch with one bad event sends nothing") {
    Running run;
    run.fake.request(many, R"({"atomic":true,"events":[{"event":"a","data":1,"room":"r"},
        {"event":"b","room":"r"}]})");
    CHECK(run.fake.sent.empty());
    CHECK(run.status() == 422);
    CHECK(run.answer()["error"]["pointer"] == "/events/1/data");
    CHECK(run.answer()["data"]["results"][0]["error"]["code"] == "not_sent");
}

TEST_CASE("an atomic batch goes to the host as one, and its refusal is told") {
    Running run;
    const auto two = R"({"atomic":true,"events":[{"event":"a","data":1,"room":"r"},
        {"event":"b","data":2,"room":"s"}]})";
    run.fake.request(many, two, with_key("K"));
    CHECK(run.fake.calls.back() == "emit_all");
    CHECK(run.fake.sent.at(1).key == "K 1");
    CHECK(run.fake.sent.at(1).args == "[2]");
    run.fake.work_off();
    CHECK(run.status() == 200);
    CHECK(run.answer()["data"]["taken"] == 2);
    run.fake.request(many, two);
    run.fake.work_off(ROOMD_DENIED, "event_denied", "/event");
    CHECK(run.status() == 403);
    CHECK(run.answer()["error"]["pointer"] == "/events/0/event");
    CHECK(run.fake.answers.size() == 2);
}

TEST_CASE("a batch over the configured size is refused") {
    Running run(R"({"max_batch":1})");
    run.fake.request(many, R"({"events":[{},{}]})");
    CHECK(run.status() == 413);
}
