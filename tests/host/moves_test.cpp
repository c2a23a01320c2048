#include "fixture.hpp"

#include "host/moves.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

namespace {

constexpr std::size_t slice = host::Moves::slice;

struct MoveSaid {
    int calls = 0;
    roomd_status status = ROOMD_FAILED;
    std::uint64_t clients = 0, moved = 0, full = 0;
    std::string code, pointer;
};
void keep_moved(void *user, roomd_status status, const roomd_moved *what) {
    MoveSaid &said = *static_cast<MoveSaid *>(user);
    ++said.calls;
    said.status = status;
    said.clients = what->clients;
    said.moved = what->moved;
    said.full = what->full;
    said.code = test::text(what->code);
    said.pointer = test::text(what->pointer);
}

// Clients that are all in one room.
struct Moving : Shard {
    roomd_status move(roomd_action what, MoveSaid *said, std::string_view room = "b",
                      std::string_view from = "hall") {
        roomd_whom whom{};
        whom.struct_size = sizeof whom;
        whom.room = str(from);
        whom.on_behalf = str(key);
        const roomd_str name = str(room);
        const bool into_rooms = what == ROOMD_JOIN || what == ROOMD_LEAVE;
        const roomd_move move{sizeof move, what, into_rooms ? &name : nullptr,
                              into_rooms ? std::size_t{1} : std::size_t{0}, str("for a reason")};
        return p->host->move(p->self, &whom, &move, said != nullptr ? keep_moved : nullptr, said);
    }
    void fill(std::size_t count, std::size_t budget = 8 << 20) {
        p = &play(budget);
        for (std::size_t i = 0; i < count; ++i) {
            const Peer &peer = connect();
            router.join(clients.of_session(peer.session).front(), "hall");
        }
    }
    std::size_t in(std::string_view room) { return router.members("/", room).size(); }

    puppet *p = nullptr;
    std::string key;
};

} // namespace

TEST_CASE_FIXTURE(Moving, "few are moved at once, in their place in the line") {
    fill(3);
    MoveSaid first, second, third, last;
    CHECK(move(ROOMD_JOIN, &first) == ROOMD_OK);
    CHECK(move(ROOMD_JOIN, &second) == ROOMD_OK);
    CHECK(move(ROOMD_LEAVE, &third, "hall") == ROOMD_OK);
    CHECK(move(ROOMD_DISCONNECT, &last, {}, "b") == ROOMD_OK);
    CHECK(first.calls == 0); // not inside the call
    registry->drain();
    CHECK(first.status == ROOMD_OK);
    CHECK(first.clients == 3);
    CHECK(first.moved == 3);
    CHECK(second.clients == 3);
    CHECK(second.moved == 0);
    CHECK(third.moved == 3);
    CHECK(last.moved == 3);
    CHECK(last.calls == 1);
    CHECK(router.stats(1).clients == 0);
}

TEST_CASE_FIXTURE(Moving,
                  "a large room is moved slice by slice, and others have their turn meanwhile") {
    fill(2 * slice + 1);
    MoveSaid large, small;
    CHECK(move(ROOMD_JOIN, &large) == ROOMD_OK);
    registry->drain();
    CHECK(in("b") == 0);
    loop.run_once_nowait();
    CHECK(in("b") == slice);
    CHECK(move(ROOMD_JOIN, &small, "c", "nobody") == ROOMD_OK);
    registry->drain();
    CHECK(small.calls == 1);
    CHECK(large.calls == 0);
    sessions.close(peers.back()->session,
                   session::CloseReason::transport_close); // who goes is passed over
    REQUIRE(turn_until([&] { return large.calls == 1; }));
    CHECK(large.status == ROOMD_OK);
    CHECK(large.clients == 2 * slice + 1);
    CHECK(large.moved == 2 * slice);
    CHECK(in("b") == 2 * slice);
    CHECK(metric(*registry, "budget_used_bytes") == 0);
}

TEST_CASE_FIXTURE(Moving, "what a large move holds beside its clients is counted until its end") {
    fill(slice + 1, 64 << 10);
    const std::string reason(1000, 'x');
    roomd_whom whom{};
    whom.struct_size = sizeof whom;
    whom.room = str("hall");
    const roomd_str name = str("b");
    const roomd_move large{sizeof large, ROOMD_JOIN, &name, 1, str(reason)};
    MoveSaid said;
    CHECK(p->host->move(p->self, &whom, &large, keep_moved, &said) == ROOMD_OK);
    const double in_line = metric(*registry, "budget_used_bytes");
    CHECK(in_line > 1000);
    registry->drain();
    CHECK(metric(*registry, "budget_used_bytes") == in_line + (slice + 1) * 8);
    REQUIRE(turn_until([&] { return said.calls == 1; }));
    CHECK(metric(*registry, "budget_used_bytes") == 0);
}

TEST_CASE_FIXTURE(Moving, "clients that go into many rooms are moved fewer at a time") {
    fill(slice / 2);
    Texts names;
    for (std::size_t i = 0; i < 2 * host::Moves::few; ++i)
        names.push_back("b" + std::to_string(i));
    std::vector<roomd_str> rooms;
    for (const std::string &name : names)
        rooms.push_back(str(name));
    roomd_whom whom{};
    whom.struct_size = sizeof whom;
    whom.room = str("hall");
    const roomd_move move{sizeof move, ROOMD_JOIN, rooms.data(), rooms.size(), {}};
    MoveSaid said;
    CHECK(p->host->move(p->self, &whom, &move, keep_moved, &said) == ROOMD_OK);
    registry->drain();
    CHECK(said.calls == 0);
    loop.run_once_nowait();
    CHECK(in("b0") == slice / 3);
    CHECK(in("b63") == slice / 3);
    REQUIRE(turn_until([&] { return said.calls == 1; }));
    CHECK(said.moved == slice / 2);
}

TEST_CASE_FIXTURE(Moving, "two large moves share the turns of the loop") {
    fill(slice + 1);
    MoveSaid one, two;
    CHECK(move(ROOMD_JOIN, &one, "b") == ROOMD_OK);
    CHECK(move(ROOMD_JOIN, &two, "c") == ROOMD_OK);
    REQUIRE(turn_until([&] { return in("c") == slice; }));
    CHECK(in("b") == slice);
    REQUIRE(turn_until([&] { return one.calls + two.calls == 2; }));
    CHECK(in("b") == slice + 1);
    CHECK(in("c") == slice + 1);
}

TEST_CASE_FIXTURE(Moving, "what is under way when the plugin stops is told how far it went") {
    fill(2 * slice + 1);
    MoveSaid said;
    CHECK(move(ROOMD_JOIN, &said) == ROOMD_OK);
    registry->drain();
    loop.run_once_nowait();
    registry->stop();
    CHECK(said.calls == 1);
    CHECK(said.status == ROOMD_STOPPING);
    CHECK(said.clients == 2 * slice + 1);
    CHECK(said.moved == slice);
    loop.run_once_nowait();
    CHECK(in("b") == slice);
}

TEST_CASE_FIXTURE(Moving, "more clients than the budget has room for are not moved") {
    fill(slice + 1, 4096);
    MoveSaid said;
    CHECK(move(ROOMD_JOIN, &said) == ROOMD_OK);
    registry->drain();
    CHECK(said.status == ROOMD_AGAIN);
    CHECK(said.code == "over_budget");
    CHECK(said.moved == 0);
    CHECK(in("b") == 0);
}

TEST_CASE_FIXTURE(Moving, "a move on behalf of a key keeps to its rooms") {
    fill(1);
    key = "crm";
    MoveSaid said;
    CHECK(move(ROOMD_DISCONNECT, &said) == ROOMD_OK);
    registry->drain();
    CHECK(said.status == ROOMD_DENIED);
    CHECK(said.code == "key_unknown");
    dispatch::Options options = kinds();
    auth::Key one;
    one.name = "crm";
    one.rooms = {"hall"};
    options.keys = std::make_shared<const auth::Keys>(std::vector{one});
    router.reconfigure(options);
    CHECK(move(ROOMD_JOIN, &said, "b") == ROOMD_OK);
    registry->drain();
    CHECK(said.code == "room_denied");
    CHECK(said.pointer == "/rooms/0");
    CHECK(move(ROOMD_DISCONNECT, &said) == ROOMD_OK);
    registry->drain();
    CHECK(said.status == ROOMD_OK);
    CHECK(said.moved == 1);
}

TEST_CASE_FIXTURE(Moving, "a call that is wrong is INVALID, and one without an fn is carried out") {
    fill(1);
    const roomd_host &host = *p->host;
    roomd_whom whom{};
    whom.struct_size = sizeof whom;
    whom.room = str("hall");
    const roomd_str room = str("b");
    const roomd_move good{sizeof good, ROOMD_JOIN, &room, 1, {}};
    CHECK(host.move(p->self, &whom, &good, nullptr, nullptr) == ROOMD_OK);
    registry->drain();
    CHECK(in("b") == 1);
    CHECK(host.move(p->self, nullptr, &good, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(host.move(p->self, &whom, nullptr, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(host.move(nullptr, &whom, &good, nullptr, nullptr) == ROOMD_INVALID);
    roomd_move bad = good;
    bad.struct_size = 8;
    CHECK(host.move(p->self, &whom, &bad, nullptr, nullptr) == ROOMD_INVALID);
    bad = good;
    bad.what = static_cast<roomd_action>(5);
    CHECK(host.move(p->self, &whom, &bad, nullptr, nullptr) == ROOMD_INVALID);
    bad = good;
    bad.n_rooms = 0;
    CHECK(host.move(p->self, &whom, &bad, nullptr, nullptr) == ROOMD_INVALID);
    bad = good;
    bad.what = ROOMD_CLOSE; // of rooms
    CHECK(host.move(p->self, &whom, &bad, nullptr, nullptr) == ROOMD_INVALID);
    bad = good;
    bad.reason = str("\xff");
    CHECK(host.move(p->self, &whom, &bad, nullptr, nullptr) == ROOMD_INVALID);
    whom.struct_size = 8;
    CHECK(host.move(p->self, &whom, &good, nullptr, nullptr) == ROOMD_INVALID);
}
