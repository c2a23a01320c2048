#pragma once

#include "session/sessions.hpp"
#include "support/fake_link.hpp"
#include "support/hand_clock.hpp"
#include "support/session_defaults.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::test {

using base::SessionId;
using session::CloseReason;
using session::Delivery;
using session::Goodbye;
using session::Sessions;
using session::Transport;
using namespace std::chrono_literals;

inline base::FrameRef message(std::string_view text) {
    return base::Frame::text({"4", text});
}

// What comes up from sessions, as "text x", "binary x", "closed: reason".
class Heard final : public session::Messages {
public:
    void opened(SessionId) override { ++opens; }
    void text(SessionId id, std::string_view m) override {
        log.push_back("text " + std::string(m));
        if (on_text) on_text(id, m);
    }
    void binary(SessionId, std::string_view m) override {
        log.push_back("binary " + std::string(m));
    }
    void closed(SessionId id, CloseReason reason) override {
        log.push_back("closed: " + std::string(session::text(reason)));
        if (on_closed) on_closed(id);
    }
    int opens = 0;
    std::vector<std::string> log;
    std::function<void(SessionId, std::string_view)> on_text;
    std::function<void(SessionId)> on_closed;
};

using Log = std::vector<std::string>;

// Sessions with nothing above and fake links below.
struct Engine {
    explicit Engine(session::Options options = session_defaults()) :
        sessions(options, heard, clock) {}

    void turn() { // one loop iteration
        sessions.flush();
        sessions.reap();
    }
    void pass(base::Duration time) {
        for (; time > 0ms; time -= 10ms) {
            clock.advance(std::min<base::Duration>(time, 10ms));
            sessions.tick();
            turn();
        }
    }
    // An open session whose open packet is out; polling without a GET.
    SessionId polling() {
        FakeLink first(Transport::polling);
        const SessionId id = sessions.open(Transport::polling, session::Handshake{}, first);
        turn();
        return id;
    }
    SessionId websocket(FakeLink &ws) {
        const SessionId id = sessions.open(Transport::websocket, session::Handshake{}, ws);
        turn();
        ws.got.clear();
        return id;
    }
    bool get(SessionId id, FakeLink &link) {
        return sessions.poll(id, link) == Sessions::Poll::taken;
    }
    // What a GET answers right now.
    Log poll(SessionId id) {
        FakeLink link(Transport::polling);
        if (!get(id, link)) return {"overlap"};
        turn();
        if (sessions.get(id) != nullptr && sessions.get(id)->is_link(link)) {
            sessions.link_gone(id, link, CloseReason::transport_error);
            return {"pending"};
        }
        return link.got;
    }
    void post(SessionId id, std::string_view body) {
        if (sessions.post_begin(id)) sessions.post_end(id, body);
    }
    std::string sid(SessionId id) { return std::string(sessions.get(id)->sid()); }
    bool alive(SessionId id) {
        const session::Session *session = sessions.get(id);
        return session != nullptr && session->open();
    }

    HandClock clock;
    Heard heard;
    Sessions sessions;
};

} // namespace roomd::test
