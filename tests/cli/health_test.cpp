#include "calling.hpp"
#include "peer.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

using namespace roomd;
using test::call;
using test::Peer;

namespace {

std::string page_of(const std::string &status, const std::string &body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

const std::string healthy =
    page_of("200 OK", R"({"success":true,"data":{"status":"healthy","service":"roomd"}})");

} // namespace

TEST_CASE("health is 0 when the daemon is healthy, and says so") {
    Peer peer(healthy);
    const auto called = call({"health", "--socket", peer.path()});
    CHECK(called.code == 0);
    CHECK(called.out == "healthy\n");
    CHECK(called.err.empty());
    peer.join();
    CHECK(peer.seen.starts_with("GET /health HTTP/1.1\r\n"));
}

TEST_CASE("degraded is no reason to restart it: 0, with the parts") {
    const Peer peer(page_of("200 OK", R"({"success":true,"data":{"status":"degraded","parts":[)"
                                      R"({"name":"webhook","status":"down","why":"no answer"},)"
                                      R"({"name":"pg","status":"degraded"}]}})"));
    const auto called = call({"health", "--socket", peer.path()});
    CHECK(called.code == 0);
    CHECK(called.out == "degraded: webhook (no answer), pg\n");
}

TEST_CASE("a daemon that stops is not healthy, and not ready") {
    const std::string stopping = page_of(
        "503 Service Unavailable",
        R"({"success":false,"error":{"code":"draining","message":"The daemon is stopping."}})");
    Peer peer(stopping);
    const auto called = call({"health", "--ready", "--socket", peer.path()});
    CHECK(called.code == 1);
    CHECK(called.err == "roomd: The daemon is stopping.\n");
    peer.join();
    CHECK(peer.seen.starts_with("GET /ready HTTP/1.1\r\n"));
    const Peer other(stopping);
    const auto json = call({"health", "--json", "--socket", other.path()});
    CHECK(json.code == 1);
    CHECK(json.out.starts_with(R"({"success":false,"error":{"code":"draining")"));
    CHECK(json.err.empty());
}

TEST_CASE("a daemon that hangs is unhealthy once the time is over") {
    const Peer silent("", Peer::Life::silent);
    const auto called = call({"health", "--timeout", "1", "--socket", silent.path()});
    CHECK(called.code == 1);
    CHECK(called.err == "roomd: no answer within 1 s: the daemon is busy or hangs\n");
}

TEST_CASE("what is no daemon, and no roomd, is unhealthy with the reason") {
    CHECK(call({"health", "--socket", "/nowhere/s"}).code == 1);
    CHECK(call({"health", "--socket", "/nowhere/s"}).err.find("there is no socket /nowhere/s") !=
          std::string::npos);
    const Peer other(page_of("200 OK", "<html>"));
    CHECK(call({"health", "--socket", other.path()}).err ==
          "roomd: " + other.path() + " does not answer like roomd\n");
    const auto url = call({"health", "--url", "http://127.0.0.1:1/"});
    CHECK(url.code == 1);
    CHECK(url.err.starts_with("roomd: http://127.0.0.1:1/health: "));
}

TEST_CASE("without an admin socket the listeners of the configuration are asked in turn") {
    const Peer first(
        page_of("404 Not Found", R"({"success":false,"error":{"message":"Not here."}})")),
        second(healthy);
    const std::string file = first.path() + ".yaml";
    std::ofstream(file) << "auth: { mode: none }\ncatalogue: { unknown: allow }\nadmin: { socket: "
                           "/nowhere/s }\nlisten: [ { address: \"unix:"
                        << first.path() << "\" }, { address: \"unix:" << second.path() << "\" } ]";
    const auto called = call({"health", "--config", file});
    std::remove(file.c_str());
    CHECK(called.code == 0);
    CHECK(called.out == "healthy\n");
}

TEST_CASE("health is called with one place to ask, and one that can be asked") {
    CHECK(call({"health", "--url", "127.0.0.1:3001"}).code == 2);
    CHECK(call({"health", "--url", ""}).code == 2);
    CHECK(call({"health", "--url", "http://a", "--socket", "/s"}).code == 2);
    CHECK(call({"health", "--timeout", "0"}).code == 2);
}
