#include "eio/codec.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using eio::Type;

TEST_CASE("every valid packet is decoded") {
    std::string blob;
    for (const auto &example : test::vectors("eio_packet/valid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        CHECK(eio::decode(bytes, blob).ok());
    }
}

TEST_CASE("every invalid packet is refused") {
    std::string blob;
    for (const auto &example : test::vectors("eio_packet/invalid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        CHECK_FALSE(eio::decode(bytes, blob).ok());
    }
}

TEST_CASE("a text packet views into what it was decoded from") {
    const std::string text = "2probe";
    std::string blob;
    const auto packet = eio::decode(text, blob);
    REQUIRE(packet);
    CHECK(packet->type == Type::ping);
    CHECK(packet->data == "probe");
    CHECK(packet->data.data() == text.data() + 1);
    CHECK_FALSE(packet->binary);
}

TEST_CASE("each digit is its type") {
    std::string blob;
    for (int digit = 0; digit <= 6; ++digit) {
        const std::string text = std::to_string(digit);
        const auto packet = eio::decode(text, blob);
        REQUIRE(packet);
        CHECK(static_cast<int>(packet->type) == digit);
        CHECK(packet->data == "");
    }
}

TEST_CASE("base64 in a text frame is a binary message") {
    std::string blob = "left over";
    const auto packet = eio::decode("bAQIDBA==", blob);
    REQUIRE(packet);
    CHECK(packet->type == Type::message);
    CHECK(packet->binary);
    CHECK(packet->data == "\x01\x02\x03\x04");
    const auto empty = eio::decode("b", blob);
    REQUIRE(empty);
    CHECK(empty->data == "");
    CHECK(empty->binary);
}

TEST_CASE("the packets a server sends") {
    CHECK(eio::ping()->payload() == "2");
    CHECK(eio::close()->payload() == "1");
    CHECK(eio::noop()->payload() == "6");
    CHECK(eio::probe_answer()->payload() == "3probe");
    CHECK(eio::message("hello")->payload() == "4hello");
    CHECK(eio::binary_message("\x01")->payload() == "\x01");
    CHECK(eio::binary_message("\x01")->is_binary());
}

TEST_CASE("packets without content are one shared frame") {
    CHECK(eio::ping() == eio::ping());
    CHECK(eio::noop() == eio::noop());
    CHECK(eio::ping() != eio::noop());
}
