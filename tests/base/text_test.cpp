#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace roomd::base;
using namespace std::string_view_literals;

TEST_CASE("well-formed UTF-8 of every length is accepted") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("plain"));
    CHECK(is_utf8("\0"sv));
    CHECK(is_utf8("\xC2\x80"));         // U+0080
    CHECK(is_utf8("\xDF\xBF"));         // U+07FF
    CHECK(is_utf8("\xE0\xA0\x80"));     // U+0800
    CHECK(is_utf8("\xED\x9F\xBF"));     // U+D7FF
    CHECK(is_utf8("\xEE\x80\x80"));     // U+E000
    CHECK(is_utf8("\xEF\xBF\xBF"));     // U+FFFF
    CHECK(is_utf8("\xF0\x90\x80\x80")); // U+10000
    CHECK(is_utf8("\xF4\x8F\xBF\xBF")); // U+10FFFF
}

TEST_CASE("malformed UTF-8 is refused") {
    CHECK_FALSE(is_utf8("\x80")); // a tail alone
    CHECK_FALSE(is_utf8("\xBF"));
    CHECK_FALSE(is_utf8("\xC0\x80"));         // overlong NUL
    CHECK_FALSE(is_utf8("\xC1\xBF"));         // overlong
    CHECK_FALSE(is_utf8("\xE0\x9F\xBF"));     // overlong
    CHECK_FALSE(is_utf8("\xF0\x8F\xBF\xBF")); // overlong
    CHECK_FALSE(is_utf8("\xED\xA0\x80"));     // U+D800, a surrogate
    CHECK_FALSE(is_utf8("\xED\xBF\xBF"));     // U+DFFF
    CHECK_FALSE(is_utf8("\xF4\x90\x80\x80")); // U+110000
    CHECK_FALSE(is_utf8("\xF5\x80\x80\x80"));
    CHECK_FALSE(is_utf8("\xFF"));
    CHECK_FALSE(is_utf8("\xC2")); // cut off
    CHECK_FALSE(is_utf8("\xE2\x82"));
    CHECK_FALSE(is_utf8("\xF0\x9F\x98"));
    CHECK_FALSE(is_utf8("\xC2\x41")); // broken off
    CHECK_FALSE(is_utf8("\xE2\x82\x41"));
}

TEST_CASE("a bad byte is found wherever it stands among ASCII") {
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text(40, 'a');
        CHECK(is_utf8(text));
        text[at] = '\x80';
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("the sequence at the front is measured") {
    CHECK(utf8_sequence("") == 0);
    CHECK(utf8_sequence("ab") == 1);
    CHECK(utf8_sequence("\xC3\xB6!") == 2);
    CHECK(utf8_sequence("\xE2\x82\xAC!") == 3);
    CHECK(utf8_sequence("\xF0\x9F\x98\x80!") == 4);
    CHECK(utf8_sequence("\xF0\x9F\x98") == 0);
}

TEST_CASE("the nearest name is one typo away") {
    const std::vector<std::string_view> names = {"ping_interval", "ping_timeout", "path"};
    CHECK(nearest("ping_intervall", names) == "ping_interval");
    CHECK(nearest("pingtimeout", names) == "ping_timeout");
    CHECK(nearest("pth", names) == "path");
    CHECK(nearest("compression", names) == "");
    CHECK(nearest("", names) == "");
    CHECK(nearest("path", {}) == "");
    CHECK(nearest("evnet", {"event", "data", "rooms"}) == "event");
    CHECK(nearest("Data", {"event", "data", "rooms"}) == "data");
    CHECK(nearest("room", {"event", "data", "rooms"}) == "rooms");
    CHECK(nearest("zzzzz", {"event", "data", "rooms"}) == "");
}

TEST_CASE("a pattern means its name, or with a star at its end what begins like it") {
    CHECK(matches("library:1", "library:1"));
    CHECK_FALSE(matches("library:1", "library:12"));
    CHECK(matches("library:*", "library:12"));
    CHECK(matches("library:*", "library:"));
    CHECK_FALSE(matches("library:*", "librar"));
    CHECK(matches("*", ""));
    CHECK_FALSE(matches("", "x"));
    CHECK_FALSE(matches("a*b", "axb")); // a star elsewhere stands for itself
}

TEST_CASE("a word of any length costs nothing to compare") {
    const std::string huge(1000000, 'p');
    CHECK(nearest(huge, {"path"}) == "");
    CHECK(nearest("path", {std::string_view(huge), "path"}) == "path");
}

TEST_CASE("what is not UTF-8 is replaced byte by byte, the rest stays") {
    CHECK(to_utf8("caf\xC3\xA9 \r\n") == "caf\xC3\xA9 \r\n");
    CHECK(to_utf8("caf\xE9!") == "caf\xEF\xBF\xBD!");
    CHECK(to_utf8("\xC3") == "\xEF\xBF\xBD");
    CHECK(to_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(to_utf8("").empty());
}

TEST_CASE("printable text has no controls and no broken UTF-8") {
    CHECK(printable("caf\xC3\xA9") == "caf\xC3\xA9");
    CHECK(printable("a\r\nb\tc\x1B[31m\x7F") == "a??b?c?[31m?");
    CHECK(printable("a\0b"sv) == "a?b");
    CHECK(printable("\xFF\xC3z") == "??z");
    CHECK(printable("\xC2\x9B"
                    "31m") == "?31m"); // C1 CSI
    CHECK(printable("\xC2\xA0") == "\xC2\xA0");
}

TEST_CASE("printable text has no direction marks") {
    for (const auto mark :
         {"\u061C", "\u200E", "\u200F", "\u202A", "\u202E", "\u2066", "\u2069", "\u2028", "\uFEFF"})
        CHECK(printable(std::string("a") + mark + "b") == "a?b");
    CHECK(printable("\u05D0\u200D\u0639") == "\u05D0\u200D\u0639"); // letters, and how they join
}

TEST_CASE("visible text shows what a terminal would obey") {
    CHECK(visible("caf\u00E9 \\u") == "caf\u00E9 \\u");
    CHECK(visible("a\x1B[31m\x7F") == R"(a\u001b[31m\u007f)");
    CHECK(visible("a\r\n\tb") == R"(a\u000d\u000a\u0009b)");
    CHECK(visible("a\0b"sv) == R"(a\u0000b)");
    CHECK(visible("\u009B31m") == R"(\u009b31m)");
    CHECK(visible("user\u202Egnp.exe") == R"(user\u202egnp.exe)");
    CHECK(visible("\u061C\u200E\u200F\u202A\u2066\u2069") ==
          R"(\u061c\u200e\u200f\u202a\u2066\u2069)");
    CHECK(visible("\xFF\xE2\x80z") == R"(\xff\xe2\x80z)");
}

TEST_CASE("visible text is cut at the limit, between characters") {
    CHECK(visible("abcdef", 6) == "abcdef");
    CHECK(visible("abcdef", 5) == "abcde...");
    CHECK(visible("ab\u202E", 7) == "ab...");
    CHECK(visible("ab\u202E", 8) == R"(ab\u202e)");
}

TEST_CASE("visible lines keep their ends and their tabs") {
    std::string out = "> ";
    append_visible(out, "a\tb\nc\rd\u202E\n", Breaks::kept);
    CHECK(out == "> a\tb\nc\\u000dd\\u202e\n");
}

TEST_CASE("text in quotes is printable, and cut inside them") {
    CHECK(in_quotes("a\nb") == "\"a?b\"");
    CHECK(in_quotes("abcdef", 3) == "\"abc...\"");
}

TEST_CASE("words are joined by commas") {
    CHECK(joined({}) == "");
    CHECK(joined({"a"}) == "a");
    CHECK(joined({"a", "b"}) == "a, b");
}

TEST_CASE("printable text is cut at the limit, between characters") {
    CHECK(printable("abcdef", 6) == "abcdef");
    CHECK(printable("abcdef", 5) == "abcde...");
    CHECK(printable("ab\xE2\x82\xAC", 4) == "ab...");
    CHECK(printable(std::string(1000000, 'x')).size() == 203);
}

TEST_CASE("blanks and tabs at both ends are taken off, and nothing else") {
    CHECK(trim(" \t a b\t ") == "a b");
    CHECK(trim(" \t").empty());
    CHECK(trim("\na") == "\na");
}

TEST_CASE("case is that of ASCII alone") {
    CHECK(lower("Content-TYPE \xC3\x84") == "content-type \xC3\x84");
    CHECK(equal_nocase("WebSocket", "websocket"));
    CHECK_FALSE(equal_nocase("websocket", "websocket "));
    CHECK_FALSE(equal_nocase("websocket\0x"sv, "websocket"));
    CHECK_FALSE(equal_nocase("[", "{"));
}

TEST_CASE("times are ISO 8601 in UTC with milliseconds") {
    CHECK(iso8601(0) == "1970-01-01T00:00:00.000Z");
    CHECK(iso8601(1795424400000) == "2026-11-23T09:00:00.000Z");
    CHECK(iso8601(951782399999) == "2000-02-28T23:59:59.999Z");
    CHECK(iso8601(-1) == "1969-12-31T23:59:59.999Z");
}
