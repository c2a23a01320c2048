#include "postgres/sql_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace roomd::postgres;

namespace {

std::string text_of(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("the plugin holds the files of sql/, all of them, in the order of their numbers") {
    std::set<std::filesystem::path> folder; // sorted by name
    for (const auto &entry : std::filesystem::directory_iterator(POSTGRES_SQL))
        if (entry.path().extension() == ".sql") folder.insert(entry.path());
    const auto held = sql_files();
    REQUIRE(held.size() == folder.size());
    std::int64_t number = 0;
    for (const auto &path : folder) {
        const SqlFile &file = held[static_cast<std::size_t>(number)];
        CHECK(file.number == ++number);
        CHECK(file.name == path.filename().string());
        CHECK(file.text == text_of(path));
    }
    CHECK(newest_schema() == number);
    CHECK(oldest_schema <= newest_schema());
}
