#include "app/admin_pages.hpp"
#include "app/console.hpp"
#include "app/console_gate.hpp"
#include "app/gate.hpp"
#include "config/config.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

using namespace roomd;

namespace {

const app::Gate open_gate(std::make_shared<const auth::Keys>());

app::Gate gate_with_key() {
    auth::Key key;
    key.name = "desk";
    key.digest = auth::sha256("open sesame");
    key.scopes = {"admin"};
    return app::Gate(std::make_shared<const auth::Keys>(std::vector{key}));
}

// Of a program on this machine, with these headers too.
net::Request from_here(std::vector<net::Field> more = {}) {
    net::Request request;
    request.loopback = true;
    request.headers = std::move(more);
    const bool named = std::any_of(request.headers.begin(), request.headers.end(),
                                   [](const auto &header) { return header.first == "host"; });
    if (!named) request.headers.emplace_back("host", "localhost:3001");
    return request;
}

} // namespace

TEST_CASE("the console's own page is admitted, and a program that is no page") {
    CHECK(app::admit_to_console(open_gate, from_here()).status == 0);
    for (const char *site : {"same-origin", "none"})
        CHECK(app::admit_to_console(open_gate, from_here({{"sec-fetch-site", site}})).status == 0);
    CHECK(app::admit_to_console(open_gate, from_here({{"origin", "http://localhost:3001"},
                                                      {"sec-fetch-site", "same-origin"}}))
              .status == 0);
    // Behind a proxy that ends TLS only the page knows the scheme.
    net::Request proxied = from_here({{"origin", "https://console.example"},
                                      {"host", "console.example"},
                                      {"x-api-key", "open sesame"}});
    CHECK(app::admit_to_console(gate_with_key(), proxied).status == 0);
}

TEST_CASE("another page is refused, whatever key it has") {
    const app::Gate gate = gate_with_key();
    for (const net::Field &field : std::vector<net::Field>{{"sec-fetch-site", "cross-site"},
                                                           {"sec-fetch-site", "same-site"},
                                                           {"origin", "http://localhost:5173"},
                                                           {"origin", "http://evil.example"},
                                                           {"origin", "null"},
                                                           {"origin", "localhost:3001"}}) {
        const auto access = app::admit_to_console(
            gate, from_here({{field.first, field.second}, {"x-api-key", "open sesame"}}));
        CHECK_MESSAGE(access.status == 403, field.second);
        CHECK(access.body.find("page_foreign") != std::string::npos);
    }
}

TEST_CASE("the console's calls need a key of scope admin, where there is one") {
    const app::Gate gate = gate_with_key();
    CHECK(app::admit_to_console(gate, from_here()).status == 401);
    CHECK(app::admit_to_console(gate, from_here({{"x-api-key", "guess"}})).status == 401);
    CHECK(app::admit_to_console(gate, from_here({{"x-api-key", "open sesame"}})).status == 0);
}

TEST_CASE("a page whose name was rebound to this machine gets nothing from the console") {
    const auto rebound = from_here({{"host", "evil.example:3001"},
                                    {"origin", "http://evil.example:3001"},
                                    {"sec-fetch-site", "same-origin"}});
    CHECK(app::admit_to_console(open_gate, rebound).body.find("host_not_loopback") !=
          std::string::npos);
    CHECK(app::admit_to_mint(open_gate, rebound).status == 403);
}

TEST_CASE("forms offer tokens as the daemon began, whatever a reload wants") {
    config::Config config;
    CHECK(app::catalogue_page(config, true).find("\"mint\":true") != std::string::npos);
    config.console.mint = true;
    CHECK(app::catalogue_page(config, false).find("\"mint\":false") != std::string::npos);
}

TEST_CASE("tokens are minted for this machine alone, whatever key is sent") {
    const app::Gate gate = gate_with_key();
    const net::Field key{"x-api-key", "open sesame"};
    CHECK(app::admit_to_mint(gate, from_here({key})).status == 0);
    CHECK(app::admit_to_mint(open_gate, from_here()).status == 0);
    CHECK(app::admit_to_mint(gate, from_here({key, {"host", "roomd.example"}})).status == 403);
    CHECK(app::admit_to_mint(gate, from_here({key, {"x-forwarded-for", "127.0.0.1"}})).status ==
          403);
    net::Request stranger = from_here({key});
    stranger.loopback = false;
    CHECK(app::admit_to_mint(gate, stranger).body.find("mint_not_local") != std::string::npos);
    net::Request file = from_here();
    file.loopback = false;
    file.unix_socket = true;
    CHECK(app::admit_to_mint(open_gate, file).status == 403);
    CHECK(app::admit_to_mint(open_gate, from_here({{"origin", "http://localhost:5173"}})).status ==
          403);
}

TEST_CASE("every header that decides is asked for") {
    const auto &asked = app::console_headers();
    for (const char *name : {"origin", "sec-fetch-site", "content-type", "host", "authorization",
                             "x-api-key", "x-forwarded-for", "via"})
        CHECK_MESSAGE(std::find(asked.begin(), asked.end(), name) != asked.end(), name);
}

TEST_CASE("a minted token has the claims that the configuration names") {
    auth::ClaimNames names;
    names.tenant = "tenantId";
    app::Minted wanted;
    wanted.user = "u\"1";
    wanted.role = "student";
    wanted.tenant = "t1";
    wanted.more = R"({"libraryIds":["l1"]})";
    wanted.seconds = 60;
    CHECK(app::minted_claims(wanted, names, 1000500) ==
          R"({"iss":"roomd-dev","sub":"u\"1","role":"student","tenantId":"t1","iat":1000,)"
          R"("exp":1060,"libraryIds":["l1"]})");
}

TEST_CASE("a minted token says nothing of what was not asked for, and nothing twice") {
    app::Minted wanted;
    wanted.user = "u1";
    const std::string claims = app::minted_claims(wanted, {}, 0);
    CHECK(json::member(claims, "role").empty());
    CHECK(json::member(claims, "tenant").empty());
    wanted.more = R"({"s\u0075b":"u2"})";
    CHECK(app::minted_claims(wanted, {}, 0).empty());
}

TEST_CASE("the console's address is one that a browser on this machine can open") {
    CHECK(app::console_url({{"127.0.0.1:3001", false}}, "/console/") ==
          "http://localhost:3001/console/");
    CHECK(app::console_url({{"[::1]:80", false}}, "/c/") == "http://localhost:80/c/");
    CHECK(app::console_url({{"unix:/run/a.sock", false}, {"0.0.0.0:443", true}}, "/c/") ==
          "https://localhost:443/c/");
    CHECK(app::console_url({{"192.168.1.10:3001", false}}, "/c/") == "http://192.168.1.10:3001/c/");
    CHECK(app::console_url({{"unix:/run/a.sock", false}}, "/c/").empty());
}
