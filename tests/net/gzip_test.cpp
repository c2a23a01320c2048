#include "net/gzip.hpp"

#include "unpacked.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

using roomd::net::Gzip;
using roomd::test::unpacked;

namespace {

std::string noise(std::size_t size) {
    std::mt19937 random(5);
    std::string out(size, '\0');
    for (char &c : out)
        c = static_cast<char>(random());
    return out;
}

} // namespace

TEST_CASE("compressed text decompresses to itself, whatever was compressed before") {
    Gzip gzip;
    const std::string events(50000, 'e');
    for (const std::string &text :
         {std::string(), std::string("4"), events, std::string("4hello"), noise(70000), events,
          noise(Gzip::most), std::string(Gzip::most, 'x')})
        CHECK(unpacked(gzip.pack(text)) == text);
    CHECK(gzip.pack(events).size() < 500);
}

TEST_CASE("a repeated text is compressed once, another one anew") {
    Gzip gzip;
    const std::string text(3000, 'a');
    const std::string first(gzip.pack(text));
    for (int i = 0; i < 100; ++i)
        CHECK(gzip.pack(std::string(3000, 'a')) == first);
    CHECK(gzip.runs() == 1);
    CHECK(unpacked(gzip.pack(std::string(2999, 'a') + "b")) == std::string(2999, 'a') + "b");
    CHECK(gzip.runs() == 2);
    CHECK(gzip.pack(text) == first);
    CHECK(gzip.runs() == 3);
}

TEST_CASE("an empty text is not mistaken for a cached one") {
    Gzip gzip;
    CHECK(unpacked(gzip.pack("")).empty());
    CHECK(gzip.runs() == 1);
}
