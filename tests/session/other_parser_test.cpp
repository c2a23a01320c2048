#include "session/other_parser.hpp"

#include "people.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace roomd::test;

namespace {

// As socket.io-msgpack-parser sends it.
std::string connect(const std::string &nsp) {
    return "\x82\xA4type\x00\xA3nsp" + nsp;
}

std::string answer(const std::string &nsp) {
    return std::string(
        session::refuse_msgpack(std::string("\x82\xA4type") + '\0' + nsp)->payload());
}

} // namespace

TEST_CASE("a CONNECT in MessagePack is refused in it, for its namespace") {
    const std::string head = "\x83\xA4type\x04\xA4"
                             "data\x82\xA7message\xD9\x37this server understands only Socket.IO's "
                             "default parser\xA4"
                             "data\x82\xA4"
                             "code\xAEparser_unknown\xA9retryable\xC2\xA3nsp";
    CHECK(answer("\xA3nsp\xA1/") == head + "\xA1/");
    CHECK(answer("\xA3nsp\xA5/desk") == head + "\xA5/desk");
    const std::string longer = "\xD9\x30/" + std::string(47, 'x');
    CHECK(answer("\xA3nsp" + longer + "more") == head + longer);
}

TEST_CASE("what names no namespace is refused in the main one") {
    for (const std::string nsp : {"", "\xA3nsp", "\xA3nsp\xA5/de", "\xA3nsp\xD9",
                                  "\xA3nsp\xD9\x30/d", "\xA3nsp\x01", "\xA3nsp\xDA\x01\x01"}) {
        CAPTURE(nsp);
        CHECK(answer(nsp).ends_with("\xA3nsp\xA1/"));
    }
}

TEST_CASE("who begins in another parser is told so, and closed behind that") {
    People p;
    p.sessions.binary(p.session, p.ws, connect("\xA1/"));
    p.turn();
    REQUIRE(p.ws.got.size() == 1);
    CHECK(p.ws.got[0].find("parser_unknown") != std::string::npos);
    CHECK(p.ws.closed == session::Goodbye::polite);
    CHECK(p.clients.counts().other_parsers == 1);
}
