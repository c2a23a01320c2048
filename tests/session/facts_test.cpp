#include "session/facts.hpp"

#include <cstddef>
#include <doctest/doctest.h>
#include <vector>

using namespace roomd::session;

namespace {

Facts some() {
    return {
        "main", "student", "https://a.test", R"({"EIO":"4"})", "a.token", {{"user-agent", "test"}},
        false};
}

} // namespace

TEST_CASE("the same facts are kept once, for as long as someone refers to them") {
    KnownFacts known;
    FactsRef first = known.keep(some());
    {
        const FactsRef second = known.keep(some());
        CHECK(known.size() == 1);
        CHECK(&*first == &*second);
        first = FactsRef();
        CHECK(known.size() == 1);
        CHECK(second->portal == "student");
    }
    CHECK(known.size() == 0);
}

TEST_CASE("whatever differs is kept apart") {
    KnownFacts known;
    Facts other[] = {some(), some(), some(), some(), some(), some(), some(), some()};
    other[1].listener = "admin";
    other[2].portal = "owner";
    other[3].query = "{}";
    other[4].headers.emplace_back("x-app", "web");
    other[5].headers.front().second = "another";
    other[6].secure = true;
    other[7].token = "another.token";
    std::vector<FactsRef> all;
    for (const Facts &one : other)
        all.push_back(known.keep(one));
    CHECK(known.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(*all[i] == other[i]);
    const std::vector<FactsRef> copies = all;
    all.clear();
    CHECK(known.size() == copies.size());
}

TEST_CASE("facts outlive the table of them, and need none") {
    FactsRef kept;
    {
        KnownFacts known;
        kept = known.keep(some());
    }
    CHECK(kept->query == R"({"EIO":"4"})");
    CHECK(FactsRef(some())->portal == "student");
    CHECK(FactsRef()->portal.empty());
}
