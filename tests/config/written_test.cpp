#include "config/key_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

// What pages say of the keys comes from the table.  With ROOMD_WRITE=1 (./dev keys) it is written
// there, else compared.

using namespace roomd::config;

namespace {

std::string read(const std::string &path) {
    std::ifstream in(path);
    REQUIRE_MESSAGE(in.is_open(), path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// What stands in a page from behind `begin` up to an empty line is `wanted`.
void is_written(const std::string &name, const std::string &begin, const std::string &wanted) {
    const std::string path = std::string(ROOMD_SOURCE) + '/' + name;
    std::string page = read(path);
    const std::size_t found = page.find(begin);
    REQUIRE(found != std::string::npos);
    const std::size_t from = found + begin.size(),
                      to = std::min(page.find("\n\n", from), page.size() - 1) + 1;
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

// The keys of a section that has only plain ones, each below its text.
std::string section(const std::string &name) {
    std::string out;
    for (const KeyInfo &key : key_table()) {
        if (!key.path.starts_with(name + '.')) continue;
        std::string what(key.what);
        what.erase(std::remove(what.begin(), what.end(), '`'), what.end());
        (out += "  # ") += what;
        ((out += "\n  ") += key.path.substr(name.size() + 1)) += ": ";
        (out += key.initial) += '\n';
    }
    return out;
}

} // namespace

TEST_CASE("docs/configuration.md says of each key what the table says") {
    is_written("docs/configuration.md",
               "\n| Key | Default | Unit | Reload | What |\n|---|---|---|---|---|\n",
               rows(Built::yes));
    is_written("docs/configuration.md", "\n| Key | What |\n|---|---|\n", rows(Built::not_yet));
}

TEST_CASE("conf/roomd.yaml says of each plain section what the table says") {
    for (const char *name : {"service", "socketio", "cors", "limits", "idempotency", "log"})
        is_written("conf/roomd.yaml", '\n' + std::string(name) + ":\n", section(name));
}
