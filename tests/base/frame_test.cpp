#include "base/frame.hpp"

#include <doctest/doctest.h>
#include <string>

using roomd::base::Frame;
using roomd::base::FrameRef;

namespace {

std::string head_of(std::size_t payload) {
    const std::string bytes(payload, 'x');
    const FrameRef frame = Frame::text({bytes});
    REQUIRE(frame->payload() == bytes);
    REQUIRE(frame->size() == frame->wire().size());
    REQUIRE(frame->wire().ends_with(bytes));
    return std::string(frame->wire().substr(0, frame->size() - payload));
}

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values)
        out += static_cast<char>(value);
    return out;
}

} // namespace

TEST_CASE("a frame's length is written in the shortest of the three forms of RFC 6455") {
    CHECK(head_of(0) == bytes({0x81, 0}));
    CHECK(head_of(125) == bytes({0x81, 125}));
    CHECK(head_of(126) == bytes({0x81, 126, 0, 126}));
    CHECK(head_of(65535) == bytes({0x81, 126, 0xFF, 0xFF}));
    CHECK(head_of(65536) == bytes({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
    CHECK(head_of(1000000) == bytes({0x81, 127, 0, 0, 0, 0, 0, 0x0F, 0x42, 0x40}));
}

TEST_CASE(
    "fragments are the same bytes, cut, with the opcode in the first and the end in the last") {
    std::string out;
    roomd::base::append_frame(out, 2, false, std::string(200, 'a'));
    roomd::base::append_frame(out, 0, false, "b");
    roomd::base::append_frame(out, 0, true, std::string(65536, 'c'));
    const std::string head1("\x02\x7e\x00\xc8", 4), head2("\x00\x01", 2);
    const std::string head3("\x80\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
    CHECK((out == head1 + std::string(200, 'a') + head2 + "b" + head3 + std::string(65536, 'c')));
}

TEST_CASE("a frame holds all its parts in a row") {
    const FrameRef frame = Frame::text({"4", "", "2/chat,", "[\"a\"]"});
    CHECK(frame->payload() == "42/chat,[\"a\"]");
    CHECK_FALSE(frame->is_binary());
}

TEST_CASE("a binary frame carries any byte under the binary opcode") {
    const std::string all = bytes({0, 0xFF, 0x1E, 0x82});
    const FrameRef frame = Frame::binary(all);
    CHECK(frame->is_binary());
    CHECK(frame->payload() == all);
    CHECK(frame->wire() == bytes({0x82, 4}) + all);
    CHECK(Frame::binary("")->wire() == bytes({0x82, 0}));
}

TEST_CASE("the memory of frames is counted once for each, from its making to its last reference") {
    const std::size_t before = Frame::alive();
    FrameRef one = Frame::text({std::string(1000, 'x')});
    const std::size_t with_one = Frame::alive();
    CHECK(with_one >= before + one->size());
    CHECK(with_one <= before + one->size() + 64);
    FrameRef shared = one, moved = std::move(one);
    CHECK(Frame::alive() == with_one);
    FrameRef other = Frame::binary(std::string(70000, 'x'));
    CHECK(Frame::alive() >= with_one + 70000);
    other = {};
    shared = {};
    CHECK(Frame::alive() == with_one);
    moved = {};
    CHECK(Frame::alive() == before);
}

TEST_CASE("a frame lives as long as somebody refers to it") {
    FrameRef first = Frame::text({"2"});
    CHECK(first);
    FrameRef second = first;
    CHECK(first == second);
    first = FrameRef();
    CHECK_FALSE(first);
    CHECK(second->payload() == "2");
    FrameRef third = std::move(second);
    CHECK_FALSE(second);
    const FrameRef &same = third;
    third = same;
    CHECK(third->payload() == "2");
    CHECK(third != Frame::text({"2"}));
}

TEST_CASE("a reference is one pointer wide") {
    CHECK(sizeof(FrameRef) == sizeof(void *));
}
