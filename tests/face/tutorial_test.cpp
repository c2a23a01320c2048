// The plugin of docs/plugins.md does what the page says.
#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"

#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("the tutorial's desk lets in who knows the word, and no one else") {
    test::FakeHost fake;
    const auto *table = roomd_plugin_entry(1, 0);
    roomd_error error{};
    error.struct_size = sizeof error;
    void *state = nullptr;
    REQUIRE(table->start(&fake.table, fake.self(), str(R"({"word":"sesame"})"), &state, &error) ==
            ROOMD_OK);
    roomd_connect who{};
    who.client = 5;
    who.ticket = 1;
    who.nsp = str("/desk");
    who.auth = str(R"({"word":"please"})");
    const auto *hook = fake.hook("on_connect");
    hook->connect(hook->user, &who);
    CHECK(fake.answers.back().status == 0);
    CHECK(fake.answers.back().body == "say the word");
    for (const auto *no : {"", "[]", R"({"word":["sesame"]})", R"({"x":{"word":"sesame"}})",
                           R"({"x":"\"word\":\"sesame\""})"}) {
        who.auth = str(no);
        hook->connect(hook->user, &who);
        CHECK(fake.answers.back().status == 0);
    }

    who.auth = str(R"({"word":"sesame"})");
    fake.calls.clear();
    hook->connect(hook->user, &who);
    CHECK(fake.calls ==
          std::vector<std::string>{"join 5 desk:visitors", "emit", "verdict", "emit"});
    CHECK(fake.answers.back().status == 1);

    hook = fake.hook("timer");
    hook->task(hook->user);
    CHECK(fake.metrics["ticks_total"] == 1);

    fake.request("/desk", "", {});
    const roomd_client clients[] = {5, 6};
    fake.counted.first(fake.counted.second, ROOMD_OK, clients, 2);
    CHECK(fake.answers.back().body == "2");
    table->stop(state);
    CHECK(fake.hooks.empty());
}

TEST_CASE("the tutorial's check asks for the word") {
    const auto *table = roomd_plugin_entry(1, 0);
    CHECK(table->check(str("{}"), nullptr, nullptr) == ROOMD_INVALID);
    CHECK(table->check(str(R"({"x":{"word":"x"}})"), nullptr, nullptr) == ROOMD_INVALID);
    CHECK(table->check(str(R"({"word":"x"})"), nullptr, nullptr) == ROOMD_OK);
}
