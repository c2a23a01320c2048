#include "engine.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>

using namespace roomd;
using namespace roomd::test;

namespace {

// A client as the protocol wants it, most of the time, and what it was sent and got.
struct StormPeer {
    std::vector<std::unique_ptr<FakeLink>> links; // all there were
    FakeLink *get = nullptr, *ws = nullptr;       // alive ones
    bool upgraded = false;
    bool graceful = true; // nothing happened that may lose frames
    int sent = 0;
    int closed = 0;
    bool posting = false;

    FakeLink &link(Transport transport) {
        links.push_back(std::make_unique<FakeLink>(transport));
        return *links.back();
    }
    // Message numbers, over all links in the order they were made.
    std::vector<int> got() const {
        std::vector<int> numbers;
        for (const Transport transport : {Transport::polling, Transport::websocket}) {
            for (const auto &one : links) {
                if (one->transport() != transport) continue;
                for (const std::string &packet : one->got)
                    if (packet[0] == '4') numbers.push_back(std::stoi(packet.substr(1)));
            }
        }
        return numbers;
    }
};

class Storm {
public:
    explicit Storm(unsigned seed) : random_(seed), e_(options(seed)) {
        e_.heard.on_closed = [this](SessionId id) {
            ++peers_[id].closed;
            if (!order_.empty() && dice(4) == 0) send(order_[dice(order_.size())]);
        };
        e_.heard.on_text = [this](SessionId id, std::string_view) {
            if (dice(20) == 0) e_.sessions.close(id, CloseReason::forced_close);
        };
    }

    const Sessions::Totals &totals() const { return e_.sessions.totals(); }

    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            if (order_.size() < 20 && dice(10) == 0) open();
            if (!order_.empty()) act(order_[dice(order_.size())]);
            if (dice(3) == 0) turn();
            if (dice(4) == 0) {
                e_.clock.advance(base::Duration(dice(60)));
                e_.sessions.tick();
            }
        }
        turn();
        for (auto &[id, peer] : peers_)
            check(id, peer);
        e_.sessions.close_all(CloseReason::server_shutting_down);
        turn();
        for (auto &[id, peer] : peers_) {
            CHECK(peer.closed == 1);
            CHECK(e_.sessions.get(id) == nullptr);
            for (const auto &link : peer.links)
                CHECK(link->closes <= 1);
        }
        CHECK(e_.sessions.size() == 0);
        CHECK(e_.sessions.waiting() == base::Frame::alive()); // no weight of theirs is left
        CHECK(e_.sessions.totals().opened == e_.sessions.totals().closed);
    }

private:
    static session::Options options(unsigned seed) {
        session::Options options = test::session_defaults();
        options.ping_interval = 300ms;
        options.ping_timeout = 200ms;
        options.upgrade_timeout = 400ms;
        options.send_buffer = 60;
        if (seed % 2 == 0) options.send_buffer_total = 1500;
        return options;
    }
    std::size_t dice(std::size_t sides) { return random_() % sides; }

    void turn() {
        e_.turn();
        CHECK(e_.sessions.dirty() == 0);
        for (auto &[id, peer] : peers_) {
            if (peer.get != nullptr && peer.get->ended()) peer.get = nullptr;
            if (peer.ws != nullptr && peer.ws->ended()) peer.ws = nullptr;
            CHECK(peer.closed <= 1);
            if (e_.alive(id)) CHECK(peer.closed == 0);
        }
    }

    void open() {
        StormPeer fresh;
        const bool polling = dice(3) != 0;
        FakeLink &link = fresh.link(polling ? Transport::polling : Transport::websocket);
        (polling ? fresh.get : fresh.ws) = &link;
        fresh.upgraded = !polling;
        const SessionId id = e_.sessions.open(link.transport(), session::Handshake{}, link);
        peers_[id] = std::move(fresh);
        order_.push_back(id);
        if (order_.size() > 15) order_.erase(order_.begin());
    }

    void send(SessionId id) {
        StormPeer &peer = peers_[id];
        const base::FrameRef frame = message(std::to_string(peer.sent));
        if (e_.sessions.send(id, frame, Delivery::reliable)) ++peer.sent;
    }

    void act(SessionId id) {
        StormPeer &peer = peers_[id];
        switch (dice(16)) {
        case 0: // a burst
            for (std::size_t left = dice(12); left > 0; --left)
                send(id);
            return;
        case 1:
        case 2:
        case 3: return send(id);
        case 4:
        case 5:
        case 6: return poll(id, peer);
        case 7:
        case 8: // pongs and messages
            if (peer.upgraded && peer.ws != nullptr) {
                e_.sessions.text(id, *peer.ws, dice(2) == 0 ? "3" : "4up");
            } else if (!peer.upgraded) {
                e_.post(id, "3\x1e"
                            "4up");
            }
            return;
        case 9:
            if (peer.upgraded || peer.ws != nullptr) return;
            peer.ws = &peer.link(Transport::websocket);
            if (!e_.sessions.probe(id, *peer.ws)) peer.ws = nullptr;
            return;
        case 10:
            if (!peer.upgraded && peer.ws != nullptr)
                e_.sessions.text(id, *peer.ws, dice(9) == 0 ? "4wrong" : "2probe");
            return;
        case 11:
            if (peer.upgraded || peer.ws == nullptr || peer.ws->closed) return;
            e_.sessions.text(id, *peer.ws, "5");
            peer.upgraded = e_.sessions.transport(id) == Transport::websocket;
            return;
        case 12:
            if (peer.ws == nullptr || !peer.upgraded) return;
            peer.ws->blocks = !peer.ws->blocks;
            if (!peer.ws->blocks) e_.sessions.writable(id, *peer.ws);
            return;
        case 13: return misbehave(id, peer);
        case 14:
            if (dice(6) == 0) e_.sessions.close(id, CloseReason::forced_close);
            return;
        default: return;
        }
    }

    void poll(SessionId id, StormPeer &peer) {
        if (peer.upgraded || peer.get != nullptr) return;
        if (e_.sessions.get(id) == nullptr) return;
        FakeLink &get = peer.link(Transport::polling);
        get.takes = 1 + dice(6);
        if (e_.get(id, get)) {
            peer.get = &get;
        } else {
            CHECK(!e_.alive(id));
        }
    }

    void misbehave(SessionId id, StormPeer &peer) {
        switch (dice(24)) {
        case 0: return e_.post(id, "x");
        case 1: return e_.post(id, "1");
        case 2:
            if (peer.get == nullptr) return;
            e_.sessions.link_gone(id, *peer.get, CloseReason::transport_error);
            peer.get = nullptr;
            return;
        case 3:
            if (peer.ws == nullptr) return;
            e_.sessions.link_gone(id, *peer.ws, CloseReason::transport_close);
            peer.ws = nullptr;
            return;
        case 4:
            if (peer.ws != nullptr) peer.ws->fails = true;
            return;
        case 5: return e_.sessions.close(id, CloseReason::expired, Goodbye::cut);
        case 6:
            peer.posting = e_.sessions.post_begin(id);
            if (dice(2) == 0) e_.sessions.post_abort(id);
            return;
        default: return;
        }
    }

    // Whatever arrived is a prefix of what was sent; for one that is open, all but what waits.
    void check(SessionId id, const StormPeer &peer) {
        const std::vector<int> got = peer.got();
        for (std::size_t i = 0; i < got.size(); ++i)
            REQUIRE(got[i] == static_cast<int>(i));
        if (!e_.alive(id)) return;
        const session::Outbox &box = e_.sessions.get(id)->outbox();
        std::size_t queued = 0;
        for (std::size_t i = 0; i < box.count(); ++i)
            queued += box[i]->payload()[0] == '4' ? 1 : 0;
        REQUIRE(got.size() + queued == static_cast<std::size_t>(peer.sent));
    }

    std::mt19937 random_;
    Engine e_;
    std::map<SessionId, StormPeer> peers_;
    std::vector<SessionId> order_; // the younger ones, which things are done to
};

} // namespace

TEST_CASE("whatever happens, no session loses, doubles or reorders frames, and each ends once") {
    std::uint64_t upgrades = 0, slow = 0, shed = 0, frames = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Storm storm(seed);
        storm.run(4000);
        upgrades += storm.totals().upgrades;
        slow += storm.totals().slow;
        shed += storm.totals().shed;
        frames += storm.totals().frames_out;
    }
    CHECK(upgrades > 200); // else the storm was none
    CHECK(slow > 20);
    CHECK(shed > 20);
    CHECK(frames > 10000);
}
