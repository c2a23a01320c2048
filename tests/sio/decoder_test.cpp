#include "eio/payload.hpp"
#include "sio/decoder.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using sio::Decoder;
using sio::Limits;
using sio::Scratch;

namespace {

constexpr Limits roomy = {.max_attachments = 10, .max_bytes = 1000000, .depth = 128};

// Feeds the messages of a payload.  The last answer, and whether one ahead of it was an error.
struct Fed {
    base::Result<sio::Packet> last = base::Error{"nothing fed"};
    bool early_error = false;
};

Fed feed(Decoder &decoder, Scratch &scratch, std::string_view payload) {
    Fed out;
    bool any = false;
    eio::PayloadReader reader(payload, 1000);
    eio::Packet packet{};
    while (reader.next(packet) == eio::PayloadReader::Step::packet) {
        if (packet.type != eio::Type::message) continue;
        out.early_error = out.early_error || (any && !out.last);
        any = true;
        out.last = packet.binary ? decoder.binary(packet.data, roomy, scratch)
                                 : decoder.text(packet.data, roomy, scratch);
    }
    REQUIRE(any);
    REQUIRE(std::string(reader.error()) == "");
    return out;
}

template <class T> T only(Decoder &decoder, Scratch &scratch, std::string_view text) {
    auto packet = decoder.text(text, roomy, scratch);
    INFO(text);
    REQUIRE(packet.ok());
    REQUIRE(std::holds_alternative<T>(*packet));
    return std::get<T>(*packet);
}

std::string error(std::string_view text, const Limits &limits = roomy) {
    Decoder decoder;
    Scratch scratch;
    return decoder.text(text, limits, scratch).error();
}

} // namespace

TEST_CASE("every valid sequence ends in a whole packet") {
    for (const auto &example : test::vectors("sio/valid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        Decoder decoder;
        Scratch scratch;
        const Fed fed = feed(decoder, scratch, bytes);
        CHECK(std::string(fed.last.error()) == "");
        CHECK_FALSE(fed.early_error);
        CHECK_FALSE(decoder.waiting());
        if (fed.last) CHECK_FALSE(std::holds_alternative<sio::Unfinished>(*fed.last));
    }
}

TEST_CASE("every invalid sequence is refused at its last packet, and nothing is kept") {
    for (const auto &example : test::vectors("sio/invalid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        Decoder decoder;
        Scratch scratch;
        const Fed fed = feed(decoder, scratch, bytes);
        CHECK_FALSE(fed.last.ok());
        CHECK_FALSE(fed.early_error);
        CHECK_FALSE(decoder.waiting());
        CHECK(decoder.held() == 0);
    }
}

TEST_CASE("CONNECT tells namespace and auth") {
    Decoder d;
    Scratch s;
    CHECK(only<sio::Connect>(d, s, "0").nsp == "/");
    CHECK(only<sio::Connect>(d, s, "0").auth == "");
    CHECK(only<sio::Connect>(d, s, "0{\"token\":\"x\"}").auth == "{\"token\":\"x\"}");
    CHECK(only<sio::Connect>(d, s, "0/chat").nsp == "/chat");
    CHECK(only<sio::Connect>(d, s, "0/chat?a=1,{}").nsp == "/chat?a=1");
    CHECK(only<sio::Connect>(d, s, "0/chat, {} ").auth == "{}");
    CHECK(only<sio::Disconnect>(d, s, "1/chat,").nsp == "/chat");
    CHECK(only<sio::Disconnect>(d, s, "1").nsp == "/");
}

TEST_CASE("an event tells namespace, name, arguments and ack id") {
    Decoder d;
    Scratch s;
    const std::string text = R"(2/chat,17["sum",1,{"a":[2]}])";
    const auto event = only<sio::Event>(d, s, text);
    CHECK(event.nsp == "/chat");
    CHECK(event.name == "sum");
    CHECK(event.args.json == R"([1,{"a":[2]}])");
    CHECK(event.args.blobs.empty());
    CHECK(event.ack == 17u);
    CHECK_FALSE(only<sio::Event>(d, s, R"(2["x"])").ack.has_value());
}

TEST_CASE("arguments are an array, also when there are none") {
    Decoder d;
    Scratch s;
    CHECK(only<sio::Event>(d, s, R"(2["x"])").args.json == "[]");
    CHECK(only<sio::Event>(d, s, R"(2 [ "x" ] )").args.json == "[]");
    CHECK(only<sio::Event>(d, s, R"(2 [ "x" , 1 , 2 ] )").args.json == "[ 1 , 2 ]");
    CHECK(only<sio::Event>(d, s, R"(2["x",[]])").args.json == "[[]]");
}

TEST_CASE("a name is what its literal says; a number is its text") {
    Decoder d;
    Scratch s;
    CHECK(only<sio::Event>(d, s, R"(2["\u0061\"b"])").name == "a\"b");
    CHECK(only<sio::Event>(d, s, R"(2[42,1])").name == "42");
    CHECK(only<sio::Event>(d, s, R"(2[""])").name == "");
    CHECK(only<sio::Event>(d, s, "2[\"a\\u0000b\"]").name == std::string_view("a\0b", 3));
}

TEST_CASE("an ack id is kept to 64 bits") {
    Decoder d;
    Scratch s;
    CHECK(only<sio::Ack>(d, s, "318446744073709551615[1]").id == 18446744073709551615u);
    CHECK(only<sio::Event>(d, s, R"(29007199254740993["x"])").ack == 9007199254740993u);
    CHECK(error("318446744073709551616[1]") == "ack id beyond 64 bits");
    CHECK(error("2" + std::string(100000, '9') + "[\"x\"]") == "ack id beyond 64 bits");
}

TEST_CASE("an ack tells its arguments") {
    Decoder d;
    Scratch s;
    const auto ack = only<sio::Ack>(d, s, "3/chat,7 [1,\"two\"] ");
    CHECK(ack.nsp == "/chat");
    CHECK(ack.id == 7);
    CHECK(ack.args.json == "[1,\"two\"]");
}

TEST_CASE("a binary event comes with its last attachment") {
    Decoder d;
    Scratch s;
    const auto header =
        d.text(R"(52-/chat,7["img",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])",
               roomy, s);
    REQUIRE(header);
    CHECK(std::holds_alternative<sio::Unfinished>(*header));
    CHECK(d.waiting());
    REQUIRE(d.binary("first", roomy, s));
    CHECK(d.waiting());
    const auto packet = d.binary("second", roomy, s);
    REQUIRE(packet);
    const auto *event = std::get_if<sio::Event>(&*packet);
    REQUIRE(event != nullptr);
    CHECK(event->nsp == "/chat");
    CHECK(event->name == "img");
    CHECK(event->ack == 7u);
    CHECK(event->args.json == R"([{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])");
    CHECK(event->args.blobs == std::vector<std::string_view>{"first", "second"});
    CHECK_FALSE(d.waiting());
}

TEST_CASE("a binary event outlives the messages it came in, until the next feed") {
    Decoder d;
    Scratch s;
    auto header = std::make_unique<std::string>(R"(51-["\u0069mg",{"_placeholder":true,"num":0}])");
    auto blob = std::make_unique<std::string>(1000, 'x');
    REQUIRE(d.text(*header, roomy, s));
    header.reset();
    const auto packet = d.binary(*blob, roomy, s);
    blob.reset();
    REQUIRE(packet);
    const auto &event = std::get<sio::Event>(*packet);
    CHECK(event.name == "img");
    CHECK(event.args.blobs.at(0) == std::string(1000, 'x'));
    CHECK(s.whole != nullptr);
    REQUIRE(d.text("2[\"next\"]", roomy, s));
    CHECK(s.whole == nullptr); // and is given back then
}

TEST_CASE("a decoder that rests is one pointer") {
    CHECK(sizeof(Decoder) == sizeof(void *));
    Decoder d;
    CHECK(d.held() == 0);
}

TEST_CASE("text while attachments are awaited is an error, and frees what was held") {
    Decoder d;
    Scratch s;
    REQUIRE(d.text(R"(52-["x"])", roomy, s));
    REQUIRE(d.binary("12345", roomy, s));
    CHECK(d.held() == std::string(R"(52-["x"])").size() + 5);
    CHECK(std::string(d.text("2[\"y\"]", roomy, s).error()) ==
          "text while attachments are awaited");
    CHECK_FALSE(d.waiting());
    CHECK(d.held() == 0);
}

TEST_CASE("the number of attachments is bounded by the caller") {
    const Limits three = {.max_attachments = 3, .max_bytes = 1000, .depth = 8};
    CHECK(error(R"(53-["x"])", three) == "");
    CHECK(error(R"(54-["x"])", three) == "too many attachments");
    CHECK(error(R"(51-["x"])", {.max_attachments = 0, .max_bytes = 1000, .depth = 8}) ==
          "too many attachments");
    CHECK(error(R"(510-["x"])") == "");
    CHECK(error(R"(511-["x"])") == "too many attachments");
    CHECK(error(R"(50-["x"])") == "illegal attachments");
}

TEST_CASE("header and attachments together are bounded in bytes") {
    const std::string header = R"(52-["x"])";
    const Limits limits = {.max_attachments = 10, .max_bytes = header.size() + 10, .depth = 8};
    Scratch s;
    Decoder fits;
    REQUIRE(fits.text(header, limits, s));
    REQUIRE(fits.binary("12345", limits, s));
    CHECK(fits.binary("67890", limits, s).ok());

    Decoder beyond;
    REQUIRE(beyond.text(header, limits, s));
    REQUIRE(beyond.binary("12345", limits, s));
    CHECK(std::string(beyond.binary("678901", limits, s).error()) == "packet too large");
    CHECK_FALSE(beyond.waiting());

    CHECK(error("2[\"" + std::string(100, 'x') + "\"]", {.max_bytes = 50}) == "packet too large");
}

TEST_CASE("a limit that shrank meanwhile is kept") {
    Decoder d;
    Scratch s;
    REQUIRE(d.text(R"(51-["a long enough header"])", roomy, s));
    CHECK_FALSE(d.binary("x", {.max_bytes = 5}, s).ok());
    CHECK_FALSE(d.waiting());
}

TEST_CASE("nesting is bounded, and a hundred thousand arrays cost one error") {
    CHECK(error("2[\"x\"," + std::string(127, '[') + std::string(127, ']') + "]") == "");
    CHECK(error("2[\"x\"," + std::string(128, '[') + std::string(128, ']') + "]") ==
          "JSON nested too deep");
    CHECK(error("2[\"x\"," + std::string(100000, '[') + std::string(100000, ']') + "]") ==
          "JSON nested too deep");
    CHECK(error("2[\"x\",[]]", {.max_attachments = 0, .max_bytes = 1000, .depth = 1}) ==
          "JSON nested too deep");
}

TEST_CASE("arguments are bounded in number, and 400,000 of them cost one error") {
    const auto with = [](std::string text, int zeros) {
        for (int i = 0; i < zeros; ++i)
            text += i == 0 && text.back() == '[' ? "0" : ",0";
        return text + "]";
    };
    CHECK(error(with(R"(2["x")", 999)) == "");
    CHECK(error(with(R"(2["x")", 1000)) == "too many elements");
    CHECK(error(with(R"(2["x")", 400000)) == "too many elements");
    CHECK(error(with(R"(51-["x")", 1000)) == "too many elements");
    CHECK(error(with("37[", 1000)) == "");
    CHECK(error(with("37[", 1001)) == "too many elements");
    CHECK(error(with(R"(2["x")", 2),
                {.max_attachments = 0, .max_bytes = 1000, .depth = 8, .elements = 2}) ==
          "too many elements");
    CHECK(error(with(R"(2["x",[)", 100000) + "]") == ""); // what one argument holds is data
    std::string auth = R"(0{"a":0)";
    for (int i = 0; i < 2000; ++i)
        auth += R"(,"a":0)";
    CHECK(error(auth + "}") == "");
}

TEST_CASE("errors say what was wrong") {
    CHECK(error("") == "unknown packet type");
    CHECK(error("7") == "unknown packet type");
    CHECK(error("0[]") == "illegal payload");
    CHECK(error("1{}") == "illegal payload");
    CHECK(error("2") == "no payload");
    CHECK(error("2[{}]") == "event without a name");
    CHECK(error("2[\"disconnecting\"]") == "reserved event name");
    CHECK(error("3[]") == "ack without an id");
    CHECK(error("4{}") == "CONNECT_ERROR from a client");
    CHECK(error(R"(51-["x",{"_placeholder":true,"num":1}])") == "illegal attachments");
    Decoder d;
    Scratch s;
    CHECK(std::string(d.binary("x", roomy, s).error()) == "binary without a header");
}
