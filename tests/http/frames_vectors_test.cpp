// What is in tests/vectors/http_frames, read with a limit of 1,024 bytes: `taken`, or refused with
// the code that the folder is named by.
#include "http/frames_rig.hpp"
#include "vectors/vectors.hpp"

#include <array>
#include <doctest/doctest.h>
#include <map>
#include <string>
#include <utility>

using namespace roomd;
using namespace std::string_literals;
using Events = std::vector<std::string>;

namespace {

constexpr std::size_t limit_of_the_vectors = 1024;

// What each of them tells, ahead of a refusal too; those that are not here tell nothing.
const std::map<std::string, Events> events_of{
    {"binary_not_utf8", {"binary:\xFF"}},
    {"close_1000", {"close 1000:"}},
    {"close_1000_reason", {"close 1000:bye"}},
    {"close_3000", {"close 3000:"}},
    {"close_4999", {"close 4999:"}},
    {"close_empty", {"close 0:"}},
    {"close_inside_message", {"close 1001:"}},
    {"close_reason_123", {"close 1001:" + std::string(123, 'r')}},
    {"close_then_garbage", {"close 1000:"}},
    {"continuation_behind_message", {"text:ab"}},
    {"fragments_1024", {"text:x"}},
    {"fragments_empty", {"text:a"}},
    {"key_zero", {"text:plain"}},
    {"letter_cut_by_fragments", {"text:\xE2\x82\xAC"}},
    {"letter_cut_by_ping", {"ping:p", "text:\xE2\x82\xAC"}},
    {"letters_at_the_bounds",
     {"text:\0\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"s}},
    {"letters_of_each_length", {"text:a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"}},
    {"limit_exact", {"binary:" + std::string(limit_of_the_vectors, 'x')}},
    {"limit_exact_fragments", {"binary:" + std::string(limit_of_the_vectors, 'x')}},
    {"message_then_limit_and_one", {"text:ok"}},
    {"ping_125", {"ping:" + std::string(125, 'p')}},
    {"ping_between", {"ping:p"}},
    {"ping_inside_message", {"ping:p", "text:ab"}},
    {"pong_unasked", {"pong:q"}},
    {"several", {"text:2", "binary:\0\1\2"s, "ping:", "text:4{}"}},
    {"text", {"text:hi"}},
    {"text_126", {"text:" + std::string(126, 'x')}},
    {"text_empty", {"text:"}},
    {"text_then_unmasked", {"text:hi"}},
};

// Reads an example whole, byte by byte, and cut in two at each place.
void check(const test::Vector &example, std::uint16_t code) {
    INFO(code << "/" << example.name);
    const test::Heard heard = test::hear(example.bytes, limit_of_the_vectors);
    CHECK(heard.code == code);
    CHECK(!heard.midway);
    const auto expected = events_of.find(example.name);
    CHECK(heard.events == (expected == events_of.end() ? Events{} : expected->second));
    CHECK(test::hear_cut(example.bytes, limit_of_the_vectors, [](std::size_t) { return 1; }) ==
          heard);
    // Two of them are thousands of frames of 6 bytes: 31 comes upon each place of those too.
    const std::size_t step = example.bytes.size() < 2048 ? 1 : 31;
    for (std::size_t at = 1; at < example.bytes.size(); at += step) {
        bool first = true;
        const auto cut = test::hear_cut(example.bytes, limit_of_the_vectors, [&](std::size_t left) {
            return std::exchange(first, false) ? at : left;
        });
        if (cut != heard) FAIL_CHECK("cut at " << at);
    }
}

} // namespace

TEST_CASE("every valid example is read, however it is cut") {
    for (const auto &example : test::vectors("http_frames/taken"))
        check(example, 0);
}

TEST_CASE("every invalid example is refused with its code, however it is cut") {
    for (const std::uint16_t code : std::array<std::uint16_t, 4>{1002, 1007, 1008, 1009})
        for (const auto &example : test::vectors("http_frames/" + std::to_string(code)))
            check(example, code);
}
