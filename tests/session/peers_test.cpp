#include "session/peers.hpp"

#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace roomd;
using namespace std::chrono_literals;
using base::SessionId;
using session::Peer;
using session::Peers;

namespace {

constexpr SessionId session_of(std::uint32_t index, std::uint32_t generation = 1) {
    return static_cast<SessionId>((std::uint64_t{generation} << 32) | index);
}
constexpr base::Time start{1h};

} // namespace

TEST_CASE("a peer is found until it is forgotten, and not by the id of who had its place before") {
    Peers peers;
    peers.open(session_of(3), start);
    REQUIRE(peers.find(session_of(3)) != nullptr);
    CHECK(peers.find(session_of(2)) == nullptr);
    CHECK(peers.find(session_of(9)) == nullptr);
    peers.forget(*peers.find(session_of(3)));
    CHECK(peers.find(session_of(3)) == nullptr);
    peers.open(session_of(3, 2), start);
    CHECK(peers.find(session_of(3)) == nullptr);
    CHECK(peers.find(session_of(3, 2)) != nullptr);
}

TEST_CASE("sessions that joined nothing are given once, the oldest first") {
    Peers peers;
    for (std::uint32_t i = 0; i < 4; ++i)
        peers.open(session_of(i), start + i * 10ms);
    peers.find(session_of(1))->was_accepted();
    peers.forget(*peers.find(session_of(0)));
    CHECK(peers.take_unjoined(start + 19ms) == SessionId::none);
    CHECK(peers.take_unjoined(start + 30ms) == session_of(2));
    CHECK(peers.take_unjoined(start + 29ms) == SessionId::none);
    CHECK(peers.take_unjoined(start + 30ms) == session_of(3));
    CHECK(peers.take_unjoined(start + 1h) == SessionId::none);
}

TEST_CASE("a packet that lacks attachments is overdue in time, one that became whole is not") {
    Peers peers;
    for (std::uint32_t i = 0; i < 3; ++i) {
        peers.open(session_of(i), start);
        peers.lacks_attachments(*peers.find(session_of(i)), start);
    }
    peers.is_whole(*peers.find(session_of(1)));
    peers.forget(*peers.find(session_of(2)));
    CHECK(peers.take_overdue(start + session::attachments_timeout - 1ms) == SessionId::none);
    CHECK(peers.take_overdue(start + session::attachments_timeout) == session_of(0));
    CHECK(peers.take_overdue(start + session::attachments_timeout) == SessionId::none);
}

TEST_CASE("a later packet that lacks attachments has its own time") {
    Peers peers;
    peers.open(session_of(0), start);
    Peer &peer = *peers.find(session_of(0));
    peers.lacks_attachments(peer, start);
    peers.lacks_attachments(peer, start + 5s); // its second attachment is awaited
    peers.is_whole(peer);
    peers.lacks_attachments(peer, start + 20s);
    CHECK(peers.take_overdue(start + session::attachments_timeout) == SessionId::none);
    CHECK(peers.take_overdue(start + session::attachments_timeout + 29s) == SessionId::none);
    CHECK(peers.take_overdue(start + 2 * session::attachments_timeout) == session_of(0));
}

TEST_CASE("who is refused too often may connect again after peace, or when it was accepted") {
    Peer peer;
    const base::Rate any{};
    for (int i = 0; i < 3; ++i) {
        CHECK(peer.may_connect(any, 2, start));
        peer.was_refused(start);
    }
    CHECK(!peer.may_connect(any, 2, start + session::forgiven_after - 1ms));
    CHECK(peer.may_connect(any, 2, start + session::forgiven_after));
    for (int i = 0; i < 3; ++i)
        peer.was_refused(start + 20s);
    CHECK(!peer.may_connect(any, 2, start + 20s));
    peer.was_accepted();
    CHECK(peer.may_connect(any, 2, start + 20s));
}

TEST_CASE("a warning is due at once, and then not again for a while") {
    Peers peers;
    peers.open(session_of(0), start);
    Peer &peer = *peers.find(session_of(0));
    CHECK(peer.is_due_a_warning(start));
    CHECK(!peer.is_due_a_warning(start + session::warned_for - 1ms));
    CHECK(peer.is_due_a_warning(start + session::warned_for));
}
