#include "reading.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("each valid example of a configuration is taken") {
    for (const auto &example : test::vectors("yaml/valid"))
        CHECK_MESSAGE(test::faults_of(example.bytes).empty(),
                      example.name << ": " << test::faults_of(example.bytes));
}

TEST_CASE("each invalid example of a configuration is refused") {
    for (const auto &example : test::vectors("yaml/invalid"))
        CHECK_MESSAGE(!test::faults_of(example.bytes).empty(), example.name);
}
