#include <roomd/plugin.hpp>

#include "both.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace roomd;
using test::Both;

TEST_CASE("a store gets emits of any length, and what it does not answer may have been kept") {
    Both b;
    std::vector<Keeping> kept;
    std::string events;
    bool fails = false;
    Handle store = b.host.on_store([&](std::span<const roomd_emit *const> emits, Keeping &ticket) {
        for (const roomd_emit *const one : emits)
            events += view(one->event);
        if (fails) throw std::runtime_error("ouch");
        kept.push_back(std::move(ticket));
    });
    struct Longer {
        roomd_emit emit;
        std::uint64_t later;
    };
    std::array<Longer, 2> given{};
    for (Longer &one : given) {
        one.emit.struct_size = sizeof one;
        one.emit.event = str("e");
    }
    const auto *hook = b.fake.hook("on_store");
    hook->store(hook->user, 7, &given[0].emit, given.size());
    CHECK(events == "ee");
    REQUIRE(kept.size() == 1);
    Stored good, bad;
    good.id = "17";
    bad.status = ROOMD_INVALID;
    bad.code = "no";
    CHECK(kept[0].send(std::array{good, bad}) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "stored 017 -3no");
    CHECK(kept[0].send(std::array{good, bad}) == ROOMD_GONE);
    fails = true;
    hook->store(hook->user, 8, &given[0].emit, 1);
    CHECK(b.fake.calls.back() == "stored");
    b.host.emit(Emit("a").to("r").routed().durable());
    CHECK(b.fake.sent.back().flags == (ROOMD_EMIT_ROUTE | ROOMD_EMIT_DURABLE));
}
