#include "start.hpp"
#include "webhook/cache.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;
using roomd::test::start;

namespace {

Decision yes() {
    Decision decision;
    decision.allow = true;
    return decision;
}

} // namespace

TEST_CASE("a decision holds until its time, and not a moment longer") {
    Cache cache(10);
    const std::string key = Cache::key({"join", "/", "library:1"});
    CHECK(cache.find(key, start) == nullptr);
    cache.put(key, yes(), start + Milliseconds(10));
    REQUIRE(cache.find(key, start + Milliseconds(9)) != nullptr);
    CHECK(cache.find(key, start + Milliseconds(9))->allow);
    CHECK(cache.find(key, start + Milliseconds(10)) == nullptr);
    CHECK(cache.size() == 0);
}

TEST_CASE("over its bound the cache forgets what was used longest ago") {
    Cache cache(2);
    const Time until = start + Milliseconds(10);
    cache.put("a", yes(), until);
    cache.put("b", yes(), until);
    CHECK(cache.find("a", start) != nullptr);
    cache.put("c", yes(), until);
    CHECK(cache.size() == 2);
    CHECK(cache.find("a", start) != nullptr);
    CHECK(cache.find("b", start) == nullptr);
    cache.put("a", Decision{}, until);
    CHECK_FALSE(cache.find("a", start)->allow);
    cache.set_most(1);
    CHECK(cache.size() == 1);
    cache.clear();
    CHECK(cache.find("a", start) == nullptr);
}

TEST_CASE("no two questions have the same key") {
    CHECK(Cache::key({"ab", "c"}) != Cache::key({"a", "bc"}));
    CHECK(Cache::key({"a", ""}) != Cache::key({"", "a"}));
    CHECK(Cache::key({"a"}) != Cache::key({"a", ""}));
    CHECK(Cache::key({"a", "b"}).size() == 32);
}
