#include "session/held.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace roomd;
using session::Held;
using session::HeldPacket;

namespace {

HeldPacket event(std::string_view name) {
    return HeldPacket(sio::Event{"/", name, {"[]", {}}, {}});
}

} // namespace

TEST_CASE("a held packet outlives the message it came in") {
    auto text = std::make_unique<std::string>(R"([1,{"_placeholder":true,"num":0}])");
    auto blob = std::make_unique<std::string>(100, 'x');
    const HeldPacket held(sio::Event{"/chat", "say", {*text, {*blob}}, 7});
    text.reset();
    blob.reset();
    const auto seen = std::get<sio::Event>(held.view());
    CHECK(seen.nsp == "/chat");
    CHECK(seen.name == "say");
    CHECK(seen.args.json == R"([1,{"_placeholder":true,"num":0}])");
    REQUIRE(seen.args.blobs.size() == 1);
    CHECK(seen.args.blobs[0] == std::string(100, 'x'));
    CHECK(seen.ack == 7);
}

TEST_CASE("packets come out in order, and their bytes are counted in the sum of all") {
    std::size_t of_all = 0;
    Held one(of_all);
    {
        Held other(of_all);
        one.push(event("a"));
        one.push(event(std::string(1000, 'b')));
        other.push(event("c"));
        CHECK(one.bytes() > 1000);
        CHECK(of_all == one.bytes() + other.bytes());
    }
    CHECK(of_all == one.bytes());
    CHECK(std::get<sio::Event>(one.pop().view()).name == "a");
    one.pop();
    CHECK(one.empty());
    CHECK(of_all == 0);
}

TEST_CASE("what was meant for a client that is gone is dropped, but not its next CONNECT") {
    std::size_t of_all = 0;
    Held held(of_all);
    held.push(event("a"));
    held.push(HeldPacket(sio::Disconnect{"/"}));
    CHECK(held.ends_with_disconnect());
    held.push(HeldPacket(sio::Connect{"/", "{}"}));
    held.push(event("b"));
    held.skip_to_connect();
    CHECK(held.front().is_connect());
    held.pop();
    CHECK(held.front().is_event());
    held.skip_to_connect();
    CHECK(held.empty());
    CHECK(of_all == 0);
}
