#include "app/access.hpp"

#include "app/audit.hpp"
#include "log/causes.hpp"
#include "log/log.hpp"
#include "support/hand_clock.hpp"
#include "support/stderr.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace roomd;

namespace {

struct Answering {
    Answering() {
        told.method = "POST";
        told.path = "/api/emit";
        told.key = "shop";
        told.request = "order-1";
        told.agent = "agent/1";
        told.route = true;
    }
    void answer(int status, std::string_view body) {
        access.answered({told, "192.0.2.7", status, 300, body});
    }

    log::Logger logger{log::Options{}};
    test::HandClock clock;
    test::Stderr err;
    log::Causes causes{logger, clock};
    app::Access access{logger, causes};
    net::Told told;
};

} // namespace

TEST_CASE("a refused request of a backend is one line with key, pointer and request id") {
    Answering on;
    const char *body =
        R"({"success":false,"error":{"code":"room_denied","message":"no","pointer":"/room"}})";
    on.answer(403, body);
    on.answer(403, body);
    const auto lines = on.err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(
        lines[0].find("info  request refused code=room_denied address=192.0.2.7 method=POST "
                      "path=/api/emit status=403 key=shop pointer=/room request=order-1 why=no") !=
        std::string::npos);
}

TEST_CASE("an answer of a plugin's own is told by its status alone, whatever its body is") {
    Answering on;
    for (const char *body : {"", "no", "{", "[1]", R"({"error":1})", R"({"error":{"code":{}}})"})
        on.answer(422, body);
    CHECK(on.err.lines().size() == 1);
}

TEST_CASE("paths that are not there, and all that is not a route's, are no refusals at info") {
    Answering on;
    on.answer(404, R"({"success":false,"error":{"code":"not_found","message":"no"}})");
    on.told.route = false;
    on.answer(403, "{}");
    CHECK(on.err.lines().empty());
}

TEST_CASE("the first five events of a batch that are refused are told") {
    Answering on;
    std::string results;
    for (int i = 0; i < 20; ++i)
        results += R"({"success":false,"event":"e)" + std::to_string(i) +
                   R"(","error":{"code":"event_unknown","message":"no"}},)";
    on.answer(200, R"({"success":true,"data":{"results":[)" + results +
                       R"({"success":true,"event":"good"}]}})");
    const auto lines = on.err.lines();
    REQUIRE(lines.size() == 5);
    CHECK(lines[4].find("event=e4 index=4 request=order-1") != std::string::npos);
}

TEST_CASE("an access line is written only on request, for any answer") {
    Answering on;
    on.answer(200, "{}");
    on.access.write_lines(true);
    on.told.route = false;
    on.answer(101, "");
    const auto lines = on.err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("info  access method=POST path=/api/emit status=101 bytes=300 us=") !=
          std::string::npos);
    CHECK(lines[0].find("key=shop request=order-1 agent=agent/1") != std::string::npos);
}

TEST_CASE("an audit line names who it was: a process, a page of the console, or a signal") {
    log::Logger logger{log::Options{}};
    test::Stderr err;
    app::Operator process, page;
    process.uid = 1000;
    process.pid = 42;
    page.address = "192.0.2.7";
    page.key = "desk";
    app::audit(logger, process, "kick", {{"user", "u1"}, {"client", ""}});
    app::audit(logger, page, "emit");
    app::audit(logger, {}, "stop");
    const auto lines = err.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].find("notice audit action=kick uid=1000 pid=42 user=u1") != std::string::npos);
    CHECK(lines[1].find("action=emit address=192.0.2.7 key=desk") != std::string::npos);
    CHECK(lines[2].find("action=stop by=signal") != std::string::npos);
}
