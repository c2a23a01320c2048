#include "fixture.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::Shard;

namespace {

std::string why_not(const std::string &name) {
    Shard shard;
    const auto faults = shard.registry->check({Shard::entry(name)});
    return faults.empty() ? "" : faults.front().text;
}
bool has(const std::string &text, const char *part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("a plugin of another major is refused before more of it is read") {
    CHECK(has(why_not("wrong_major"), "is built for plugin interface 2.x"));
}
TEST_CASE("a shared object without the entry is refused") {
    CHECK(has(why_not("no_entry"), "exports no roomd_plugin_entry()"));
}
TEST_CASE("a plugin that declines is refused with our version") {
    CHECK(has(why_not("null_table"), "declines to work with plugin interface 1.3"));
}
TEST_CASE("a plugin that says another name than its file is refused") {
    CHECK(has(why_not("other_name"), "its name is \"somebody_else\", not \"other_name\""));
}
TEST_CASE("a table shorter than 1.0's is refused") {
    CHECK(has(why_not("short_table"), "shorter than that of interface 1.0"));
}
TEST_CASE("a plugin that needs a newer host is refused") {
    CHECK(has(why_not("newer_minor"), "needs plugin interface 1.7"));
}
TEST_CASE("a plugin without stop is refused") {
    CHECK(has(why_not("no_stop"), "lacks start or stop"));
}
TEST_CASE("a plugin that is not there is refused") {
    CHECK(has(why_not("not_there"), "not_there.so"));
}
TEST_CASE("a file that is not there says so once, and what to do") {
    Shard shard;
    auto entry = Shard::entry("puppet");
    entry.file = "/nowhere/puppet.so";
    const auto faults = shard.registry->check({entry});
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].text == "plugin /nowhere/puppet.so: No such file or directory");
    CHECK(has(faults[0].hint, "plugins.directory"));
}
TEST_CASE("a name cannot lead out of the plugin directory") {
    for (const char *name : {"../evil", "a/b", "", "Puppet", "9lives", "a.so", "a\nb"}) {
        CHECK(has(why_not(name), "is not of the form"));
    }
}
TEST_CASE("a file must be an absolute path") {
    Shard shard;
    auto entry = Shard::entry("puppet");
    entry.file = "puppet.so";
    const auto faults = shard.registry->check({entry});
    REQUIRE(faults.size() == 1);
    CHECK(has(faults[0].text, "not an absolute path"));
}

TEST_CASE("the faults a plugin finds come with their place") {
    Shard shard;
    const auto faults = shard.registry->check(
        {Shard::entry("puppet"), Shard::entry("fails_check", R"({"mood":1})")});
    REQUIRE(faults.size() == 2);
    CHECK(faults[0].entry == 1);
    CHECK(faults[0].pointer == "/path");
    CHECK(faults[0].text == "must begin with /");
    CHECK(faults[0].hint == "write \"/x\"");
    CHECK(faults[1].pointer == "/rate/0");
    CHECK(shard.registry->check({Shard::entry("fails_check")}).empty());
}
TEST_CASE("what the schema found at a place the plugin need not tell again") {
    Shard shard;
    const auto faults = shard.registry->check({Shard::entry("fails_check", R"({"path":1})")});
    REQUIRE(faults.size() == 2);
    CHECK(faults[0].pointer == "/path");
    CHECK(faults[0].text == "\"path\" must be text, not a whole number");
    CHECK(faults[0].hint == "quote it");
    CHECK(faults[1].pointer == "/rate/0");
    CHECK(faults[1].text == "is not a number");
}
TEST_CASE("a check that refuses and says nothing is a fault all the same") {
    Shard shard;
    const auto faults = shard.registry->check({Shard::entry("fails_check", R"({"mood":"?"})")});
    REQUIRE(faults.size() == 1);
    CHECK(has(faults[0].text, "does not say why"));
}
TEST_CASE("a key that the schema lacks is refused with the nearest name") {
    Shard shard;
    const auto faults =
        shard.registry->check({Shard::entry("fails_check", R"({"pahts":{"x":1},"a~/b":2})")});
    REQUIRE(faults.size() >= 2);
    CHECK(faults[0].pointer == "/pahts");
    CHECK(faults[0].hint == "did you mean \"path\"?");
    CHECK(faults[1].pointer == "/a~0~1b");
}
TEST_CASE("a key that both the schema and the plugin refuse is told once") {
    Shard shard;
    const auto faults = shard.registry->check({Shard::entry("fails_check", R"({"pth":1})")});
    REQUIRE(faults.size() == 3);
    CHECK(faults[0].text == "unknown key \"pth\"");
    CHECK(faults[1].pointer == "/path");
}
TEST_CASE("two entries of one label are refused, a disabled one is not opened") {
    Shard shard;
    auto off = Shard::entry("not_there");
    off.enabled = false;
    CHECK(shard.registry->check({off}).empty());
    CHECK(shard.registry->check({Shard::entry("puppet"), Shard::entry("puppet")}).size() == 1);
    auto second = Shard::entry("puppet");
    second.instance = "other";
    CHECK(shard.registry->check({Shard::entry("puppet"), second}).empty());
}
TEST_CASE("guarded plugins are named") {
    Shard shard;
    const std::vector<host::PluginEntry> entries = {Shard::entry("puppet"),
                                                    Shard::entry("fails_check")};
    CHECK(shard.registry->guarded(entries) == std::vector<std::size_t>{1});
}

TEST_CASE("of a start that fails nothing remains, and the rest goes on") {
    Shard shard;
    shard.run({Shard::entry("fails_start"), Shard::entry("puppet")});
    test::Peer &peer = shard.connect();
    shard.received(peer);
    shard.say(peer, R"(42["hello"])");
    for (int i = 0; i < 20; ++i)
        shard.loop.run_once_nowait();
    CHECK(shard.received(peer).empty());
    CHECK(test::symbol<int (*)()>("fails_start", "fails_start_called")() == 0);
    const auto health = shard.registry->health();
    REQUIRE(health.size() == 2);
    CHECK(health[0].state == host::State::down);
    CHECK(health[0].why == "the sun is in the way");
    CHECK(health[1].state == host::State::up);
    CHECK(shard.registry->ready());
}
TEST_CASE("a required plugin that does not start ends the start-up and stops the others") {
    Shard shard;
    auto required = Shard::entry("fails_start");
    required.required = true;
    shard.registry->load({Shard::entry("puppet"), required});
    CHECK_THROWS_WITH(shard.registry->start(), "plugin fails_start: the sun is in the way");
    CHECK(shard.last().stopped == 1);
}
