#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace {

std::string events; // what the plugin's functions did, in order

class Full {
public:
    static constexpr bool guarded = true;
    static constexpr const char *config_schema = "{}";
    static constexpr std::uint32_t abi_minor = 0;

    Full(roomd::Host &host, std::string_view config) : timer_(host.every(5, [] {})) {
        host.post([] {});
        events += "start ";
        if (config == "fail") throw roomd::Failure(ROOMD_DENIED, "line one\nline two");
        if (config == "int") throw 42;
    }
    ~Full() noexcept(false) {
        events += "stop ";
        if (throw_in_stop) throw 42;
    }
    static void check(std::string_view config, roomd::Faults &faults) {
        if (config == "bad") faults.add("/rate", "rate is not a number", "write 5");
        if (config == "throws") throw std::runtime_error("unreadable");
    }
    void reload(std::string_view config) {
        if (config == "bad") throw std::runtime_error("old one stays");
        events += "reload ";
    }
    void on_drain() {
        events += "drain ";
        throw 42;
    }
    static inline bool throw_in_stop = false;

private:
    roomd::Handle timer_;
};

struct Plain {
    Plain(roomd::Host &, std::string_view) {}
};

std::string reason_of(const roomd_error &error) {
    return error.text;
}

} // namespace

ROOMD_PLUGIN(Full, "full", "2.1")

TEST_CASE("the entry refuses another major") {
    CHECK(roomd_plugin_entry(ROOMD_ABI_MAJOR + 1, 0) == nullptr);
    const auto *table = roomd_plugin_entry(ROOMD_ABI_MAJOR, ROOMD_ABI_MINOR);
    REQUIRE(table != nullptr);
    CHECK(table->struct_size == sizeof(roomd_plugin));
    CHECK(table->abi_major == ROOMD_ABI_MAJOR);
    CHECK(std::string(table->name) == "full");
    CHECK(std::string(table->version) == "2.1");
    CHECK(table->flags == ROOMD_PLUGIN_GUARDED);
    CHECK(std::string(table->config_schema) == "{}");
}

TEST_CASE("a class without the optional members has none in its table") {
    const auto table = roomd::detail::Glue<Plain>::table("plain", "1");
    CHECK((table.check == nullptr));
    CHECK((table.reload == nullptr));
    CHECK((table.on_drain == nullptr));
    CHECK(table.config_schema == nullptr);
    CHECK(table.flags == 0);
    CHECK((table.start != nullptr));
    CHECK((table.stop != nullptr));
}

TEST_CASE("check reports its faults and what it throws") {
    const auto *table = roomd_plugin_entry(1, 0);
    std::string seen;
    const roomd_fault_fn note = [](void *user, roomd_str pointer, roomd_str text, roomd_str hint) {
        *static_cast<std::string *>(user) += std::string(roomd::view(pointer)) + "|" +
                                             std::string(roomd::view(text)) + "|" +
                                             std::string(roomd::view(hint));
    };
    CHECK(table->check(roomd::str("good"), note, &seen) == ROOMD_OK);
    CHECK(seen.empty());
    CHECK(table->check(roomd::str("bad"), note, &seen) == ROOMD_INVALID);
    CHECK(seen == "/rate|rate is not a number|write 5");
    seen.clear();
    CHECK(table->check(roomd::str("throws"), note, &seen) == ROOMD_FAILED);
    CHECK(seen == "|unreadable|");
}

TEST_CASE("start, reload, drain and stop reach the object, and its handles go with it") {
    events.clear();
    roomd::test::FakeHost fake;
    const auto *table = roomd_plugin_entry(1, 0);
    roomd_error error{};
    error.struct_size = sizeof error;
    void *state = nullptr;
    REQUIRE(table->start(&fake.table, fake.self(), roomd::str("{}"), &state, &error) == ROOMD_OK);
    CHECK(fake.hooks.size() == 1);
    CHECK(table->reload(state, roomd::str("{}"), &error) == ROOMD_OK);
    CHECK(table->reload(state, roomd::str("bad"), &error) == ROOMD_FAILED);
    CHECK(reason_of(error) == "old one stays");
    table->on_drain(state);
    table->stop(state);
    CHECK(events == "start reload drain stop ");
    CHECK(fake.hooks.empty());
    CHECK(fake.logged.size() == 1); // on_drain threw
}

TEST_CASE("a start that throws says why in one line and leaves nothing behind") {
    roomd::test::FakeHost fake;
    const auto *table = roomd_plugin_entry(1, 0);
    roomd_error error{};
    error.struct_size = sizeof error;
    void *state = nullptr;
    CHECK(table->start(&fake.table, fake.self(), roomd::str("fail"), &state, &error) ==
          ROOMD_DENIED);
    CHECK(reason_of(error) == "line one line two");
    CHECK(state == nullptr);
    CHECK(fake.hooks.empty());
    CHECK(table->start(&fake.table, fake.self(), roomd::str("int"), &state, &error) ==
          ROOMD_FAILED);
    CHECK(std::strstr(error.text, "not a std::exception") != nullptr);
}

TEST_CASE("a reason that is too long is cut, not overrun") {
    roomd_error error{};
    error.struct_size = sizeof error;
    CHECK(roomd::detail::fail(&error, ROOMD_FAILED, std::string(1000, 'x')) == ROOMD_FAILED);
    CHECK(reason_of(error).size() == sizeof error.text - 1);
}

TEST_CASE("a destructor that throws does not pass the edge") {
    roomd::test::FakeHost fake;
    const auto *table = roomd_plugin_entry(1, 0);
    roomd_error error{};
    error.struct_size = sizeof error;
    void *state = nullptr;
    REQUIRE(table->start(&fake.table, fake.self(), roomd::str("{}"), &state, &error) == ROOMD_OK);
    Full::throw_in_stop = true;
    table->stop(state);
    Full::throw_in_stop = false;
    CHECK(fake.logged.size() == 1);
    CHECK(fake.hooks.empty());
}
