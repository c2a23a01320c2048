#include "config/in_force.hpp"

#include "config/diff.hpp"
#include "reading.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;
using config::in_force;
using Lines = std::vector<std::string>;

namespace {

std::string effective(const std::string &yaml) {
    return test::read(yaml).effective;
}

// The first line that begins with `start` after its spaces and "- ".
std::string line_of(const std::string &text, const std::string &start) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        std::string each = text.substr(at, end - at);
        each.erase(0, each.find_first_not_of(" -"));
        if (each.starts_with(start)) return each;
        at = end + 1;
    }
    return "";
}

} // namespace

TEST_CASE("without a change all of it is in force as it stands") {
    const std::string text = effective("events: { a: { rooms: ['user:{id}'] } }\n"
                                       "rooms: { user: { allow: all } }\n"
                                       "listen: [{ address: '127.0.0.1:1' }, { systemd: web }]\n"
                                       "plugins: { load: [{ name: p, x: { y: [1, {z: ''}] } }] }");
    CHECK(in_force(text, text, {}) == text);
}

TEST_CASE("keys that need a restart keep their values, and all others change") {
    const std::string before = effective("drain: 1s\nlimits: { max_emit: 2MB, per_user: 1 }");
    const std::string wanted = effective("\ndrain: 2s\nlimits: { max_emit: 3MB }");
    const std::string now = in_force(before, wanted, {});
    CHECK(line_of(now, "drain:") == "drain: 2s  # roomd.yaml:4");
    CHECK(line_of(now, "per_user:") == "per_user: 0  # default");
    CHECK(line_of(now, "max_emit:") == "max_emit: 2MB  # roomd.yaml:4; a change needs a restart");
    CHECK(config::diff(now, wanted) == Lines{"limits.max_emit: 2MB -> 3MB (restart)"});
    // As long as it differs, and no longer.
    const std::string later = in_force(now, wanted, {});
    CHECK(later == now);
    const std::string back = effective("limits: { max_emit: 2000KB }");
    CHECK(line_of(in_force(later, back, {}), "max_emit:") == "max_emit: 2000KB  # roomd.yaml:3");
    CHECK(config::diff(in_force(later, back, {}), back).empty());
}

TEST_CASE("listeners stay as they are, in number and order too") {
    const std::string before = effective("listen: [{ address: '127.0.0.1:1' }, { systemd: web }]");
    const std::string wanted =
        effective("listen: [{ systemd: web }, { address: 'unix:/a' }, { address: '127.0.0.1:1' }]");
    const std::string now = in_force(before, wanted, {});
    CHECK(config::diff(before, now).empty());
    CHECK(config::diff(now, wanted) == config::diff(before, wanted));
    const std::string none = effective("console: { path: /console/ }");
    CHECK(config::diff(before, in_force(before, none, {})).empty());
}

TEST_CASE("a plugin that kept its section has the old one, and one that is stopped has none") {
    const std::string before =
        effective("plugins: { load: [{ name: a, x: 1 }, { name: b, x: 1 }, { name: c, x: 1 }] }");
    const std::string wanted = effective("plugins: { load: [{ name: c, x: 2 }, { name: b, x: 2 }, "
                                         "{ name: a, x: 2 }, { name: d }] }");
    const std::string now = in_force(before, wanted, {{"b"}, {"a", "d"}});
    CHECK(config::diff(now, wanted) ==
          Lines{"plugins.load[b].x: 1 -> 2 (reload)",
                "plugins.load[a]: (none) -> {name: a, enabled: true, required: false, "
                "budget: 8MiB, x: 2} (reload)",
                "plugins.load[d]: (none) -> {name: d, enabled: true, required: false, "
                "budget: 8MiB} (reload)"});
    CHECK(now.find("x: 1  # roomd.yaml:3; the plugin kept it\n") != std::string::npos);
    // The next reload succeeds.
    CHECK(in_force(now, wanted, {}) == wanted);
}
