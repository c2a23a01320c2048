#include "net/answers.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace roomd;

namespace {

std::map<std::string, std::uint64_t> all(const net::Answers &answers) {
    std::map<std::string, std::uint64_t> out;
    answers.each([&](std::string_view method, std::string_view path, std::string_view status,
                     std::uint64_t count) {
        out[std::string(method) + std::string(path) + " " + std::string(status)] += count;
    });
    return out;
}

} // namespace

TEST_CASE("answers are counted by route and status, and a route that comes again goes on") {
    net::Answers answers;
    const auto emit = answers.of("POST", "/api/emit");
    answers.count(emit, 200);
    answers.count(emit, 422);
    answers.count(answers.of("POST", "/api/emit"), 200);
    answers.count(net::Answers::none, 404);
    answers.count(net::Answers::socket_io, 101);
    answers.count(emit, 299); // a plugin's own
    answers.count(emit, -1);
    CHECK(all(answers) == std::map<std::string, std::uint64_t>{{"POST/api/emit 200", 2},
                                                               {"POST/api/emit 422", 1},
                                                               {"POST/api/emit other", 2},
                                                               {"none 404", 1},
                                                               {"socket.io 101", 1}});
}

TEST_CASE("however many routes come and go, the table has a bound") {
    net::Answers answers;
    for (int i = 0; i < 1000; ++i)
        answers.count(answers.of("GET", "/" + std::to_string(i)), 200);
    const auto counted = all(answers);
    CHECK(counted.size() == net::Answers::most - 2);
    CHECK(counted.at("other 200") == 1000 - (net::Answers::most - 3));
}
