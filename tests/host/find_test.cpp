#include "fixture.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

namespace {

roomd_whom whom_of(roomd_str roomd_whom::*member, std::string_view name,
                   std::string_view nsp = {}) {
    roomd_whom whom{};
    whom.struct_size = sizeof whom;
    whom.*member = str(name);
    whom.nsp = str(nsp);
    return whom;
}

// What a find() said, copied.
struct FindSaid {
    int calls = 0;
    roomd_status status = ROOMD_FAILED;
    std::uint64_t total = 0;
    std::vector<roomd_client> clients;
    Texts users, rooms, portals;
    std::string id, code, pointer;
};
void keep_found(void *user, roomd_status status, const roomd_found *what) {
    FindSaid &said = *static_cast<FindSaid *>(user);
    ++said.calls;
    said.status = status;
    said.total = what->total;
    said.code = test::text(what->code);
    said.pointer = test::text(what->pointer);
    for (std::size_t i = 0; i < what->n_clients; ++i) {
        const roomd_described &one = what->clients[i];
        CHECK(one.struct_size == sizeof one);
        CHECK(one.connected == 1);
        said.clients.push_back(one.client);
        said.users.push_back(test::text(one.user));
        said.portals.push_back(test::text(one.portal));
        said.id = test::text(one.id);
        for (std::size_t room = 0; room < one.n_rooms; ++room)
            said.rooms.push_back(test::text(one.rooms[room]));
    }
}

// Clients whose users are ann, bob, ann, bob, .. in turn.
struct Finding : Shard {
    Finding() {
        p = &play();
        const roomd_connect_fn let_in = [](void *user, const roomd_connect *c) {
            Finding &me = *static_cast<Finding *>(user);
            roomd_verdict yes{};
            yes.struct_size = sizeof yes;
            yes.accept = 1;
            yes.identity =
                str(me.peers.size() % 2 == 1 ? R"({"user":"ann"})" : R"({"user":"bob"})");
            me.p->host->verdict(me.p->self, c->ticket, &yes);
            me.seen.push_back(c->client);
            return ROOMD_TAKEN;
        };
        roomd_handle handle = 0;
        p->host->on_connect(p->self, str("*"), let_in, this, &handle);
    }
    FindSaid find(const roomd_whom &whom, roomd_client after = 0, std::uint32_t limit = 1000) {
        FindSaid said;
        REQUIRE(p->host->find(p->self, &whom, after, limit, keep_found, &said) == ROOMD_OK);
        registry->drain();
        REQUIRE(said.calls == 1);
        return said;
    }
    void join(roomd_client client, std::string_view room) {
        REQUIRE(p->host->join(p->self, client, str(room)) == ROOMD_OK);
        registry->drain();
    }
    void key(std::vector<std::string> rooms) {
        dispatch::Options options = kinds();
        auth::Key one;
        one.name = "crm";
        one.rooms = std::move(rooms);
        options.keys = std::make_shared<const auth::Keys>(std::vector{one});
        router.reconfigure(options);
    }

    puppet *p = nullptr;
    std::vector<roomd_client> seen;
};

} // namespace

TEST_CASE_FIXTURE(Finding,
                  "clients are found by user, by id and by room, with what is known of them") {
    for (int i = 0; i < 4; ++i)
        connect();
    connect("40/x,"); // of ann
    join(seen[0], "library:7");
    join(seen[1], "library:7");
    FindSaid said = find(whom_of(&roomd_whom::user, "ann"));
    CHECK(said.status == ROOMD_OK);
    CHECK(said.total == 2);
    CHECK(said.clients == std::vector{seen[0], seen[2]});
    CHECK(said.users == Texts{"ann", "ann"});
    CHECK(said.portals == Texts{"", ""});
    CHECK(said.rooms == Texts{"library:7"});
    CHECK(find(whom_of(&roomd_whom::id, said.id)).clients == std::vector{seen[2]});
    CHECK(find(whom_of(&roomd_whom::room, said.id)).clients == std::vector{seen[2]});
    CHECK(find(whom_of(&roomd_whom::user, "ann", "*")).total == 3);
    CHECK(find(whom_of(&roomd_whom::user, "ann", "/x")).clients == std::vector{seen[4]});
    CHECK(find(whom_of(&roomd_whom::room, "library:7")).users == Texts{"ann", "bob"});
    CHECK(find(whom_of(&roomd_whom::user, "nobody")).total == 0);
}

TEST_CASE_FIXTURE(Finding, "what is found comes page by page, each client once, and counts all") {
    for (int i = 0; i < 5; ++i) {
        connect();
        join(seen.back(), "hall");
    }
    const roomd_whom hall = whom_of(&roomd_whom::room, "hall");
    std::vector<roomd_client> paged;
    for (FindSaid page = find(hall, 0, 2); !page.clients.empty();
         page = find(hall, paged.back(), 2)) {
        CHECK(page.total == 5);
        CHECK(page.clients.size() <= 2);
        paged.insert(paged.end(), page.clients.begin(), page.clients.end());
    }
    CHECK(paged == seen);
    CHECK(find(hall, 0, 0).total == 5);
    CHECK(find(hall, 0, 0).clients.empty());
    sessions.close(peers[0]->session, session::CloseReason::transport_close);
    CHECK(find(hall).total == 4);
}

TEST_CASE_FIXTURE(Finding, "on behalf of a key only its rooms are named and told") {
    connect();
    join(seen[0], "library:7");
    join(seen[0], "staff:1");
    roomd_whom whom = whom_of(&roomd_whom::user, "ann");
    whom.on_behalf = str("crm");
    FindSaid said = find(whom);
    CHECK(said.status == ROOMD_DENIED);
    CHECK(said.code == "key_unknown");
    CHECK(said.total == 0);
    key({"library:*"});
    CHECK(find(whom).rooms == Texts{"library:7"});
    whom = whom_of(&roomd_whom::room, "staff:1");
    whom.on_behalf = str("crm");
    said = find(whom);
    CHECK(said.status == ROOMD_DENIED);
    CHECK(said.code == "room_denied");
    CHECK(said.pointer == "/room");
    CHECK(find(whom_of(&roomd_whom::room, "staff:1")).total == 1); // the plugin's own question
}

TEST_CASE_FIXTURE(Finding,
                  "names that are wrong are told with a code, calls that are wrong are INVALID") {
    CHECK(find(whom_of(&roomd_whom::room, "no room")).code == "room_invalid");
    CHECK(find(whom_of(&roomd_whom::user, "ann", "nowhere")).code == "namespace_unknown");
    CHECK(find(whom_of(&roomd_whom::room, "a", "*")).code == "namespace_unknown");
    CHECK(find(whom_of(&roomd_whom::user, "")).code == "no_target");
    roomd_whom two = whom_of(&roomd_whom::user, "ann");
    two.room = str("a");
    CHECK(find(two).code == "two_targets");

    const roomd_host &host = *p->host;
    const roomd_whom good = whom_of(&roomd_whom::user, "ann");
    CHECK(host.find(p->self, nullptr, 0, 1, keep_found, nullptr) == ROOMD_INVALID);
    CHECK(host.find(p->self, &good, 0, 1, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(host.find(p->self, &good, 0, 1001, keep_found, nullptr) == ROOMD_INVALID);
    CHECK(host.find(nullptr, &good, 0, 1, keep_found, nullptr) == ROOMD_INVALID);
    roomd_whom bad = good;
    bad.struct_size = sizeof bad - 8;
    CHECK(host.find(p->self, &bad, 0, 1, keep_found, nullptr) == ROOMD_INVALID);
    for (const std::string &name :
         {std::string(1025, 'a'), std::string("a\0b", 3), std::string("\xff")}) {
        bad = whom_of(&roomd_whom::user, name);
        CHECK(host.find(p->self, &bad, 0, 1, keep_found, nullptr) == ROOMD_INVALID);
    }
}
