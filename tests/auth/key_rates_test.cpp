#include "auth/key_rates.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace roomd;
using namespace std::chrono_literals;

namespace {

auth::Key limited(std::string name, std::size_t rate, std::size_t burst = 0) {
    auth::Key out;
    out.digest = auth::sha256(name);
    out.name = std::move(name);
    out.rate = rate;
    out.burst = burst;
    return out;
}

std::map<std::string, std::uint64_t> refused(const auth::KeyRates &rates) {
    std::map<std::string, std::uint64_t> out;
    rates.each([&](std::string_view key, std::uint64_t count) { out[std::string(key)] = count; });
    return out;
}

} // namespace

TEST_CASE("a key has its rate, and without a burst twice as much at once") {
    auth::KeyRates rates;
    const auth::Key crm = limited("crm", 10), other = limited("other", 10, 1);
    base::Time now{1h};
    CHECK(rates.take(crm, now, 20));
    CHECK_FALSE(rates.take(crm, now));
    CHECK(rates.take(other, now)); // a key does not pay for another
    CHECK_FALSE(rates.take(other, now));
    CHECK(rates.wait(crm, now) == 100ms);
    now += 100ms;
    CHECK(rates.wait(crm, now) == 0ms);
    CHECK(rates.take(crm, now));
    CHECK(refused(rates) == std::map<std::string, std::uint64_t>{{"crm", 1}, {"other", 1}});
}

TEST_CASE("a key without a rate is never asked, and nothing is kept of it") {
    auth::KeyRates rates;
    for (int i = 0; i < 1000; ++i)
        CHECK(rates.take(limited("crm", 0), base::Time{}, 1000));
    CHECK(refused(rates).empty());
}

TEST_CASE("a reload changes the rate, forgets nothing of it, and forgets keys that are gone") {
    auth::KeyRates rates;
    const base::Time now{1h};
    CHECK(rates.take(limited("crm", 1, 10), now, 10));
    CHECK(rates.take(limited("old", 1), now));
    rates.use(auth::Keys({limited("crm", 2, 10)}));
    CHECK_FALSE(rates.take(limited("crm", 2, 10), now)); // what it used is used
    CHECK(refused(rates) == std::map<std::string, std::uint64_t>{{"crm", 1}});
}
