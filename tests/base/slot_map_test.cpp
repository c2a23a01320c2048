#include "base/slot_map.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <set>
#include <string>
#include <vector>

using roomd::base::ClientId;
using roomd::base::index_of;
using roomd::base::SlotMap;
using Names = SlotMap<ClientId, std::string>;

TEST_CASE("an id finds what it was given for") {
    Names names;
    const ClientId ann = names.emplace("ann");
    const ClientId bob = names.emplace(3, 'b');
    CHECK(*names.find(ann) == "ann");
    CHECK(*names.find(bob) == "bbb");
    CHECK(names.size() == 2);
    CHECK(ann != ClientId::none);
}

TEST_CASE("no id is found that was not given") {
    Names names;
    CHECK(names.find(ClientId::none) == nullptr);
    const ClientId ann = names.emplace("ann");
    const auto value = static_cast<std::uint64_t>(ann);
    CHECK(names.find(ClientId::none) == nullptr);
    CHECK(names.find(static_cast<ClientId>(value + 1)) == nullptr);            // the next slot
    CHECK(names.find(static_cast<ClientId>(value + (1ull << 32))) == nullptr); // a later one
    CHECK(names.find(static_cast<ClientId>(value | (1ull << 24))) == nullptr); // another shard's
    CHECK(names.find(static_cast<ClientId>(~0ull)) == nullptr);
}

TEST_CASE("a stale id finds nothing, also when its slot is used again") {
    Names names;
    const ClientId ann = names.emplace("ann");
    CHECK(names.erase(ann));
    CHECK(names.find(ann) == nullptr);
    CHECK_FALSE(names.erase(ann));

    const ClientId bob = names.emplace("bob");
    CHECK(index_of(bob) == index_of(ann));
    CHECK(bob != ann);
    CHECK(names.find(ann) == nullptr);
    CHECK_FALSE(names.erase(ann));
    CHECK(*names.find(bob) == "bob");
    CHECK(names.size() == 1);
}

TEST_CASE("addresses stay while the table grows") {
    Names names;
    const ClientId first = names.emplace("first");
    const std::string *at = names.find(first);
    for (int i = 0; i < 2000; ++i)
        names.emplace("more");
    CHECK(names.find(first) == at);
    CHECK(*at == "first");
}

TEST_CASE("each sees every live element once and may erase it") {
    Names names;
    std::set<ClientId> odd;
    for (int i = 0; i < 600; ++i) {
        const ClientId id = names.emplace(std::to_string(i));
        if (i % 2 == 1) odd.insert(id);
    }
    names.each([&](ClientId id, std::string &name) {
        if (std::stoi(name) % 2 == 0) names.erase(id);
    });
    std::set<ClientId> left;
    names.each([&](ClientId id, std::string &) { CHECK(left.insert(id).second); });
    CHECK(left == odd);
    CHECK(names.size() == 300);
}

TEST_CASE("elements are destroyed when erased, cleared, and with the table") {
    const auto counted = std::make_shared<int>(0);
    {
        SlotMap<ClientId, std::shared_ptr<int>> map;
        const ClientId first = map.emplace(counted);
        map.emplace(counted);
        CHECK(counted.use_count() == 3);
        map.erase(first);
        CHECK(counted.use_count() == 2);
        map.clear();
        CHECK(counted.use_count() == 1);
        CHECK(map.empty());
        map.emplace(counted);
    }
    CHECK(counted.use_count() == 1);
}
