#include "eio/codec.hpp"
#include "eio/payload.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace roomd;
using Step = eio::PayloadReader::Step;

namespace {

struct Read {
    std::vector<std::string> packets; // type digit and data; 'b' and bytes
    Step last;
    std::string error;
};

Read read(std::string_view body, std::size_t most = 100) {
    Read out{};
    eio::PayloadReader reader(body, most);
    eio::Packet packet{};
    while ((out.last = reader.next(packet)) == Step::packet) {
        const char first = static_cast<char>('0' + static_cast<int>(packet.type));
        out.packets.push_back((packet.binary ? 'b' : first) + std::string(packet.data));
    }
    CHECK(reader.next(packet) == out.last); // it stays at its end
    out.error = reader.error();
    return out;
}

} // namespace

TEST_CASE("every valid payload is read to its end") {
    for (const auto &example : test::vectors("eio_payload/valid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        CHECK(read(bytes).last == Step::end);
    }
}

TEST_CASE("every invalid payload is malformed") {
    for (const auto &example : test::vectors("eio_payload/invalid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        const Read got = read(bytes);
        CHECK(got.last == Step::malformed);
        CHECK(got.error != "");
    }
}

TEST_CASE("packets come in order, binary ones decoded") {
    CHECK(read("2\x1e"
               "4a\x1e"
               "bAQI=\x1e"
               "4")
              .packets == std::vector<std::string>{"2", "4a", "b\x01\x02", "4"});
}

TEST_CASE("the packets ahead of a malformed one are given") {
    const Read got = read("4a\x1e"
                          "4b\x1e"
                          "9\x1e"
                          "4c");
    CHECK(got.packets == std::vector<std::string>{"4a", "4b"});
    CHECK(got.last == Step::malformed);
}

TEST_CASE("a payload of too many packets is refused before its first") {
    std::string body = "2";
    for (int i = 1; i < 10; ++i)
        body += "\x1e"
                "2";
    CHECK(read(body, 10).packets.size() == 10);
    const Read got = read(body, 9);
    CHECK(got.packets.empty());
    CHECK(got.error == "too many packets in a payload");
}

TEST_CASE("a million separators are counted, not collected") {
    CHECK(read(std::string(1000000, '\x1e'), 10000).packets.empty());
    // A limit that lets them pass still meets the first empty packet.
    CHECK(read(std::string(1000000, '\x1e'), SIZE_MAX).packets.empty());
}

TEST_CASE("an answer is packets joined by the record separator, binary in base64") {
    const std::vector<base::FrameRef> frames = {eio::message("451-[0]"),
                                                eio::binary_message("\x01\x02\x03\x04"),
                                                eio::noop(), eio::close(), eio::binary_message("")};
    std::string answer;
    std::size_t most = 0;
    for (const auto &frame : frames) {
        eio::append_packet(answer, *frame);
        most += eio::payload_size(*frame);
    }
    CHECK(answer == "4451-[0]\x1e"
                    "bAQIDBA==\x1e"
                    "6\x1e"
                    "1\x1e"
                    "b");
    CHECK(answer.size() <= most);
    CHECK(most <= answer.size() + 1);
}
