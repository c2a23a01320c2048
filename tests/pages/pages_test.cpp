#include "pages/pages.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using pages::Detail;

namespace {

pages::Snapshot snapshot() {
    pages::Snapshot now;
    now.service = "auth-service";
    now.version = "0.1.0";
    now.catalogue = "0123456789abcdef";
    now.uptime = std::chrono::milliseconds(12999);
    now.now_ms = 1795424400123;
    return now;
}

} // namespace

TEST_CASE("a healthy daemon answers as documented") {
    const pages::Page page = pages::health(snapshot(), Detail::names);
    CHECK(page.status == 200);
    CHECK(page.content_type == "application/json");
    CHECK(page.body == R"({"success":true,"data":{"status":"healthy","service":"auth-service",)"
                       R"("websocket":"enabled","version":"0.1.0",)"
                       R"("catalogue":"0123456789abcdef","uptime":12,)"
                       R"("timestamp":"2026-11-23T09:00:00.123Z"}})");
}

TEST_CASE("a degraded daemon names its parts and stays 200") {
    auto now = snapshot();
    now.ailing = {{"postgres", pages::Part::State::down, "no route to db.internal as roomd"},
                  {"feed", pages::Part::State::degraded, "never heard"}};
    const pages::Page page = pages::health(now, Detail::names);
    CHECK(page.status == 200);
    CHECK(page.body == R"({"success":true,"data":{"status":"degraded","parts":[)"
                       R"({"name":"postgres","status":"down"},)"
                       R"({"name":"feed","status":"degraded"}],"service":"auth-service",)"
                       R"("websocket":"enabled","version":"0.1.0",)"
                       R"("catalogue":"0123456789abcdef","uptime":12,)"
                       R"("timestamp":"2026-11-23T09:00:00.123Z"}})");
}

TEST_CASE("an operator sees why parts are ailing") {
    auto now = snapshot();
    now.ailing = {{"postgres", pages::Part::State::down, "connection \"refused\""},
                  {"feed", pages::Part::State::degraded, ""}};
    const pages::Page page = pages::health(now, Detail::reasons);
    CHECK(page.status == 200);
    CHECK(page.body == R"({"success":true,"data":{"status":"degraded","parts":[)"
                       R"({"name":"postgres","status":"down","why":"connection \"refused\""},)"
                       R"({"name":"feed","status":"degraded","why":""}],"service":"auth-service",)"
                       R"("websocket":"enabled","version":"0.1.0",)"
                       R"("catalogue":"0123456789abcdef","uptime":12,)"
                       R"("timestamp":"2026-11-23T09:00:00.123Z"}})");
}

TEST_CASE("a daemon without the websocket transport says so") {
    auto now = snapshot();
    now.websocket = false;
    CHECK(pages::health(now, Detail::names).body.find(R"("websocket":"disabled")") !=
          std::string::npos);
}

TEST_CASE("a draining daemon is neither healthy nor ready") {
    auto now = snapshot();
    now.draining = true;
    CHECK(pages::health(now, Detail::names).status == 503);
    CHECK(pages::health(now, Detail::names).body ==
          R"({"success":false,"error":{"code":"draining","message":"The daemon is stopping."}})");
    pages::Readiness readiness;
    readiness.listening = true;
    readiness.draining = true;
    CHECK(pages::ready(readiness).status == 503);
}

TEST_CASE("ready takes listeners and required plugins") {
    pages::Readiness now;
    now.now_ms = 1795424400123;
    CHECK(pages::ready(now).status == 503);
    CHECK(
        pages::ready(now).body ==
        R"({"success":false,"error":{"code":"not_ready","message":"Not every listener is up."}})");
    now.listening = true;
    now.missing = {{"postgres", pages::Part::State::down, ""},
                   {"feed", pages::Part::State::down, ""}};
    CHECK(pages::ready(now).status == 503);
    CHECK(pages::ready(now).body.find("Required plugins are not up: postgres, feed.") !=
          std::string::npos);
    now.missing.clear();
    now.catalogue = "0123456789abcdef";
    CHECK(pages::ready(now).status == 200);
    CHECK(pages::ready(now).body ==
          R"({"success":true,"data":{"status":"ready","catalogue":"0123456789abcdef",)"
          R"("timestamp":"2026-11-23T09:00:00.123Z"}})");
}

TEST_CASE("the metrics page is what Prometheus reads") {
    const pages::Page page = pages::metrics({metrics::gauge("roomd_sessions", "Open", 1)});
    CHECK(page.status == 200);
    CHECK(page.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(page.body.ends_with("roomd_sessions 1\n"));
}
