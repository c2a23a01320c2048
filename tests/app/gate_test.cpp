#include "app/gate.hpp"

#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace roomd;

namespace {

std::shared_ptr<const auth::Keys> one_key() {
    auth::Key key;
    key.name = "backend";
    key.digest = auth::sha256("open sesame");
    key.scopes = {"emit"};
    key.events = {"*"};
    key.rooms = {"*"};
    return std::make_shared<const auth::Keys>(std::vector{key});
}

net::Request from_this_machine() {
    net::Request request;
    request.loopback = true;
    request.headers = {{"host", "localhost:3001"}};
    return request;
}

net::Request with_header(std::string name, std::string value) {
    net::Request request = from_this_machine();
    request.headers.emplace_back(std::move(name), std::move(value));
    return request;
}

} // namespace

TEST_CASE("a key is taken from either header, whatever the case of Bearer") {
    const app::Gate gate(one_key());
    for (const auto &request : {with_header("authorization", "Bearer open sesame"),
                                with_header("authorization", "bearer open sesame"),
                                with_header("x-api-key", "open sesame")}) {
        const auto admission = gate.admit(request, "emit");
        CHECK(admission.status == 0);
        CHECK(admission.key == "backend");
    }
}

TEST_CASE("where a key of the scope exists nobody on TCP is admitted without one") {
    const app::Gate gate(one_key());
    const auto admission = gate.admit(from_this_machine(), "emit");
    CHECK(admission.status == 401);
    CHECK(admission.body.find("key_missing") != std::string::npos);
    CHECK(admission.headers == std::vector<net::Field>{{"WWW-Authenticate", "Bearer"}});
}

TEST_CASE("a wrong key is refused even where none is needed") {
    const app::Gate gate(std::make_shared<const auth::Keys>());
    CHECK(gate.admit(with_header("x-api-key", "guess"), "emit").status == 401);
}

TEST_CASE("a key without the scope is told apart from an unknown one") {
    const app::Gate gate(one_key());
    CHECK(gate.admit(with_header("x-api-key", "open sesame"), "metrics").status == 403);
    CHECK(gate.admit(with_header("x-api-key", "close sesame"), "metrics").status == 401);
}

TEST_CASE("file permissions admit a peer on a Unix socket") {
    const app::Gate gate(one_key());
    net::Request request;
    request.unix_socket = true;
    CHECK(gate.admit(request, "emit").status == 0);
}

TEST_CASE("a Unix socket admits the proxy on it, not whoever is behind it") {
    net::Request request;
    request.unix_socket = true;
    request.headers = {{"host", "localhost"}, {"x-forwarded-for", "192.0.2.1"}};
    CHECK(app::Gate(one_key()).admit(request, "emit").status == 401);
    const auto admission = app::Gate(std::make_shared<const auth::Keys>()).admit(request, "emit");
    CHECK(admission.status == 401);
    CHECK(admission.body.find("through a proxy") != std::string::npos);
    request.headers.emplace_back("x-api-key", "open sesame");
    CHECK(app::Gate(one_key()).admit(request, "emit").key == "backend");
}

TEST_CASE("without keys only this machine is admitted, and only by a loopback name") {
    const app::Gate gate(std::make_shared<const auth::Keys>());
    CHECK(gate.admit(from_this_machine(), "emit").status == 0);

    net::Request stranger = from_this_machine();
    stranger.loopback = false;
    CHECK(gate.admit(stranger, "emit").status == 401);

    for (const char *host : {"localhost", "LOCALHOST:80", "127.0.0.1:3001", "[::1]:3001"}) {
        net::Request request;
        request.loopback = true;
        request.headers = {{"host", host}};
        CHECK_MESSAGE(gate.admit(request, "emit").status == 0, host);
    }
    for (const char *host :
         {"", "rebound.example:3001", "localhost.example", "127.0.0.1.example", "[::2]:3001"}) {
        net::Request request;
        request.loopback = true;
        request.headers = {{"host", host}};
        const auto admission = gate.admit(request, "emit");
        CHECK_MESSAGE(admission.status == 403, host);
    }
}

TEST_CASE("what a proxy passes on is not from this machine, whatever its address and Host say") {
    const app::Gate gate(std::make_shared<const auth::Keys>());
    CHECK(gate.admit(from_this_machine(), "emit").status == 0);
    for (const char *name :
         {"x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via"}) {
        const auto &asked = app::Gate::headers();
        CHECK_MESSAGE(std::find(asked.begin(), asked.end(), name) != asked.end(), name);
        const auto admission = gate.admit(with_header(name, "127.0.0.1"), "emit");
        CHECK_MESSAGE(admission.status == 401, name);
        CHECK_MESSAGE(admission.body.find("through a proxy") != std::string::npos, name);
    }
}

TEST_CASE("a request holds a scope only by a key that has it") {
    const app::Gate gate(one_key());
    CHECK(gate.holds(with_header("x-api-key", "open sesame"), "emit"));
    CHECK(gate.holds(with_header("authorization", "Bearer open sesame"), "emit"));
    CHECK_FALSE(gate.holds(with_header("x-api-key", "open sesame"), "metrics"));
    CHECK_FALSE(gate.holds(with_header("x-api-key", "guess"), "emit"));
    CHECK_FALSE(gate.holds(from_this_machine(), "emit")); // neither that it is near
    net::Request file = from_this_machine();
    file.unix_socket = true; // nor that it came over a file
    CHECK_FALSE(gate.holds(file, "emit"));
}

TEST_CASE("a key that has used up its rate is refused before its body, and told when to come") {
    auth::Key key = *one_key()->named("backend");
    key.rate = 1;
    key.burst = 2;
    key.scopes = {"emit", "kick"};
    test::HandClock clock;
    auth::KeyRates rates;
    app::Gate gate(std::make_shared<const auth::Keys>(std::vector{key}));
    gate.limit(rates, clock);
    const auto request = with_header("x-api-key", "open sesame");
    // What is emitted is counted when it is emitted.
    for (int i = 0; i < 10; ++i)
        CHECK(gate.admit_within_rate(request, "emit").status == 0);
    CHECK(gate.admit_within_rate(request, "kick").status == 0);
    CHECK(gate.admit_within_rate(request, "kick").key == "backend");
    const net::Access no = gate.admit_within_rate(request, "kick");
    CHECK(no.status == 429);
    CHECK(no.body.find("\"key_rate\"") != std::string::npos);
    REQUIRE(no.headers.size() == 1);
    CHECK(no.headers[0] == net::Field{"Retry-After", "1"});
    CHECK(gate.admit_within_rate(request, "emit").status == 429);
    CHECK(gate.admit(request, "emit").status == 0); // the daemon's own paths
    clock.advance(base::Duration(1000));
    CHECK(gate.admit_within_rate(request, "emit").status == 0);
    std::uint64_t refused = 0;
    rates.each([&](std::string_view, std::uint64_t count) { refused = count; });
    CHECK(refused == 2);
}
