#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <set>
#include <string>

using roomd::base::random_bytes;
using roomd::base::random_id;

TEST_CASE("ids have 20 characters of URL-safe base64 and differ, across refills of the pool") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = random_id();
        CHECK(id.size() == 20);
        CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_") == std::string::npos);
        CHECK(seen.insert(id).second);
    }
}

TEST_CASE("every character of an id varies") {
    std::array<std::set<char>, 20> letters;
    for (int i = 0; i < 500; ++i) {
        const std::string id = random_id();
        for (std::size_t at = 0; at < letters.size(); ++at)
            letters[at].insert(id[at]);
    }
    for (const auto &seen : letters)
        CHECK(seen.size() > 40);
}

TEST_CASE("random bytes fill all they are given and nothing beyond") {
    std::array<unsigned char, 4096> bytes{};
    random_bytes(bytes.data(), 4000);
    CHECK(std::count(bytes.begin(), bytes.begin() + 4000, 0) < 100);
    CHECK(std::count(bytes.begin() + 4000, bytes.end(), 0) == 96);
}
