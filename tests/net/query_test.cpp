// What a handshake's query means, and what is kept of it.
#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("the last of repeated parameters counts, and an empty sid counts as none") {
    Rig rig;
    CHECK(ask(rig, get("/socket.io/?EIO=3&transport=x&EIO=4&transport=polling&sid=")).status ==
          200);
    CHECK(ask(rig, get("/socket.io/?EIO=4&EIO=3&transport=polling")).body ==
          R"({"code":5,"message":"Unsupported protocol version"})");
}

TEST_CASE("a client's query is decoded as Node does, control characters included") {
    Rig rig;
    for (const auto &known :
         {std::pair("note=a%0Ab", R"("note":"a\u000ab")"),
          std::pair("note=%00", R"("note":"\u0000")"), std::pair("note=5%", R"("note":"5%")"),
          std::pair("j%20=a+b", R"("j ":"a b")")}) {
        CAPTURE(known.first);
        CHECK(ask(rig, get(polling_path + "&" + known.first)).status == 200);
        std::string query;
        CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
            query = sessions.handshake(echo.newest)->facts->query;
        }));
        CHECK(query.find(known.second) != std::string::npos);
    }
}

TEST_CASE("the handshake is kept as JSON with the asked headers, the last of duplicates") {
    Rig::Setup setup;
    setup.net.kept_headers = {"x-app", "user-agent", "cookie"};
    Rig rig(setup);
    CHECK(ask(rig,
              get(polling_path + "&a=1&a=%22two%22&b=x%20y", "X-App: web\r\nUser-Agent: test\r\n"))
              .status == 200);
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        const session::Handshake *shake = sessions.handshake(echo.newest);
        REQUIRE(shake != nullptr);
        CHECK(shake->facts->query ==
              R"({"EIO":"4","transport":"polling","a":"\"two\"","b":"x y"})");
        CHECK(shake->address.text() == "127.0.0.1");
        CHECK(shake->facts->headers.size() == 2);
        CHECK(shake->facts->headers[0] == net::Field("x-app", "web"));
        CHECK(shake->facts->headers[1] == net::Field("user-agent", "test"));
        CHECK_FALSE(shake->facts->secure);
    }));
}

TEST_CASE("a token in the query is kept apart from what plugins see, in every spelling") {
    Rig::Setup setup;
    setup.net.token_parameter = "token";
    Rig rig(setup);
    const auto facts = [&](const std::string &more) {
        CHECK(ask(rig, get(polling_path + more)).status == 200);
        session::Facts out;
        CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
            out = *sessions.handshake(echo.newest)->facts;
        }));
        return out;
    };
    const auto given = facts("&token=x.y&a=1&to%6Ben=p.q&Token=seen");
    CHECK(given.token == "p.q");
    CHECK(given.query == R"({"EIO":"4","transport":"polling","a":"1","Token":"seen"})");
    CHECK(facts("").token.empty());
}

TEST_CASE("a query parameter that is not configured is no token") {
    Rig rig;
    CHECK(ask(rig, get(polling_path + "&token=x.y")).status == 200);
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        const auto &facts = sessions.handshake(echo.newest)->facts;
        CHECK(facts->token.empty());
        CHECK(facts->query == R"({"EIO":"4","transport":"polling","token":"x.y"})");
    }));
}
