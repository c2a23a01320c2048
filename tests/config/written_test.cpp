#include "config/environment.hpp"
#include "config/key_table.hpp"
#include "reading.hpp"
#include "shipped_yaml.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

// What pages say about the keys comes from the table.  With ROOMD_WRITE=1 (./dev keys) it is
// written there, otherwise compared.

using namespace roomd::config;
using roomd::test::file;

namespace {

// From `from` to `to`, the page `name` says `wanted`.
void is_written(const std::string &name, std::size_t from, std::size_t to,
                const std::string &wanted) {
    const std::string path = std::string(ROOMD_SOURCE) + '/' + name;
    std::string page = file(name);
    to = std::min(to, page.size());
    if (std::getenv("ROOMD_WRITE") != nullptr) {
        page.replace(from, to - from, wanted);
        std::ofstream(path) << page;
        return;
    }
    std::istringstream is(page.substr(from, to - from)), should(wanted);
    for (std::string one, other; std::getline(should, one);) {
        std::getline(is, other);
        CHECK_MESSAGE(one == other, name << " is behind the table of keys: run ./dev keys");
    }
    CHECK(page.substr(from, to - from) == wanted);
}

// From behind `begin` up to an empty line.
void table_is_written(const std::string &begin, const std::string &wanted) {
    const std::string name = "docs/configuration.md";
    const std::string page = file(name);
    const std::size_t found = page.find(begin);
    REQUIRE(found != std::string::npos);
    const std::size_t from = found + begin.size();
    is_written(name, from, std::min(page.find("\n\n", from), page.size() - 1) + 1, wanted);
}

std::string rows(Built built) {
    std::string out;
    for (const KeyInfo &key : key_table()) {
        if (key.built != built) continue;
        ((out += "| `") += key.path) += "` | ";
        if (built == Built::yes) {
            out += key.initial.empty() ? "–" : '`' + std::string(key.initial) + '`';
            ((out += " | ") += key.unit) += key.reload == Reload::yes ? " | yes | " : " | no | ";
        }
        (out += key.what) += " |\n";
    }
    return out;
}

} // namespace

TEST_CASE("docs/configuration.md says of each key what the table says") {
    table_is_written("\n| Key | Default | Unit | Reload | What |\n|---|---|---|---|---|\n",
                     rows(Built::yes));
    table_is_written("\n| Key | What |\n|---|---|\n", rows(Built::not_yet));
}

TEST_CASE("docs/configuration.md says of each variable what the table says") {
    std::string out;
    for (const Variable &variable : variables())
        ((((out += "| `") += variable.name) += variable.key.empty() ? "` | | " : "` | `") +=
         variable.key.empty() ? "" : std::string(variable.key) + "` | ") +=
            std::string(variable.what) + " |\n";
    table_is_written("\n| Variable | Sets | What |\n|---|---|---|\n", out);
}

TEST_CASE("conf/roomd.yaml says of each key what the table says") {
    is_written("conf/roomd.yaml", 0, std::string::npos, roomd::test::shipped_yaml());
}
