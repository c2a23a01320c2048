// Who polls, and sends faster than it may.
#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("a flood of polled packets is paced: nobody is closed, all is heard, others are served") {
    Rig::Setup setup;
    setup.session.packets_per_second = 1000;
    Rig rig(setup);
    const std::string flood = polling(rig.address()), other = polling(rig.address());
    std::string body = "4first";
    for (int i = 0; i < 2400; ++i)
        body += "\x1e"
                "6";
    const auto start = std::chrono::steady_clock::now();
    const auto since = [&] { return std::chrono::steady_clock::now() - start; };
    Wire wire(rig.address());
    wire.send(post(in_session(flood), body) + post(in_session(flood), "4second"));
    CHECK(ask(rig, get(in_session(flood))).body ==
          "4first"); // heard at once, it is the answer that waits
    for (int i = 0; i < 20; ++i) {
        CHECK(ask(rig, post(in_session(other), "4x")).body == "ok");
        CHECK(ask(rig, get(in_session(other))).body == "4x");
    }
    CHECK(wire.silent(1ms)); // nor does it hold them up
    CHECK(wire.reply().body == "ok");
    CHECK(since() > 1300ms);
    CHECK(wire.reply().body == "ok");
    CHECK(ask(rig, get(in_session(flood))).body == "4second");
    CHECK(rig.totals().guard_kills == 0);
    CHECK(rig.sessions() == 2);
}

TEST_CASE("a paced client that does not wait for its answer is closed") {
    Rig::Setup setup;
    setup.session.packets_per_second = 1;
    Rig rig(setup);
    const std::string sid = polling(rig.address());
    {
        Wire wire(rig.address());
        wire.send(post(in_session(sid), "6\x1e"
                                        "6\x1e"
                                        "4x"));
        CHECK(ask(rig, get(in_session(sid))).body == "4x");
        wire.reset();
    }
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}

TEST_CASE("a paced client's answer does not outlast its session") {
    Rig::Setup setup;
    setup.session.packets_per_second = 1;
    Rig rig(setup);
    const std::string sid = polling(rig.address());
    Wire wire(rig.address());
    std::string body = "4x";
    for (int i = 0; i < 20; ++i)
        body += "\x1e"
                "6";
    wire.send(post(in_session(sid), body)); // worth 20 s
    CHECK(ask(rig, get(in_session(sid))).body == "4x");
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        sessions.close(echo.newest, session::CloseReason::forced_close);
    }));
    CHECK(wire.reply().body == "ok");
}
