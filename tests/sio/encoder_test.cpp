#include "sio/encoder.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;

namespace {

std::string one(const sio::Frames &frames) {
    REQUIRE(frames.size() == 1);
    CHECK_FALSE(frames[0]->is_binary());
    return std::string(frames[0]->payload());
}

} // namespace

TEST_CASE("an event is its name and its arguments in one array") {
    CHECK(one(sio::event("/", "hello", {"[]", {}})) == R"(42["hello"])");
    CHECK(one(sio::event("/", "hello", {"[1,{\"a\":2}]", {}})) == R"(42["hello",1,{"a":2}])");
    CHECK(one(sio::event("/", "hello", {" [ ] ", {}})) == R"(42["hello"])");
    CHECK(one(sio::event("/", "hello", {" [ 1 ] ", {}})) == R"(42["hello", 1 ])");
}

TEST_CASE("namespace and ack id stand ahead of the array") {
    CHECK(one(sio::event("/chat", "sum", {"[1,2]", {}}, 0)) == R"(42/chat,0["sum",1,2])");
    CHECK(one(sio::event("/", "sum", {"[1]", {}}, 18446744073709551615u)) ==
          R"(4218446744073709551615["sum",1])");
    CHECK(one(sio::ack("/", 0, {"[3]", {}})) == "430[3]");
    CHECK(one(sio::ack("/chat", 9007199254740993u, {"[]", {}})) == "43/chat,9007199254740993[]");
}

TEST_CASE("a name is quoted") {
    CHECK(one(sio::event("/", "a\"b\n", {"[]", {}})) == R"(42["a\"b\u000a"])");
}

TEST_CASE("attachments follow their header in order") {
    const auto frames = sio::event(
        "/chat", "img",
        {R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", {"\x01", "\x02\x03"}},
        7);
    REQUIRE(frames.size() == 3);
    CHECK(frames[0]->payload() ==
          R"(452-/chat,7["img",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    CHECK(frames[1]->is_binary());
    CHECK(frames[1]->payload() == "\x01");
    CHECK(frames[2]->payload() == "\x02\x03");

    const auto answer = sio::ack("/", 7, {R"([{"_placeholder":true,"num":0}])", {"\x01"}});
    REQUIRE(answer.size() == 2);
    CHECK(answer[0]->payload() == R"(461-7[{"_placeholder":true,"num":0}])");
    CHECK(answer[1]->is_binary());
}

TEST_CASE("a CONNECT is answered with the client's id and no other key") {
    CHECK(sio::connected("/", "AbC-_")->payload() == R"(40{"sid":"AbC-_"})");
    CHECK(sio::connected("/chat", "x")->payload() == R"(40/chat,{"sid":"x"})");
}

TEST_CASE("a refused CONNECT has data only when there is some") {
    CHECK(sio::connect_error("/nope", "Invalid namespace")->payload() ==
          R"(44/nope,{"message":"Invalid namespace"})");
    CHECK(sio::connect_error("/", "no \"entry\"", R"({"code":"denied"})")->payload() ==
          R"(44{"message":"no \"entry\"","data":{"code":"denied"}})");
}

TEST_CASE("a DISCONNECT is its namespace alone") {
    CHECK(sio::disconnected("/")->payload() == "41");
    CHECK(sio::disconnected("/chat")->payload() == "41/chat,");
}
