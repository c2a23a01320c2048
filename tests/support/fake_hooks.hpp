#pragma once

#include "dispatch/hooks.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

// Plugins as a test wants them: without an answer set, every hook passes.  Remembers what it was
// told, one line each.
class FakeHooks final : public dispatch::Hooks {
public:
    std::function<bool(std::string_view)> on_knows;
    std::function<Next(const dispatch::Connecting &)> on_connecting;
    std::function<Next(const dispatch::Joining &)> on_joining;
    std::function<Next(base::ClientId, const sio::Event &)> on_event;
    std::function<void(const dispatch::Connected &)> on_connected;
    std::function<void(const dispatch::Left &)> on_left;
    std::function<void(const dispatch::Emit &)> on_publish;

    std::vector<std::string> log;
    std::vector<std::string> identities; // one for each event
    std::vector<std::string> not_in;     // one for each client that was not let in

    bool knows(std::string_view nsp) const override { return on_knows && on_knows(nsp); }
    Next connecting(const dispatch::Connecting &c) override {
        log.push_back("connecting " + std::string{c.nsp} + " " + std::string{c.auth});
        return on_connecting ? on_connecting(c) : Next::pass;
    }
    Next joining(const dispatch::Joining &j) override {
        log.push_back("joining " + std::string{j.room});
        return on_joining ? on_joining(j) : Next::pass;
    }
    Next event(base::ClientId client, std::string_view identity, const sio::Event &e) override {
        log.push_back("event " + std::string{e.name} + " " + std::string{e.args.json});
        identities.emplace_back(identity);
        return on_event ? on_event(client, e) : Next::pass;
    }
    void connected(const dispatch::Connected &c) override {
        log.push_back("connected " + std::string{c.nsp} + " " + std::string{c.identity});
        if (on_connected) on_connected(c);
    }
    void not_connected(const dispatch::NotConnected &n) override {
        not_in.push_back((n.refused ? "refused " : "left ") + std::string{n.nsp} + " " +
                         std::string{n.identity} + " " + std::string{n.reason} + " " +
                         std::string{n.data});
    }
    void left(const dispatch::Left &l) override {
        std::string line = "left";
        for (const auto room : l.rooms)
            line += " " + std::string{room};
        log.push_back(line);
        if (on_left) on_left(l);
    }
    void answered(std::uint64_t token, session::Answer answer, const sio::Args &args) override {
        log.push_back("answered " + std::to_string(token) + " " +
                      std::to_string(static_cast<int>(answer)) + " " + std::string{args.json});
    }
    void publish(const dispatch::Emit &e) override {
        log.push_back("publish " + std::string{e.event});
        if (on_publish) on_publish(e);
    }
};

} // namespace roomd::test
