#include "eio/open.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace roomd;

TEST_CASE("the open packet has exactly the keys clients expect") {
    CHECK(eio::open_packet({.sid = "lv_VI97HAXpY6yYWAAAB",
                            .upgrades = true,
                            .ping_interval = 25s,
                            .ping_timeout = 20s,
                            .max_payload = 1000000})
              ->payload() == R"(0{"sid":"lv_VI97HAXpY6yYWAAAB","upgrades":["websocket"],)"
                             R"("pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
}

TEST_CASE("a websocket has nothing to upgrade to") {
    CHECK(eio::open_packet({.sid = "s",
                            .upgrades = false,
                            .ping_interval = 300ms,
                            .ping_timeout = 200ms,
                            .max_payload = 1})
              ->payload() ==
          R"(0{"sid":"s","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1})");
}
