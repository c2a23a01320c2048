#include <roomd/plugin.hpp>

#include "both.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace roomd;
using test::Both;

TEST_CASE("many clients are found and moved, whatever size their structs have") {
    Both b;
    std::string seen;
    const auto found = [&](roomd_status status, const Found &what) {
        seen = std::string(name(status)) + " of " + std::to_string(what.total);
        for (const Described &one : what.clients)
            seen += " " + std::to_string(one.client) + std::string(one.user);
    };
    auto ann = Whom::user("ann");
    ann.nsp("*").on_behalf("crm");
    CHECK(b.host.find(ann, 7, 10, found) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "find user ann of * for crm after 7 limit 10");
    struct Longer { // as a later host has it
        roomd_described now{};
        std::uint64_t then = 0;
    };
    Longer all[2];
    for (auto &one : all)
        one.now.struct_size = sizeof one;
    all[0].now.client = 8;
    all[1].now.client = 9;
    all[1].now.user = str("ann");
    roomd_found raw{};
    raw.struct_size = sizeof raw;
    raw.total = 5;
    raw.clients = &all[0].now;
    raw.n_clients = 2;
    b.fake.finds.at(0).first(b.fake.finds.at(0).second, ROOMD_OK, &raw);
    CHECK(seen == "ok of 5 8 9ann");

    const std::string_view rooms[] = {"a", "b"};
    const auto moved = [&](roomd_status status, const Moved &what) {
        seen = std::string(name(status)) + " " + std::to_string(what.moved) + " " +
               std::string(what.code);
    };
    CHECK(b.host.move(Whom::room("hall"), ROOMD_JOIN, rooms, {}, moved) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "move room hall 1 a b");
    roomd_moved became{};
    became.struct_size = sizeof became;
    became.code = str("room_denied");
    b.fake.moves.at(0).first(b.fake.moves.at(0).second, ROOMD_DENIED, &became);
    CHECK(seen == "denied 0 room_denied");
    CHECK(b.host.move(Whom::client("x"), ROOMD_CLOSE, {}, "over") == ROOMD_OK);
    CHECK(b.fake.calls.back() == "move client x 4 because over");
    CHECK_FALSE(static_cast<bool>(b.fake.moves.at(1).first));

    b.fake.table.struct_size = offsetof(roomd_host, find);
    CHECK(b.host.find(ann, 0, 1, found) == ROOMD_UNSUPPORTED);
    CHECK(b.host.move(ann, ROOMD_DISCONNECT, {}, {}, moved) == ROOMD_UNSUPPORTED);
    CHECK(b.host.move(ann, ROOMD_DISCONNECT, {}, {}) == ROOMD_UNSUPPORTED);
    b.fake.table.abi_minor = 2;
    CHECK_THROWS_AS(
        (void)b.host.route(
            {.method = "GET", .path = "/a/", .scope = "", .headers = {}, .encoded = true},
            [](const Request &, Response &) {}),
        Failure);
}
