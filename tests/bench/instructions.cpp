// What tests/bench/instructions.py counts the instructions of: SCENARIO N repeats one thing N
// times, from the packet or the emit to what a link is handed, without the kernel and
// libwebsockets.
#include "catalogue/catalogue.hpp"
#include "dispatch/router.hpp"
#include "session/link.hpp"
#include "session/outbox.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"
#include "support/dispatch_defaults.hpp"
#include "support/hand_clock.hpp"
#include "support/session_defaults.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace roomd;

namespace {

constexpr std::string_view secret = "the secret of this bench: 32 bytes and more";
constexpr std::size_t members = 1000;
constexpr const char *schema =
    R"({"type":"object","required":["libraryId","availableSeats"],"properties":{)"
    R"("libraryId":{"type":"string","maxLength":128},"availableSeats":{"type":"integer","minimum":0},)"
    R"("timestamp":{"type":"string","format":"date-time"}}})";

class Sink final : public session::Link {
public:
    session::Transport transport() const noexcept override { return session::Transport::websocket; }
    session::Flushed flush(session::Outbox &box) noexcept override {
        box.pop(box.count());
        return session::Flushed::open;
    }
    void close(session::Goodbye) noexcept override {}
};

// No plugin has anything to say.
class NoPlugins final : public dispatch::Hooks {
    bool knows(std::string_view) const override { return false; }
    Next connecting(const dispatch::Connecting &) override { return Next::pass; }
    Next joining(const dispatch::Joining &) override { return Next::pass; }
    Next event(base::ClientId, std::string_view, const sio::Event &) override { return Next::pass; }
    void connected(const dispatch::Connected &) override {}
    void not_connected(const dispatch::NotConnected &) override {}
    void left(const dispatch::Left &) override {}
    void answered(std::uint64_t, session::Answer, const sio::Args &) override {}
    void publish(const dispatch::Emit &) override {}
};

dispatch::RoomKind kind(const char *name, policy::Join join, const char *claim) {
    policy::Condition condition;
    condition.claim = *policy::parse_claim(claim);
    condition.wanted = {*policy::parse_wanted("{id}")};
    dispatch::RoomKind out;
    out.name = name;
    out.rules.join = join;
    out.rules.rules = {{{std::move(condition)}}};
    return out;
}

dispatch::Options options() {
    dispatch::Options out = test::dispatch_defaults();
    out.kinds = {kind("user", policy::Join::automatic, "sub"),
                 kind("role", policy::Join::automatic, "role"),
                 kind("library", policy::Join::request, "libraryId")};
    out.auth = dispatch::AuthMode::required;
    auth::Issuer issuer;
    issuer.algorithms = {auth::Algorithm::HS256};
    issuer.require_exp = false;
    issuer.keys = {*auth::parse_keys(secret, issuer.algorithms)};
    out.tokens = std::make_shared<const auth::Tokens>(std::vector{std::move(issuer)},
                                                      auth::ClaimNames{}, base::Duration{});
    std::vector<catalogue::EventFault> faults;
    out.catalogue = std::make_shared<const catalogue::Catalogue>(catalogue::Catalogue::build(
        {{"seat:availability", {"library:{libraryId}"}, schema, "seat.json", false, {}}}, faults));
    if (!faults.empty()) std::abort();
    return out;
}

struct Daemon {
    test::HandClock clock;
    NoPlugins plugins;
    session::SocketIo clients{test::client_defaults(), clock};
    session::Sessions sessions{test::session_defaults(), clients, clock};
    dispatch::Router router{options(), clients, clock};
    Sink sink;
    std::string connect = R"(40{"token":")" +
                          *auth::mint(secret, auth::Algorithm::HS256,
                                      R"({"sub":"u1","role":"student","libraryId":"l1"})") +
                          "\"}";

    Daemon() {
        clients.wire(sessions, router);
        router.wire(plugins);
    }
    void turn() {
        sessions.flush();
        sessions.reap();
    }
    base::SessionId enter() {
        const auto session =
            sessions.open(session::Transport::websocket, session::Handshake{}, sink);
        sessions.text(session, sink, connect);
        turn();
        return session;
    }
};

// A token is verified, automatic rooms are joined, and all of it goes again.
void handshakes(Daemon &daemon, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
        const auto session = daemon.enter();
        if (daemon.router.stats(0).rooms != 2) std::abort();
        daemon.sessions.close(session, session::CloseReason::forced_close);
        daemon.turn();
    }
}

// An event that the catalogue checks and sends to a room of a thousand.
void emits(Daemon &daemon, std::size_t times) {
    for (std::size_t i = 0; i < members; ++i) {
        const auto session = daemon.enter();
        daemon.sessions.text(session, daemon.sink, R"(42["join:library","l1"])");
    }
    daemon.turn();
    dispatch::Emit emit;
    emit.event = "seat:availability";
    emit.args.json =
        R"([{"libraryId":"l1","availableSeats":7,"timestamp":"2026-11-25T09:00:00.000Z"}])";
    emit.route = true;
    for (std::size_t i = 0; i < times; ++i) {
        if (daemon.router.emit(emit).recipients != members) std::abort();
        daemon.turn();
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    const std::string_view scenario = argv[1];
    const auto times = static_cast<std::size_t>(std::atoi(argv[2]));
    Daemon daemon;
    if (scenario == "handshake")
        handshakes(daemon, times);
    else if (scenario == "emit")
        emits(daemon, times);
    else
        return 2;
    return 0;
}
