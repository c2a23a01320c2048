#pragma once

#include "fake_clients.hpp"

#include "dispatch/router.hpp"
#include "support/dispatch_defaults.hpp"
#include "support/fake_hooks.hpp"
#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

using Texts = std::vector<std::string>;
using Next = dispatch::Hooks::Next;
using dispatch::Emit;
using dispatch::Status;

// A router over fake clients and fake plugins.
struct RouterFixture {
    static dispatch::Options default_options() {
        dispatch::Options options = dispatch_defaults();
        options.namespaces = {{"/custom", true}, {"/tenant-*", true}, {"/quiet", false}};
        options.kinds = {open("library", policy::Join::request),
                         open("role", policy::Join::automatic),
                         {"closed", {}},
                         open("staff", policy::Join::never)};
        options.rooms_per_client = 5;
        options.max_emit = 1000;
        return options;
    }

    // A kind that lets everyone in who may come at all.
    static dispatch::RoomKind open(std::string name, policy::Join join) {
        dispatch::RoomKind kind{std::move(name), {}};
        kind.rules.join = join;
        kind.rules.allow_all = true;
        return kind;
    }

    FakeClients fake;
    HandClock clock;
    FakeHooks hooks;
    dispatch::Options options = default_options();
    dispatch::Router router{options, fake, clock};

    RouterFixture() {
        fake.up = &router;
        router.wire(hooks);
    }

    base::ClientId connect(std::string_view nsp = "/", int session = 0) {
        const base::ClientId client = fake.connect(nsp, {}, session);
        fake.sent(client);
        hooks.log.clear();
        return client;
    }
    static dispatch::Verdict yes(std::string_view identity = {}, std::int64_t expires = 0) {
        dispatch::Verdict verdict;
        verdict.accept = true;
        verdict.identity = identity;
        verdict.expires_ms = expires;
        return verdict;
    }
    static dispatch::Verdict no(std::string_view message = {}, std::string_view data = {}) {
        dispatch::Verdict verdict;
        verdict.message = message;
        verdict.data = data;
        return verdict;
    }
    static Emit to_rooms(std::vector<std::string_view> rooms, std::string_view event = "news") {
        Emit emit;
        emit.rooms = std::move(rooms);
        emit.event = event;
        emit.args.json = "[1]";
        return emit;
    }
    static Emit to_client(base::ClientId client) {
        Emit emit = to_rooms({});
        emit.to = client;
        return emit;
    }
    // What the client is answered, with ack id 7.
    std::string ask(base::ClientId client, std::string_view verb, std::string_view args) {
        fake.event(client, verb, args, 7);
        const Texts sent = fake.sent(client);
        REQUIRE(sent.size() == 1);
        return sent.front();
    }
};

inline const std::string news = R"(2["news",1])";

} // namespace roomd::test
