#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace roomd;
using test::FakeHost;

namespace {

// The face's Host goes first.
struct WithSpool {
    FakeHost fake;
    Host host{&fake.table, fake.self()};
};

} // namespace

TEST_CASE("a spool answers what it is asked, and what it does not answer may have been done") {
    WithSpool b;
    std::vector<Spooling> kept;
    std::string asked;
    bool fails = false;
    Handle hook = b.host.on_spool([&](const roomd_spool &what, Spooling &ticket) {
        asked += view(what.text);
        if (fails) throw std::runtime_error("ouch");
        kept.push_back(std::move(ticket));
    });
    const auto *given = b.fake.hook("on_spool");
    const Spool put = Spool::put("desk", "a");
    given->spool(given->user, 7, &put.raw());
    REQUIRE(kept.size() == 1);
    Spooled good;
    good.id = 17;
    CHECK(kept[0].send(good) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "spooled 0 17");
    CHECK(kept[0].send(good) == ROOMD_GONE);
    fails = true;
    given->spool(given->user, 8, &put.raw());
    CHECK(b.fake.calls.back() == "spooled -8 0spool_unsure");
    CHECK(asked == "aa");
}

TEST_CASE("who asks the spool is told what came of it") {
    WithSpool b;
    std::string heard;
    const auto hear = [&](const Spooled &said) {
        heard += std::to_string(said.id) + std::string(said.text) + (said.others ? "!" : "");
    };
    CHECK(b.host.spool(Spool::next("desk", "r", 3).take(), hear) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "spool 2desk 3");
    CHECK(b.host.spool(Spool::replace("desk", 3, "b")) == ROOMD_OK);
    CHECK(b.fake.calls.back() == "spool 3desk 3b");
    CHECK(heard == "5next!");
    b.fake.table.struct_size = offsetof(roomd_host, spool);
    CHECK(b.host.spool(Spool::put("desk", "a"), hear) == ROOMD_UNSUPPORTED);
    b.fake.table.struct_size = offsetof(roomd_host, on_spool);
    CHECK_THROWS_AS((void)b.host.on_spool([](const roomd_spool &, Spooling &) {}), Failure);
}
