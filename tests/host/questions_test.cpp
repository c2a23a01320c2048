#include "hook_calls.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

namespace {

// What an ask_all() came to.
struct Replies {
    int calls = 0;
    roomd_status status = ROOMD_FAILED;
    std::map<roomd_client, std::pair<roomd_status, std::string>> replies;
    std::size_t answered = 0;
    std::string code, pointer;
};
void keep_replies(void *user, roomd_status status, const roomd_replies *what) {
    Replies &told = *static_cast<Replies *>(user);
    ++told.calls;
    told.status = status;
    told.answered = what->n_answered;
    told.code = test::text(what->code);
    told.pointer = test::text(what->pointer);
    for (std::size_t i = 0; i < what->n_replies; ++i) {
        const roomd_reply &one = what->replies[i];
        std::string said = test::text(one.args.json);
        for (std::size_t b = 0; b < one.args.n_blobs; ++b)
            said.append(1, '+').append(static_cast<const char *>(one.args.blobs[b].ptr),
                                       one.args.blobs[b].len);
        told.replies[one.client] = {one.status, said};
    }
}

struct Polling : Shard {
    explicit Polling(const host::Options &options = quick(), std::size_t budget = 8 << 20) :
        Shard(options),
        p(play(budget)) {
        const roomd_connected_fn fn = [](void *user, const roomd_connected *c) {
            static_cast<Polling *>(user)->ids.push_back(c->client);
        };
        p.host->on_connected(p.self, str("/"), fn, this, &handle);
        for (int i = 0; i < 3; ++i)
            received(connect());
    }
    ~Polling() { registry->stop(); }
    roomd_status ask(const roomd_emit &emit, std::uint32_t ms = 60000) {
        const roomd_status status = p.host->ask_all(p.self, &emit, ms, keep_replies, &told);
        registry->drain();
        return status;
    }
    double used() const { return test::metric(*registry, "budget_used_bytes"); }
    puppet &p;
    roomd_handle handle = 0;
    std::vector<roomd_client> ids;
    Replies told;
};

} // namespace

TEST_CASE_FIXTURE(Polling, "many are asked with one packet, and fn has all their answers at once") {
    CHECK(ask(emit_all_of("q")) == ROOMD_OK);
    for (const auto &peer : peers)
        CHECK(received(*peer) == Texts{R"(420["q",1])"});
    CHECK(used() == 3 * 256);
    say(*peers[0], R"(430["a"])");
    say(*peers[0], R"(430["twice"])");
    CHECK(told.calls == 0);
    say(*peers[1], R"(461-0[{"_placeholder":true,"num":0}])");
    sessions.binary(peers[1]->session, peers[1]->link, "blob");
    CHECK(told.calls == 0);
    sessions.close(peers[2]->session, session::CloseReason::transport_close);
    REQUIRE(told.calls == 1);
    CHECK(told.status == ROOMD_OK);
    CHECK(told.answered == 2);
    CHECK(told.replies[ids[0]] == std::pair{ROOMD_OK, std::string(R"(["a"])")});
    CHECK(told.replies[ids[1]] ==
          std::pair{ROOMD_OK, std::string(R"([{"_placeholder":true,"num":0}]+blob)")});
    CHECK(told.replies[ids[2]].first == ROOMD_GONE);
    CHECK(used() == 0);
}

TEST_CASE_FIXTURE(Polling,
                  "who has not answered in time is named, and a room bounds who is asked") {
    p.host->join(p.self, ids[0], str("library:a"));
    p.host->join(p.self, ids[1], str("library:a"));
    const roomd_str room = str("library:a");
    CHECK(ask(emit_to("q", &room, 1), 1) == ROOMD_OK);
    received(*peers[0]);
    CHECK(received(*peers[2]).empty());
    say(*peers[0], R"(430[])");
    CHECK(turn_until([&] {
        clients.tick();
        return told.calls == 1;
    }));
    CHECK(told.status == ROOMD_OK);
    CHECK(told.replies[ids[0]].first == ROOMD_OK);
    CHECK(told.replies[ids[1]].first == ROOMD_EXPIRED);
    CHECK(told.replies.size() == 2);
    say(*peers[1], R"(430["late"])"); // comes to nothing
    CHECK(told.calls == 1);
}

TEST_CASE_FIXTURE(Polling, "nobody there is an answer at once") {
    const roomd_str room = str("library:empty");
    CHECK(ask(emit_to("q", &room, 1)) == ROOMD_OK);
    CHECK(told.calls == 1);
    CHECK(told.status == ROOMD_OK);
    CHECK(told.replies.empty());
}

TEST_CASE_FIXTURE(Polling, "a question that may not be put says why, and nobody is asked") {
    const roomd_str bad = str("a b");
    CHECK(ask(emit_to("q", &bad, 1)) == ROOMD_OK);
    CHECK(told.status == ROOMD_INVALID);
    CHECK(told.code == "room_invalid");
    CHECK(told.pointer == "/rooms/0");
    roomd_emit emit = emit_all_of("q");
    emit.on_behalf = str("backend"); // whose rights nobody knows
    CHECK(ask(emit) == ROOMD_OK);
    CHECK(told.status == ROOMD_DENIED);
    CHECK(told.calls == 2);
    CHECK(received(*peers[0]).empty());
}

TEST_CASE_FIXTURE(Polling, "what an ask_all cannot be is refused at the call") {
    roomd_emit emit = emit_all_of("q");
    const auto call = [&](std::uint32_t ms) {
        return p.host->ask_all(p.self, &emit, ms, keep_replies, &told);
    };
    CHECK(call(0) == ROOMD_INVALID);
    CHECK(call(3600001) == ROOMD_INVALID);
    CHECK(p.host->ask_all(p.self, &emit, 1, nullptr, nullptr) == ROOMD_INVALID);
    emit.key = str("k");
    CHECK(call(1) == ROOMD_INVALID);
    emit.key = {};
    emit.flags = ROOMD_EMIT_ALL | ROOMD_EMIT_VOLATILE;
    CHECK(call(1) == ROOMD_INVALID);
    emit.flags = 0;
    CHECK(call(1) == ROOMD_INVALID); // whom?
    emit.to = ids[0];
    CHECK(call(1) == ROOMD_INVALID);
    registry->drain();
    CHECK(told.calls == 0);
}

TEST_CASE_FIXTURE(Polling, "a plugin that stops has what was answered until then") {
    ask(emit_all_of("q"));
    say(*peers[1], R"(430["b"])");
    registry->stop();
    REQUIRE(told.calls == 1);
    CHECK(told.status == ROOMD_STOPPING);
    CHECK(told.answered == 1);
    CHECK(told.replies[ids[0]].first == ROOMD_STOPPING);
    CHECK(told.replies[ids[1]].second == R"(["b"])");
    say(*peers[0], R"(430["a"])");
    CHECK(told.calls == 1);
}

TEST_CASE("questions and their answers are bounded by the budget") {
    Polling shard(Shard::quick(), 2000);
    CHECK(shard.ask(emit_all_of("q")) == ROOMD_OK); // 768 of 2,000 bytes
    const std::string large = R"(430[")" + std::string(900, 'x') + R"("])";
    shard.say(*shard.peers[0], large);
    shard.say(*shard.peers[1], large); // no room for this one
    shard.say(*shard.peers[2], R"(430[1])");
    REQUIRE(shard.told.calls == 1);
    CHECK(shard.told.answered == 2);
    CHECK(shard.told.replies[shard.ids[0]].first == ROOMD_OK);
    CHECK(shard.told.replies[shard.ids[1]].first == ROOMD_TOO_BIG);
    CHECK(shard.told.replies[shard.ids[1]].second == "[]");
    CHECK(shard.used() == 0);

    for (int i = 0; i < 5; ++i)
        shard.received(shard.connect());
    CHECK(shard.ask(emit_all_of("q")) == ROOMD_OK); // 2,048 bytes are more than there are
    CHECK(shard.told.status == ROOMD_TOO_BIG);
    CHECK(shard.told.code == "over_budget");
    CHECK(shard.used() == 0);
    const roomd_str first = str("library:a");
    for (int i = 0; i < 4; ++i)
        shard.p.host->join(shard.p.self, shard.ids[i], first);
    CHECK(shard.ask(emit_to("q", &first, 1)) == ROOMD_OK); // 1,024 of them
    CHECK(shard.told.calls == 2);
    CHECK(shard.ask(emit_to("q", &first, 1)) == ROOMD_OK);
    CHECK(shard.told.calls == 3);
    CHECK(shard.told.status == ROOMD_AGAIN);
    CHECK(shard.p.drained == 0);
    for (int i = 0; i < 4; ++i)
        shard.sessions.close(shard.peers[i]->session, session::CloseReason::transport_close);
    CHECK(shard.told.calls == 4);
    CHECK(shard.p.drained == 1); // what was told AGAIN may come now
}

TEST_CASE_FIXTURE(Polling, "an ask on behalf of a key keeps to the rights of that key") {
    roomd_emit emit = emit_to("q", nullptr, 0);
    emit.to = ids[0];
    emit.on_behalf = str("backend"); // whose rights nobody knows
    roomd_status became = ROOMD_OK;
    const roomd_answer_fn fn = [](void *user, roomd_status status, const roomd_args *) {
        *static_cast<roomd_status *>(user) = status;
    };
    CHECK(p.host->ask(p.self, &emit, 1000, fn, &became) == ROOMD_OK);
    registry->drain();
    CHECK(became == ROOMD_DENIED);
    CHECK(received(*peers[0]).empty());
}
