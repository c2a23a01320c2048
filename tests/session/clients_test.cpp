#include "people.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("an accepted CONNECT is answered with a public id that is not the session's") {
    People p;
    p.say({"0{\"token\":\"x\"}"});
    CHECK(p.events.log == Log{"connecting /{\"token\":\"x\"}"});
    const std::string id = p.id_of(p.events.last);
    CHECK(id.size() == 20);
    CHECK(id != p.sessions.get(p.session)->sid());
    CHECK(p.ws.got == Log{"40{\"sid\":\"" + id + "\"}"});
    CHECK(p.clients.find("/", id) == p.events.last);
    CHECK(p.clients.find("/other", id) == ClientId::none);
    CHECK(p.clients.size() == 1);
}

TEST_CASE("CONNECT and EVENT behind it, and 41 and 40 behind it, are taken in order") {
    People p;
    p.say({"0", "2[\"a\",1]", "1", "0", "2[\"b\"]"});
    CHECK(p.events.log == Log{"connecting /", "event / a[1]", "gone: client namespace disconnect",
                              "connecting /", "event / b[]"});
    CHECK(p.open());
}

TEST_CASE("a refused CONNECT leaves the connection open for another try") {
    People p;
    p.events.on_connecting = [&](ClientId id) { p.clients.refuse(id, "no", "{\"code\":1}"); };
    p.say({"0/x,"});
    CHECK(p.ws.got == Log{"44/x,{\"message\":\"no\",\"data\":{\"code\":1}}"});
    CHECK(p.events.log.back() == "gone: server namespace disconnect");
    CHECK(p.clients.size() == 0);
    p.events.on_connecting = [&](ClientId id) { p.clients.accept(id); };
    p.say({"0/x,"});
    CHECK(p.clients.size() == 1);
    CHECK(p.open());
}

TEST_CASE("each violation closes the whole session, and what it was is kept") {
    for (const char *packet : {"4{\"message\":1}", "9", "", "2", "2{}", "2[\"connect\"]",
                               "51-[\"a\"", "7[]", "2/other,"}) {
        CAPTURE(packet);
        People p;
        p.join();
        p.say({packet, "2[\"late\"]"});
        CHECK(p.events.log == Log{"gone: forced close"});
        CHECK(!p.open());
        CHECK(p.clients.size() == 0);
        CHECK(p.sessions.totals().violations == 1);
        CHECK(std::string(p.sessions.totals().violation) != "");
    }
    for (const char *packet : {"2[\"a\"]", "30[]", "1"}) { // nobody who means well begins so
        CAPTURE(packet);
        People p;
        p.say({packet});
        CHECK(!p.open());
        CHECK(std::string(p.sessions.totals().violation) == "a packet before CONNECT");
    }
}

TEST_CASE("what crosses a disconnect is dropped, and so is a CONNECT to where one is") {
    People p;
    const ClientId main = p.join(), chat = p.join("0/chat,");
    p.clients.disconnect(chat, CloseReason::server_namespace_disconnect, false);
    p.turn();
    p.ws.got.clear();
    p.events.log.clear();
    p.say({"2/chat,[\"a\"]", "2/chat,7[\"b\"]", "3/chat,1[]", "1/chat,", "2/never,[\"a\"]", "0"});
    CHECK(p.events.log.empty());
    CHECK(p.ws.got.empty());
    CHECK(p.open());
    CHECK(p.id_of(main) != "");
    p.say({"2[\"still\"]", "0/chat,"});
    CHECK(p.events.log == Log{"event / still[]", "connecting /chat"});
    CHECK(p.sessions.totals().violations == 0);
}

TEST_CASE("before CONNECT messages are small and carry no attachments") {
    People p, q, r;
    p.say({"0{\"token\":\"" + std::string(20000, 'x') + "\"}"});
    CHECK(!p.open());
    REQUIRE(p.ws.got.size() == 1); // which a stock client takes as final: it does not come back
    CHECK(p.ws.got[0].starts_with("44{\"message\":\""));
    CHECK(p.ws.got[0].find("\"code\":\"token_too_large\",\"retryable\":false") !=
          std::string::npos);
    q.say({"51-[\"a\",{\"_placeholder\":true,\"num\":0}]"});
    CHECK(!q.open());
    r.join();
    r.say({"2[\"" + std::string(20000, 'x') + "\"]"});
    CHECK(r.open());
}

TEST_CASE("nothing above the limit before CONNECT needs to be read, and all of it afterwards") {
    People p;
    CHECK(p.sessions.message_limit(p.session) == 16385);
    p.say({"0{\"t\":\"" + std::string(16384 - 9, 'x') + "\"}"});
    CHECK(p.clients.size() == 1);
    CHECK(p.sessions.message_limit(p.session) == p.sessions.options().max_payload);
}

TEST_CASE("binary events come up whole, and a binary message without header is a violation") {
    People p;
    p.join();
    p.say({"51-3[\"img\",{\"_placeholder\":true,\"num\":0}]"});
    CHECK(p.events.log.empty());
    p.sessions.binary(p.session, p.ws, "xyz");
    CHECK(p.events.log == Log{"event / img[{\"_placeholder\":true,\"num\":0}] ack 3 blob xyz"});
    p.sessions.binary(p.session, p.ws, "xyz");
    CHECK(p.events.log.back() == "gone: forced close");
}

TEST_CASE("a packet that waits too long for its attachments ends the session") {
    People p;
    p.join();
    p.say({"51-[\"a\",{\"_placeholder\":true,\"num\":0}]"});
    p.sessions.binary(p.session, p.ws, "x");
    p.say({"51-[\"a\",{\"_placeholder\":true,\"num\":0}]"});
    p.pass(15s);
    CHECK(p.open());
    for (int i = 0; i < 5; ++i)
        p.pass(15s);
    CHECK(!p.open());
}

TEST_CASE("a session that joins no namespace in time is closed; one that did stays") {
    People p, q, r;
    q.join();
    q.say({"1"});
    r.events.on_connecting = [&](ClientId id) { r.clients.refuse(id, "no", ""); };
    r.say({"0"});
    for (People *one : {&p, &q, &r}) {
        one->pass(44900ms);
        CHECK(one->open());
        one->pass(200ms);
    }
    CHECK(!p.open());
    CHECK(q.open());
    CHECK(!r.open());
}

TEST_CASE("a client in two namespaces has two ids and leaves them one by one") {
    People p;
    const ClientId main = p.join(), chat = p.join("0/chat,");
    CHECK(p.id_of(main) != p.id_of(chat));
    p.say({"1/chat,", "2[\"still\"]"});
    CHECK(p.events.log == Log{"gone: client namespace disconnect", "event / still[]"});
    CHECK(p.clients.size() == 1);
}

TEST_CASE("sending away one client tells it and keeps the connection") {
    People p;
    const ClientId main = p.join(), chat = p.join("0/chat,");
    CHECK(p.clients.disconnect(chat, CloseReason::server_namespace_disconnect, false));
    CHECK(p.events.log == Log{"gone: server namespace disconnect"});
    p.turn();
    CHECK(p.ws.got == Log{"41/chat,"});
    CHECK(p.open());
    CHECK(!p.clients.disconnect(chat, CloseReason::server_namespace_disconnect, false));
    Clients::Info info{};
    CHECK(!p.clients.info(chat, info));
    CHECK(p.clients.info(main, info));
}

TEST_CASE("closing the session ends all its clients without a DISCONNECT, which would be final") {
    for (const auto reason : {CloseReason::forced_close, CloseReason::expired}) {
        People p;
        const ClientId main = p.join();
        p.join("0/chat,");
        CHECK(p.clients.disconnect(main, reason, true));
        const std::string gone = "gone: " + std::string(session::text(reason));
        CHECK(p.events.log == Log{gone, gone});
        p.turn();
        CHECK(p.ws.got.empty());
        CHECK(p.ws.closed == session::Goodbye::polite);
    }
}

TEST_CASE("a client can be asked about inside gone(), and takes nothing more") {
    People p;
    const ClientId id = p.join();
    p.events.on_gone = [&](ClientId gone) {
        Clients::Info info{};
        CHECK(p.clients.info(gone, info));
        CHECK(info.accepted);
        CHECK(info.nsp == "/");
        CHECK(info.handshake != nullptr);
        const base::FrameRef frame = sio::disconnected("/");
        CHECK(!p.clients.send(gone, {&frame, 1}, Delivery::reliable));
        CHECK(!p.clients.disconnect(gone, CloseReason::forced_close, true));
    };
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    CHECK(p.events.log == Log{"gone: transport close"});
    CHECK(p.events.announced[id] == 0);
}

TEST_CASE("an ask is answered once, by the client it was sent to") {
    People p;
    const ClientId id = p.join();
    p.clients.ask(id, "q", {"[1]", {}}, 5s, 77);
    p.turn();
    CHECK(p.ws.got == Log{"420[\"q\",1]"});
    p.say({"31[\"other id\"]", "30[\"yes\"]", "30[\"again\"]"});
    CHECK(p.events.log == Log{"answered 77 ok[\"yes\"]"});
    CHECK(p.open());
}

TEST_CASE("one packet asks many, and each answers for itself") {
    People p;
    const ClientId ann = p.join();
    FakeLink other(Transport::websocket);
    const SessionId session = p.open(other);
    p.sessions.text(session, other, "40");
    const ClientId bob = p.events.last;
    p.turn();
    other.got.clear(), p.events.log.clear();
    const ClientId all[] = {ann, ClientId{12345}, bob};
    p.clients.ask(all, "q", {"[1]", {}}, 5s, 70);
    p.turn();
    CHECK(p.ws.got == Log{"420[\"q\",1]"});
    CHECK(other.got == p.ws.got);
    p.sessions.text(session, other, "430[\"bob\"]");
    p.say({"30[\"ann\"]"});
    CHECK(p.events.log ==
          Log{"answered 71 gone[]", "answered 72 ok[\"bob\"]", "answered 70 ok[\"ann\"]"});
}

TEST_CASE("another client's ack with the same id completes nothing") {
    People p;
    const ClientId id = p.join();
    FakeLink other(Transport::websocket);
    const SessionId eve = p.open(other);
    p.sessions.text(eve, other, "40");
    p.clients.ask(id, "q", {"[]", {}}, 5s, 77);
    p.events.log.clear();
    p.sessions.text(eve, other, "430[\"forged\"]");
    CHECK(p.events.log.empty());
    p.say({"30[\"true\"]"});
    CHECK(p.events.log == Log{"answered 77 ok[\"true\"]"});
}

TEST_CASE("an ask ends with its time-out, or with its client ahead of gone()") {
    People p;
    const ClientId id = p.join();
    p.clients.ask(id, "q", {"[]", {}}, 5s, 1);
    p.clients.ask(id, "q", {"[]", {}}, 50s, 2);
    p.pass(5s);
    p.say({"30[]"}); // too late
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    p.clients.ask(id, "q", {"[]", {}}, 5s, 3);
    CHECK(p.events.log == Log{"answered 1 expired[]", "answered 2 gone[]", "gone: transport close",
                              "answered 3 gone[]"});
}

TEST_CASE("the clients of a session are those of all its namespaces that are not leaving") {
    People p;
    const ClientId main = p.join(), chat = p.join("0/chat,");
    CHECK(p.clients.of_session(p.session) == std::vector{chat, main});
    CHECK(p.clients.transport(p.session) == Transport::websocket);
    std::vector<ClientId> then;
    p.events.on_gone = [&](ClientId id) {
        then = p.clients.of_session(p.session);
        CHECK_FALSE(p.clients.alive(id));
        CHECK(p.clients.alive(main));
    };
    p.say({"1/chat,"});
    CHECK(then == std::vector{main});
    p.events.on_gone = nullptr;
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    CHECK(p.clients.of_session(p.session).empty());
}

TEST_CASE("an event's ack goes back with its id and namespace") {
    People p;
    const ClientId id = p.join("0/chat,");
    p.say({"2/chat,99999999999[\"q\"]"});
    CHECK(p.events.log == Log{"event /chat q[] ack 99999999999"});
    CHECK(p.clients.ack(id, 99999999999u, {"[true]", {}}));
    p.turn();
    CHECK(p.ws.got == Log{"43/chat,99999999999[true]"});
}

TEST_CASE("clients are counted by portal and transport, also when they upgrade and when they go") {
    People p;
    const auto count = [&](std::string_view portal, std::string_view transport) {
        return p.clients.counts().population().of({portal, transport});
    };
    session::Facts facts;
    facts.portal = "student";
    FakeLink get(Transport::polling), ws(Transport::websocket);
    const SessionId id =
        p.sessions.open(Transport::polling, {{}, session::FactsRef(facts), nullptr}, get);
    p.turn();
    CHECK(p.sessions.post_begin(id));
    p.sessions.post_end(id, "40\x1e"
                            "40/x,");
    p.turn();
    CHECK(count("student", "polling") == 2);
    CHECK(p.sessions.probe(id, ws));
    p.sessions.text(id, ws, "2probe");
    p.sessions.text(id, ws, "5");
    p.turn();
    CHECK(count("student", "polling") == 0);
    CHECK(count("student", "websocket") == 2);
    p.join();
    CHECK(count("", "websocket") == 1);
    p.sessions.close(id, CloseReason::slow_client, session::Goodbye::cut);
    p.turn();
    CHECK(count("student", "websocket") == 0);
    CHECK(p.sessions.closed(CloseReason::slow_client, Transport::websocket) == 1);
    p.say({"1"});
    CHECK(p.clients.counts().population().sum() == 0);
    p.clients.reconfigure(client_defaults());
    std::size_t kept = 0;
    p.clients.counts().population().each([&](const auto &, auto) { ++kept; });
    CHECK(kept == 0); // a portal that is gone leaves nothing
}

TEST_CASE("CONNECTs that go no further are counted by their code") {
    session::ClientOptions options = client_defaults();
    options.namespaces_per_session = 1;
    People p(options);
    p.join();
    p.say({"0/x,"});
    CHECK(p.clients.counts().refusals().of({"too_many_namespaces", "", "websocket"}) == 1);
    CHECK(p.clients.counts().refusals().sum() == 1);
}
