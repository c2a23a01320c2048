#include "policy/portals.hpp"
#include "reading.hpp"
#include "rooms/names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <vector>

// docs/rooms.md: each example of YAML is good, and decides what the table under it says.

using namespace roomd;

namespace {

struct Example {
    std::string yaml;
    std::vector<std::vector<std::string>> rows; // cells without their back-ticks
};

std::vector<std::string> cells(const std::string &row) {
    std::vector<std::string> out;
    for (std::size_t at = 1; at < row.size();) {
        const std::size_t end = std::min(row.find('|', at), row.size());
        std::string cell = row.substr(at, end - at);
        cell.erase(0, cell.find_first_not_of(" `"));
        cell.erase(cell.find_last_not_of(" `") + 1);
        out.push_back(std::move(cell));
        at = end + 1;
    }
    return out;
}

std::vector<Example> examples() {
    std::ifstream in(std::string(ROOMD_SOURCE) + "/docs/rooms.md");
    std::vector<Example> out;
    bool in_yaml = false, under = false;
    for (std::string line; std::getline(in, line);) {
        if (line == "```yaml") {
            out.emplace_back();
            in_yaml = under = true;
        } else if (line == "```") {
            in_yaml = false;
        } else if (in_yaml) {
            out.back().yaml += line + '\n';
        } else if (line.starts_with("## ")) {
            under = false;
        } else if (under && line.starts_with("| `")) {
            out.back().rows.push_back(cells(line));
        }
    }
    return out;
}

std::string portal_of(const config::Config &config, const std::string &origin) {
    const policy::Portals portals{config.portals, policy::Missing::allow};
    const auto found = portals.find(origin);
    return found ? config.portals[*found].name : "–";
}

std::string may(const config::Config &config, const std::string &claims, const std::string &room) {
    REQUIRE_MESSAGE(json::check(claims).ok(), claims);
    REQUIRE_MESSAGE(rooms::is_room(room), room);
    const auto parts = rooms::split(room);
    const auto kind = std::find_if(config.rooms.begin(), config.rooms.end(),
                                   [&](const auto &k) { return k.name == parts.kind; });
    REQUIRE_MESSAGE(kind != config.rooms.end(), room);
    std::vector<std::string> ids;
    automatic(kind->rules, claims, ids);
    const bool by_itself = std::find(ids.begin(), ids.end(), parts.id) != ids.end();
    const bool admitted = admits(kind->rules, parts.id, claims);
    CHECK(admitted >= by_itself);
    return by_itself ? "auto" : admitted ? "yes" : "no";
}

} // namespace

TEST_CASE("the examples of docs/rooms.md decide what the page says") {
    const auto list = examples();
    std::size_t rows = 0;
    for (const Example &example : list) {
        const auto config = test::read(example.yaml);
        CHECK_MESSAGE(!example.rows.empty(), "no table under " << example.yaml);
        for (const auto &row : example.rows) {
            CAPTURE(row.at(0));
            if (row.size() == 2)
                CHECK(portal_of(config, row[0]) == row[1]);
            else
                CHECK(may(config, row.at(0), row.at(1)) == row.at(2));
            ++rows;
        }
    }
    CHECK(list.size() >= 5);
    CHECK(rows >= 35);
}
