#include "session/notices.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using session::Retry;

TEST_CASE("a refused CONNECT says which limit it met, and whether to try again") {
    CHECK(session::connect_refused("/c", "too_many", "no more", Retry::no)->payload() ==
          R"(44/c,{"message":"no more","data":{"code":"too_many","retryable":false}})");
    CHECK(session::connect_refused("/", "later", "wait", Retry::later)->payload() ==
          R"(44{"message":"wait","data":{"code":"later","retryable":true}})");
}

TEST_CASE("a dropped event is told as its answer, or as a warning when none was asked for") {
    sio::Event event{"/", "say", {"[]", {}}, 7};
    CHECK(session::event_dropped("/", event)
              .front()
              ->payload()
              .starts_with(R"(437[{"ok":false,"error":{"code":"too_many_events")"));
    event.ack.reset();
    CHECK(session::event_dropped("/", event)
              .front()
              ->payload()
              .starts_with(R"(42["rate:warning",{"event":"say","code":"too_many_events")"));
}

TEST_CASE("who is slowed down is told the rate") {
    CHECK(session::slowed_down("/chat", 5).front()->payload() ==
          R"(42/chat,["rate:warning",{"limit":5,"code":"slowed_down",)"
          R"("message":"more than 5 events a second: they wait"}])");
}
