#include "base/text_index.hpp"

#include "base/ids.hpp"

#include <doctest/doctest.h>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>

using roomd::base::ClientId;
using roomd::base::SlotMap;

namespace {

struct Person {
    explicit Person(std::string is) : called(std::move(is)) {}
    std::string called;
    std::string_view name() const noexcept { return called; }
};
using People = SlotMap<ClientId, Person>;
using ByName = roomd::base::TextIndex<ClientId, Person, &Person::name>;

} // namespace

TEST_CASE("an index finds elements by their text, and nothing else") {
    People people;
    ByName index{people};
    CHECK(index.find("ann") == ClientId::none);
    const ClientId ann = people.emplace("ann");
    index.add(ann);
    CHECK(index.find("ann") == ann);
    CHECK(index.find("an") == ClientId::none);
    CHECK(index.find("") == ClientId::none);
    index.remove(ann);
    CHECK(index.find("ann") == ClientId::none);
    CHECK(index.size() == 0);
}

TEST_CASE("the element that takes another's slot is found by its own text alone") {
    People people;
    ByName index{people};
    const ClientId ann = people.emplace("ann");
    index.add(ann);
    index.remove(ann);
    people.erase(ann);
    const ClientId bob = people.emplace("bob");
    index.add(bob);
    CHECK(index.find("ann") == ClientId::none);
    CHECK(index.find("bob") == bob);
    CHECK(bob != ann);
}

// Removing moves up who was kept from a place: any order of coming and going, against a map.
TEST_CASE("an index knows exactly the entries that are there, whatever comes and goes") {
    std::mt19937 random(7);
    for (const unsigned most : {3u, 12u, 13u, 200u, 3000u}) {
        People people;
        ByName index{people};
        std::map<std::string, ClientId> there;
        for (int step = 0; step < 20000; ++step) {
            const std::string name = std::to_string(random() % most);
            if (const auto known = there.find(name); known == there.end()) {
                there[name] = people.emplace(name);
                index.add(there[name]);
            } else {
                REQUIRE(index.find(name) == known->second);
                index.remove(known->second);
                people.erase(known->second);
                there.erase(known);
            }
        }
        CHECK(index.size() == there.size());
        for (unsigned i = 0; i < most; ++i) {
            const auto known = there.find(std::to_string(i));
            CHECK(index.find(std::to_string(i)) ==
                  (known == there.end() ? ClientId::none : known->second));
        }
    }
}
