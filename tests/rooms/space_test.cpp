#include "clients.hpp"
#include "rooms/space.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace roomd;
using test::ann, test::bob, test::cid, test::dee, test::id;

namespace {

using Names = std::vector<std::string_view>;
using Clients = std::vector<base::ClientId>;

struct Fixture {
    rooms::Places places;
    rooms::Space space{places};
    Fixture() {
        for (const auto client : {ann, bob, cid})
            space.enter(client);
    }
    Clients select(const Names &rooms, const Names &except = {}, const Clients &clients = {},
                   const Clients &not_to = {}) {
        return sorted({.rooms = rooms, .except = except, .clients = clients, .not_to = not_to});
    }
    Clients sorted(const rooms::Selection &selection) {
        Clients chosen = space.select(selection);
        std::sort(chosen.begin(), chosen.end());
        return chosen;
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a client in two rooms gets an emit to both once") {
    space.join(ann, "a");
    space.join(ann, "b");

    CHECK(select({"a", "b"}) == Clients{ann});
}

TEST_CASE_FIXTURE(Fixture, "a room named twice is one room") {
    space.join(ann, "a");

    CHECK(select({"a", "a", "a"}) == Clients{ann});
}

TEST_CASE_FIXTURE(Fixture, "an emit to rooms reaches the members of any of them") {
    space.join(ann, "a");
    space.join(bob, "b");
    space.join(cid, "c");

    CHECK(select({"a", "b"}) == Clients{ann, bob});
}

TEST_CASE_FIXTURE(Fixture, "members of an excepted room are left out") {
    space.join(ann, "a");
    space.join(bob, "a");
    space.join(bob, "quiet");

    CHECK(select({"a"}, {"quiet"}) == Clients{ann});
    CHECK(select({"a"}, {"quiet", "a"}).empty());
    CHECK(select({"a"}, {"nobody"}) == Clients{ann, bob});
}

TEST_CASE_FIXTURE(Fixture, "the sender can be left out") {
    space.join(ann, "a");
    space.join(bob, "a");

    CHECK(select({"a"}, {}, {}, {ann}) == Clients{bob});
    CHECK(select({"a"}, {}, {}, {dee}) == Clients{ann, bob});
}

TEST_CASE_FIXTURE(Fixture, "clients named by id are part of the union, once") {
    space.join(ann, "a");

    CHECK(select({"a"}, {}, {bob}) == Clients{ann, bob});
    CHECK(select({"a"}, {}, {ann, ann}) == Clients{ann});
    CHECK(select({}, {}, {cid}) == Clients{cid});
    CHECK(select({}, {"a"}, {ann, cid}) == Clients{cid});
}

TEST_CASE_FIXTURE(Fixture, "a client that is not in the space is not selected by its id") {
    CHECK(select({}, {}, {dee}).empty());
    CHECK(select({}, {}, {id(0, 2)}).empty());
}

TEST_CASE_FIXTURE(Fixture, "naming no room selects nobody") {
    space.join(ann, "a");

    CHECK(select({}).empty());
    CHECK(select({"b"}).empty());
    CHECK(select({""}).empty());
}

TEST_CASE_FIXTURE(Fixture, "everyone is everyone, minus who is left out") {
    space.join(bob, "quiet");
    const Names quiet{"quiet"};
    const Clients without{cid};

    CHECK(sorted({.everyone = true}) == Clients{ann, bob, cid});
    CHECK(sorted({.except = quiet, .everyone = true}) == Clients{ann, cid});
    CHECK(sorted({.except = quiet, .not_to = without, .everyone = true}) == Clients{ann});
}

TEST_CASE_FIXTURE(Fixture, "joining twice is one membership") {
    CHECK(space.join(ann, "a"));
    CHECK_FALSE(space.join(ann, "a"));
    CHECK(space.count("a") == 1);
    CHECK(space.rooms_of(ann) == 1);

    CHECK(space.leave(ann, "a"));
    CHECK_FALSE(space.in(ann, "a"));
}

TEST_CASE_FIXTURE(Fixture, "who is not in the space joins no room of it") {
    CHECK_FALSE(space.join(dee, "a"));
    CHECK(space.rooms() == 0);
    CHECK_FALSE(space.leave(dee, "a"));
    std::vector<std::string> left;
    CHECK_FALSE(space.exit(dee, left));
}

TEST_CASE_FIXTURE(Fixture, "a client of another space joins no room of this one") {
    rooms::Space other{places};
    other.enter(dee);

    CHECK_FALSE(space.enter(dee));
    CHECK_FALSE(space.join(dee, "a"));
    CHECK(other.join(dee, "a"));
    CHECK(select({"a"}).empty());
    CHECK(space.count("a") == 0);
}

TEST_CASE_FIXTURE(Fixture, "a room ends with its last member") {
    space.join(ann, "a");
    space.join(bob, "a");
    space.leave(ann, "a");
    CHECK(space.rooms() == 1);

    space.leave(bob, "a");
    CHECK(space.rooms() == 0);
    CHECK(space.count("a") == 0);
    CHECK_FALSE(space.leave(bob, "a"));
}

TEST_CASE_FIXTURE(Fixture, "who leaves the space leaves every room and takes their names along") {
    space.join(ann, "a");
    space.join(ann, "b");
    space.join(bob, "b");

    std::vector<std::string> left;
    CHECK(space.exit(ann, left));
    std::sort(left.begin(), left.end());
    CHECK(left == std::vector<std::string>{"a", "b"});
    CHECK(space.rooms() == 1);
    CHECK(space.size() == 2);
    CHECK(select({"a", "b"}) == Clients{bob});
    CHECK_FALSE(space.has(ann));
}

TEST_CASE_FIXTURE(Fixture, "an index that is used again brings no room with it") {
    space.join(ann, "a");
    std::vector<std::string> left;
    space.exit(ann, left);
    space.enter(id(0, 2));

    CHECK(space.names_of(id(0, 2)).empty());
    CHECK_FALSE(space.in(ann, "a"));
    CHECK(select({}, {}, {ann}).empty());
}

TEST_CASE_FIXTURE(Fixture, "a space that ends sets its clients free") {
    {
        rooms::Space other{places};
        other.enter(dee);
        other.join(dee, "a");
    }
    CHECK(space.enter(dee));
    CHECK(space.names_of(dee).empty());
}

TEST_CASE_FIXTURE(Fixture, "a crowd's memory is given back when it has gone") {
    for (std::uint32_t i = 10; i < 5010; ++i) {
        space.enter(id(i));
        space.join(id(i), "a");
    }
    const std::size_t crowded = space.bytes();
    std::vector<std::string> left;
    for (std::uint32_t i = 11; i < 5010; ++i)
        space.exit(id(i), left);

    CHECK(space.count("a") == 1);
    CHECK(space.bytes() < crowded / 10);
    CHECK(select({"a"}) == Clients{id(10)});
}

// The same moves in a space and in plain sets: whatever order people come and go in, both agree.
TEST_CASE("a space agrees with plain sets over twenty thousand moves") {
    rooms::Places places;
    rooms::Space space{places};
    std::vector<std::set<base::ClientId>> model(12);
    std::set<base::ClientId> present;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < model.size(); ++i)
        names.push_back("room" + std::to_string(i));
    std::mt19937 random{20240501};
    auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    std::vector<std::uint32_t> generation(40, 1);

    for (int move = 0; move < 20000; ++move) {
        const std::uint32_t index = below(40);
        const auto client = id(index, generation[index]);
        const std::size_t room = below(12);
        switch (below(8)) {
        case 0:
            if (present.insert(client).second) REQUIRE(space.enter(client));
            break;
        case 1: {
            std::vector<std::string> left;
            REQUIRE(space.exit(client, left) == (present.erase(client) == 1));
            std::set<std::string> expected;
            for (std::size_t i = 0; i < model.size(); ++i)
                if (model[i].erase(client) == 1) expected.insert(names[i]);
            REQUIRE(std::set<std::string>(left.begin(), left.end()) == expected);
            REQUIRE(left.size() == expected.size());
            if (!space.has(client)) ++generation[index];
            break;
        }
        case 2:
        case 3:
        case 4: {
            const bool fresh = present.count(client) == 1 && model[room].insert(client).second;
            REQUIRE(space.join(client, names[room]) == fresh);
            break;
        }
        case 5:
            REQUIRE(space.leave(client, names[room]) == (model[room].erase(client) == 1));
            break;
        default: {
            const std::size_t second = below(12), quiet = below(12);
            const Names wanted{names[room], names[second]}, except{names[quiet]};
            std::set<base::ClientId> expected = model[room];
            expected.insert(model[second].begin(), model[second].end());
            for (const auto member : model[quiet])
                expected.erase(member);
            const Clients got = space.select({.rooms = wanted, .except = except});
            REQUIRE(std::set<base::ClientId>(got.begin(), got.end()) == expected);
            REQUIRE(got.size() == expected.size());
        }
        }
        REQUIRE(space.count(names[room]) == model[room].size());
        REQUIRE(space.size() == present.size());
    }
}

TEST_CASE_FIXTURE(Fixture,
                  "what a plugin grants is told apart from what a rule does, and stays so") {
    using rooms::Grant;
    space.join(ann, "rule");
    space.join(ann, "both");
    CHECK(space.join(ann, "plugin", Grant::plugin));
    CHECK_FALSE(space.join(ann, "both", Grant::plugin));
    CHECK_FALSE(space.join(ann, "both", Grant::rule));

    std::set<std::string> granted;
    space.each_of(ann, [&](std::string_view name, Grant by) {
        if (by == Grant::plugin) granted.emplace(name);
    });
    CHECK(granted == std::set<std::string>{"both", "plugin"});
    space.leave(ann, "both");
    space.join(ann, "both");
    space.each_of(ann, [&](std::string_view name, Grant by) {
        if (name == "both") CHECK(by == Grant::rule);
    });
}
