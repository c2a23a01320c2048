#include "http/frames.hpp"

#include "http/allocations.hpp"
#include "http/frame_head.hpp"
#include "http/frames_rig.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <string>

using namespace roomd;
using namespace std::string_literals;
using http::Frames;
using Events = std::vector<std::string>;
using test::hear, test::hear_cut, test::Heard, test::Told;

namespace {

constexpr std::size_t limit = 1 << 20;

// A masked frame: `first` is its first byte, `form` how its length is written (0: as short as can
// be).
std::string frame(int first, std::string payload, unsigned form = 0) {
    const std::size_t size = payload.size();
    if (form == 0) form = size < 126 ? 125 : size <= 0xFFFF ? 126 : 127;
    std::string out{static_cast<char>(first)};
    out += static_cast<char>(0x80 | (form < 126 ? size : form));
    for (int shift = form < 126 ? -8 : form == 126 ? 8 : 56; shift >= 0; shift -= 8)
        out += static_cast<char>(size >> shift);
    const std::string key = "\x9C\x01\x7F\xE3";
    for (std::size_t i = 0; i < size; ++i)
        payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
    return out + key + payload;
}

std::string close_payload(unsigned code, const std::string &reason = "") {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason;
}

Heard by_byte(const std::string &wire, std::size_t most = limit) {
    return hear_cut(wire, most, [](std::size_t) { return 1; });
}

// The events; when it did not end as wanted, something else.
Events told(const std::string &wire, std::uint16_t code = 0) {
    const Heard heard = hear(wire, limit);
    CHECK(by_byte(wire) == heard);
    CHECK(heard.code == code);
    return heard.events;
}

} // namespace

TEST_CASE("messages, pings and pongs reach the sink in order") {
    CHECK(told(frame(0x81, "hi") + frame(0x89, "p") + frame(0x82, "\xFF") + frame(0x8A, "") +
               frame(0x81, "")) == Events{"text:hi", "ping:p", "binary:\xFF", "pong:", "text:"});
}

TEST_CASE("a payload of any length and place is unmasked") {
    std::string wire;
    Events expected;
    for (std::size_t size :
         {0, 1, 2, 3, 4, 7, 8, 9, 125, 126, 127, 255, 256, 65535, 65536, 70001}) {
        std::string payload;
        for (std::size_t i = 0; i < size; ++i)
            payload += static_cast<char>('a' + i % 26);
        wire += frame(0x81, payload);
        expected.push_back("text:" + payload);
    }
    CHECK(hear(wire, limit).events == expected);
    for (const std::size_t step : {1, 3, 5, 1000, 16384})
        CHECK(hear_cut(wire, limit, [&](std::size_t) { return step; }).events == expected);
}

TEST_CASE("fragments are joined, and control frames between them reach the sink at once") {
    CHECK(told(frame(0x01, "a") + frame(0x89, "p") + frame(0x00, "b") + frame(0x8A, "q") +
               frame(0x80, "c")) == Events{"ping:p", "pong:q", "text:abc"});
    CHECK(told(frame(0x02, "") + frame(0x00, "") + frame(0x80, "")) == Events{"binary:"});
}

TEST_CASE("a frame that a server must refuse is 1002, and nothing behind it is read") {
    const std::string ahead = frame(0x81, "ahead"), behind = frame(0x81, "behind");
    const auto refused = [&](const std::string &wire) {
        return told(ahead + wire + behind, 1002) == Events{"text:ahead"};
    };
    CHECK(refused("\x81\x02hi"));      // unmasked
    CHECK(refused("\x89\x00"s));       // also a ping
    CHECK(refused(frame(0xC1, "hi"))); // the reserved bits: no extension was agreed on
    CHECK(refused(frame(0xA1, "hi")));
    CHECK(refused(frame(0x99, "hi")));
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
        CHECK(refused(frame(0x80 | opcode, "hi")));
    CHECK(refused(frame(0x09, "hi"))); // a control frame in fragments
    CHECK(refused(frame(0x89, std::string(126, 'p'))));
    CHECK(refused(frame(0x88, close_payload(1000, std::string(124, 'p')))));
}

TEST_CASE("a length that is not minimal is 1002") {
    CHECK(told(frame(0x81, std::string(125, 'x'), 126), 1002).empty());
    CHECK(told(frame(0x81, std::string(125, 'x'), 127), 1002).empty());
    CHECK(told(frame(0x81, std::string(65535, 'x'), 127), 1002).empty());
    CHECK(told(frame(0x81, std::string(126, 'x'))).size() == 1);
    CHECK(told(frame(0x81, std::string(65536, 'x'))).size() == 1);
    CHECK(told("\x81\xFF\x80\0\0\0\0\0\0\0"s, 1002).empty()); // 2^63
}

TEST_CASE("a message that does not begin, or begins inside another, is 1002") {
    CHECK(told(frame(0x80, "x"), 1002).empty());
    CHECK(told(frame(0x00, "x"), 1002).empty());
    CHECK(told(frame(0x01, "a") + frame(0x81, "b"), 1002).empty());
    CHECK(told(frame(0x01, "a") + frame(0x02, "b"), 1002).empty());
    CHECK(told(frame(0x01, "a") + frame(0x80, "b") + frame(0x80, "c"), 1002) == Events{"text:ab"});
}

TEST_CASE("text that is not UTF-8 is 1007, as soon as that is certain") {
    CHECK(told(frame(0x81, "\xC0\x80"), 1007).empty());
    CHECK(told(frame(0x81, "\xED\xA0\x80"), 1007).empty());
    CHECK(told(frame(0x81, "\xE2\x82"), 1007).empty()); // ends inside a letter
    CHECK(told(frame(0x01, "\xE2") + frame(0x80, "\x82"), 1007).empty());
    CHECK(told(frame(0x01, "\xE2") + frame(0x00, "\x28"), 1007).empty());
    CHECK(told(frame(0x81, std::string(100, 'x') + "\xFF").append(200, 'x'), 1007).empty());
    // With most of the frame still to come.
    CHECK(told(frame(0x81, "\xFF" + std::string(1000, 'x')).substr(0, 9), 1007).empty());
    CHECK(told(frame(0x82, "\xFF")) == Events{"binary:\xFF"});
}

TEST_CASE("a character may be cut by fragments, and by a ping between them") {
    CHECK(told(frame(0x01, "\xE2") + frame(0x89, "\xFF") + frame(0x00, "") + frame(0x00, "\x82") +
               frame(0x80, "\xAC")) == Events{"ping:\xFF", "text:\xE2\x82\xAC"});
}

TEST_CASE("a length over the limit is 1009 before any of the payload comes") {
    CHECK(told("\x82\xFF\0\0\x01\0\0\0\0\0"s, 1009).empty());   // 2^40
    CHECK(told("\x82\xFF\0\0\0\0\0\x10\0\x01"s, 1009).empty()); // the limit and one
    CHECK(told("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 1009).empty());
    CHECK(told(frame(0x82, std::string(limit, 'x'))).size() == 1);
}

TEST_CASE("the limit is over all fragments of a message together") {
    const std::string half(limit / 2, 'x');
    CHECK(told(frame(0x02, half) + frame(0x89, "p") + frame(0x80, half)).size() == 2);
    CHECK(told(frame(0x02, half) + frame(0x00, half) + frame(0x80, "x"), 1009).empty());
    // Control frames and empty fragments are within it, even when it is all used.
    const std::string full = frame(0x02, half) + frame(0x00, half);
    CHECK(told(full + frame(0x89, "p") + frame(0x00, "") + frame(0x80, "")).size() == 2);
    CHECK(told(frame(0x02, half) + "\x80\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 1009).empty());
}

TEST_CASE("a message of more than 1024 fragments is 1008") {
    std::string wire = frame(0x01, "");
    for (unsigned i = 2; i < http::most_fragments; ++i)
        wire += frame(0x00, "") + frame(0x89, "");
    CHECK(told(wire + frame(0x80, "x")).back() == "text:x");
    CHECK(told(wire + frame(0x00, "") + frame(0x80, "x"), 1008).back() == "ping:");
    const std::string twice = wire + frame(0x80, "x");
    CHECK(told(twice + twice).back() == "text:x");
}

TEST_CASE("a close frame reaches the sink once, and what follows is ignored") {
    for (const auto &[payload, event] : std::vector<std::pair<std::string, std::string>>{
             {"", "close 0:"},
             {close_payload(1000), "close 1000:"},
             {close_payload(1001, "bye \xE2\x82\xAC"), "close 1001:bye \xE2\x82\xAC"},
             {close_payload(4999, std::string(123, 'r')), "close 4999:" + std::string(123, 'r')}}) {
        const std::string wire = frame(0x88, payload);
        CHECK(told(wire) == Events{event});
        CHECK(told(wire + frame(0x81, "late") + "\xFF\xFF") == Events{event});
        CHECK(told(frame(0x01, "half") + wire) == Events{event}); // inside a message too
        CHECK(hear(wire, limit).step == Frames::Step::closed);
    }
}

TEST_CASE("a close frame with a code that must not be sent is refused") {
    const auto refused = [](const std::string &payload, std::uint16_t code) {
        return told(frame(0x88, payload), code).empty() && !http::is_close_payload(payload);
    };
    CHECK(refused("\x03", 1002)); // half a code
    for (const unsigned code :
         {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 2999u, 5000u, 65535u}) {
        INFO(code);
        CHECK(refused(close_payload(code), 1002));
    }
    CHECK(refused(close_payload(1000, "\xFF"), 1007));
    CHECK(refused(close_payload(1000, "\xE2\x82"), 1007));
    CHECK(refused(close_payload(1005, "\xFF"), 1002)); // the code comes first
    for (const unsigned code : {1000u, 1003u, 1007u, 1014u, 3000u, 4999u}) {
        INFO(code);
        CHECK(http::is_close_payload(close_payload(code)));
        CHECK(told(frame(0x88, close_payload(code))).size() == 1);
    }
    CHECK(http::is_close_payload(""));
}

TEST_CASE("a sink that stops gets nothing more, and may destroy the reader") {
    struct Cutting final : Frames::Sink {
        std::unique_ptr<Frames> frames = std::make_unique<Frames>();
        std::unique_ptr<std::string> bytes;
        int told = 0;

        std::size_t message_limit() const noexcept override { return limit; }
        bool cut() {
            ++told;
            frames.reset();
            bytes.reset();
            return false;
        }
        bool message(std::string_view, bool) override { return cut(); }
        bool ping(std::string_view) override { return cut(); }
        bool pong(std::string_view) override { return cut(); }
        void closed(std::uint16_t, std::string_view) override { cut(); }
    };
    const std::string behind = frame(0x81, "behind");
    for (const std::string &wire :
         {frame(0x81, "hi"), frame(0x89, "p"), frame(0x8A, "p"), frame(0x88, ""),
          frame(0x01, "half") + frame(0x89, "p"), frame(0x01, "half") + frame(0x88, ""),
          frame(0x01, "half") + frame(0x80, "half")}) {
        for (std::size_t at = 0; at < wire.size(); ++at) {
            Cutting sink;
            std::string ahead = wire.substr(0, at);
            Frames::Step step = Frames::Step::more;
            CHECK(sink.frames->read(ahead, sink, &step) == 0);
            if (sink.told == 0) {
                sink.bytes = std::make_unique<std::string>(wire.substr(at) + behind);
                CHECK(sink.frames->read(*sink.bytes, sink, &step) == 0);
            }
            CHECK(sink.told == 1);
            CHECK(step != Frames::Step::more);
        }
    }
}

TEST_CASE("a message that came whole is passed in place, and nothing is allocated") {
    std::string wire = frame(0x81, std::string(300, 'x')) + frame(0x82, "abc") + frame(0x89, "p");
    struct Counting final : Frames::Sink {
        const char *begin = nullptr, *end = nullptr;
        int told = 0;
        bool here(std::string_view payload) {
            ++told;
            return payload.data() > begin && payload.data() + payload.size() <= end;
        }
        std::size_t message_limit() const noexcept override { return limit; }
        bool message(std::string_view payload, bool) override { return here(payload); }
        bool ping(std::string_view payload) override { return here(payload); }
        bool pong(std::string_view) override { return false; }
        void closed(std::uint16_t, std::string_view) override {}
    } sink;
    sink.begin = wire.data();
    sink.end = wire.data() + wire.size();
    Frames frames;
    Frames::Step step = Frames::Step::stopped;
    const std::size_t before = test::allocations();
    CHECK(frames.read(wire, sink, &step) == 0);
    CHECK(test::allocations() == before);
    CHECK(step == Frames::Step::more);
    CHECK(sink.told == 3);
    CHECK(!frames.midway());
}

TEST_CASE("a payload that came whole after a cut head is passed in place") {
    std::string wire = frame(0x81, "hello");
    std::string ahead = wire.substr(0, 4), behind = wire.substr(4);
    Told told(limit);
    Frames frames;
    frames.read(ahead, told);
    CHECK(frames.midway());
    frames.read(behind, told);
    CHECK(told.events == Events{"text:hello"});
    CHECK(told.last == behind.data() + 2);
    CHECK(frames.held() == 0);
}

TEST_CASE("an idle connection costs a pointer, and holds nothing between messages") {
    CHECK(sizeof(Frames) == sizeof(void *));
    const std::string wire = frame(0x81, "a") + frame(0x01, "b") + frame(0x89, "p") +
                             frame(0x80, "c") + frame(0x89, "p") + frame(0x82, "d");
    const std::size_t ends[] = {7, 28, 35, 42}; // of what nothing is open behind
    Frames frames;
    Told told(limit);
    for (std::size_t at = 1; at <= wire.size(); ++at) {
        std::string piece = wire.substr(at - 1, 1);
        REQUIRE(frames.read(piece, told) == 0);
        const bool idle = std::find(std::begin(ends), std::end(ends), at) != std::end(ends);
        CHECK(frames.midway() == !idle);
        CHECK((frames.held() == 0) == idle);
    }
}

TEST_CASE("the buffer is at most twice what came, however much is announced") {
    std::string head = "\x82\xFF\0\0\0\0\0\x10\0\0\0\0\0\0"s; // 1 MiB will come
    Frames frames;
    Told told(limit);
    frames.read(head, told);
    const std::size_t empty = frames.held();
    CHECK(empty < 512);
    for (std::size_t came = 1000; came < limit; came += 1000) {
        std::string piece(1000, 'x');
        REQUIRE(frames.read(piece, told) == 0);
        CHECK(frames.held() >= came);
        CHECK(frames.held() <= empty + std::min(2 * came, limit));
    }
}

TEST_CASE("buffered memory is reported to the byte") {
    Frames frames;
    Told told(limit);
    std::string first = frame(0x01, std::string(1000, 'x'));
    const std::size_t before = test::allocated();
    frames.read(first, told);
    CHECK(frames.held() == test::allocated() - before);
}

TEST_CASE("empty fragments take no memory") {
    Frames frames;
    Told told(limit);
    std::string first = frame(0x01, "");
    frames.read(first, told);
    const std::size_t held = frames.held(), before = test::allocations();
    for (int i = 0; i < 1000; ++i) {
        char empty[] = {0, '\x80', 1, 2, 3, 4};
        REQUIRE(frames.read(empty, told) == 0);
    }
    CHECK(frames.held() == held);
    CHECK(test::allocations() == before);
}

TEST_CASE("after a violation or a close nothing is buffered") {
    for (const std::string &wire : {frame(0x01, "abc") + frame(0x81, "d"), frame(0x01, "\xFF"),
                                    frame(0x01, "abc") + frame(0x88, "")}) {
        Frames frames;
        Told told(limit);
        std::string bytes = wire;
        frames.read(bytes, told);
        CHECK(!frames.midway());
        CHECK(frames.held() == 0);
    }
}

TEST_CASE("a reader in the middle of a message can be moved") {
    std::string ahead = frame(0x01, "a"), behind = frame(0x80, "b");
    Told told(limit);
    Frames first;
    first.read(ahead, told);
    Frames second = std::move(first);
    second.read(behind, told);
    CHECK(told.events == Events{"text:ab"});
}
