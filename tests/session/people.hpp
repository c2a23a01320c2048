#pragma once

#include "session/socketio.hpp"
#include "sio/encoder.hpp"
#include "support/fake_link.hpp"
#include "support/hand_clock.hpp"
#include "support/session_defaults.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

using base::ClientId;
using base::SessionId;
using session::Answer;
using session::Clients;
using session::CloseReason;
using session::Delivery;
using session::Sessions;
using session::Transport;
using namespace std::chrono_literals;
using Log = std::vector<std::string>;

// What comes up from clients, in words.  Accepts everyone unless `on_connecting` says otherwise.
class FakeEvents final : public session::Events {
public:
    void connecting(ClientId id, std::string_view nsp, std::string_view auth) override {
        ++announced[id];
        last = id;
        log.push_back("connecting " + std::string(nsp) + std::string(auth));
        if (on_connecting) on_connecting(id);
    }
    void event(ClientId id, const sio::Event &event) override {
        std::string line = "event " + std::string(event.nsp) + " " + std::string(event.name) +
                           std::string(event.args.json);
        if (event.ack) line += " ack " + std::to_string(*event.ack);
        for (const std::string_view blob : event.args.blobs)
            line += " blob " + std::string(blob);
        log.push_back(line);
        if (on_event) on_event(id, event);
    }
    void answered(ClientId, std::uint64_t token, Answer answer, const sio::Args &args) override {
        static const char *const words[] = {"ok", "gone", "expired"};
        log.push_back("answered " + std::to_string(token) + " " +
                      words[static_cast<std::size_t>(answer)] + std::string(args.json));
    }
    void gone(ClientId id, CloseReason reason) override {
        --announced[id];
        log.push_back("gone: " + std::string(session::text(reason)));
        if (on_gone) on_gone(id);
    }
    Log log;
    ClientId last = ClientId::none;
    std::map<ClientId, int> announced; // connecting() less gone()
    std::function<void(ClientId)> on_connecting, on_gone;
    std::function<void(ClientId, const sio::Event &)> on_event;
};

// Socket.IO over real sessions over fake websockets.
struct People {
    explicit People(session::ClientOptions options = client_defaults()) :
        clients(options, clock),
        sessions(session_defaults(), clients, clock) {
        clients.wire(sessions, events);
        events.on_connecting = [this](ClientId id) { clients.accept(id); };
        session = open(ws);
    }
    SessionId open(FakeLink &link) {
        const SessionId id = sessions.open(Transport::websocket, session::Handshake{}, link);
        turn();
        link.got.clear();
        return id;
    }
    void turn() {
        sessions.flush();
        sessions.reap();
    }
    void pass(base::Duration time) {
        clock.advance(time);
        clients.tick();
        turn();
    }
    // Socket.IO packets as the client's websocket messages.
    void say(std::initializer_list<std::string_view> packets) {
        for (const std::string_view packet : packets)
            sessions.text(session, ws, "4" + std::string(packet));
        turn();
    }
    // The client of the last connecting().
    ClientId join(std::string_view packet = "0") {
        say({packet});
        ws.got.clear();
        events.log.clear();
        return events.last;
    }
    std::string id_of(ClientId id) {
        Clients::Info info{};
        return clients.info(id, info) ? std::string(info.id) : "";
    }
    bool open() const { return !ws.closed; }

    HandClock clock;
    FakeEvents events;
    FakeLink ws{Transport::websocket};
    session::SocketIo clients;
    Sessions sessions;
    SessionId session = SessionId::none;
};

} // namespace roomd::test
