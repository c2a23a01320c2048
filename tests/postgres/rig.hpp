#pragma once

#include "host/fixture.hpp"
#include "server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace roomd::test {

// One server for all tests of a program; each takes names of its own in it.
Server &server();

// A section that soon notices what becomes of the database.
inline nlohmann::json watchful(const Server &where,
                               nlohmann::json outbox = nlohmann::json::object()) {
    return {{"dsn", where.dsn()},
            {"probe", "500ms"},
            {"answer_timeout", "2s"},
            {"retry_max", "300ms"},
            {"outbox", std::move(outbox)}};
}

// A shard that runs the plugin, with one client.
struct Rig : Shard {
    explicit Rig(const nlohmann::json &section) : Rig(entries({section})) {}
    explicit Rig(std::vector<host::PluginEntry> entries) {
        run(std::move(entries));
        client = &connect();
    }
    static std::vector<host::PluginEntry> entries(const std::vector<nlohmann::json> &sections) {
        std::vector<host::PluginEntry> all;
        for (const auto &section : sections) {
            auto one = entry("postgres", section.dump());
            one.file = POSTGRES_PLUGIN;
            one.instance = "postgres" + std::to_string(all.size());
            all.push_back(one);
        }
        return all;
    }
    // ... and behind them a puppet, in whose name a test asks.
    static std::vector<host::PluginEntry> with_puppet(const std::vector<nlohmann::json> &sections) {
        auto all = entries(sections);
        all.push_back(entry("puppet"));
        return all;
    }
    void join(const std::string &room) {
        say(*client, R"(42["join:library",")" + room + R"("])");
        received(*client);
    }
    template <class Done> bool until(Done done, int seconds = 20) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            turn();
        }
        return true;
    }
    // One round of the loop; what the client got is kept in `got`.
    void turn() {
        const auto before = std::chrono::steady_clock::now();
        loop.run_once_nowait();
        longest = std::max(longest, std::chrono::steady_clock::now() - before);
        for (auto &packet : received(*client))
            got.push_back(std::move(packet));
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    bool up(int seconds = 20) {
        return until([this] { return registry->health().front().state == host::State::up; },
                     seconds);
    }
    std::string why() { return registry->health().front().why; }
    double counted(const std::string &name) { return metric(*registry, name); }
    bool reload(const nlohmann::json &section) {
        return registry->reload(entries({section})).empty();
    }

    Peer *client = nullptr;
    std::vector<std::string> got;
    std::chrono::steady_clock::duration longest{};
};

// What a client gets of an event "seat:x" with `n` as its data.
inline std::string got(int n) {
    return R"(42["seat:x",)" + std::to_string(n) + "]";
}

} // namespace roomd::test
