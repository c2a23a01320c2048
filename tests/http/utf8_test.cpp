#include "http/utf8.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;

namespace {

// "bad" as soon as it is, "cut" when it ends inside a letter.
std::string verdict(std::initializer_list<std::string_view> pieces) {
    http::Utf8 text;
    for (const auto piece : pieces)
        if (!text.read(piece)) return "bad";
    return text.whole() ? "whole" : "cut";
}

} // namespace

TEST_CASE("a character may be cut anywhere") {
    for (const std::string letter :
         {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
          "\xF0\x90\x80\x80", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
        const std::string text = "before it, and " + letter + " behind it";
        for (std::size_t at = 0; at <= text.size(); ++at) {
            CHECK(verdict({text.substr(0, at), text.substr(at)}) == "whole");
            CHECK(verdict({text.substr(0, at), "", text.substr(at)}) == "whole");
        }
        for (std::size_t at = 1; at < letter.size(); ++at)
            CHECK(verdict({letter.substr(0, at)}) == "cut");
    }
}

TEST_CASE("bytes that cannot become a character are refused before its end") {
    for (const std::string_view begun :
         {"\x80", "\xBF", "\xC0", "\xC1", "\xE0\x9F", "\xED\xA0", "\xF0\x8F", "\xF4\x90", "\xF5",
          "\xFF", "\xC2\x41", "\xE2\x82\x41", "\xF0\x9F\x98\x41", "\xE2\xE2"}) {
        CHECK(verdict({begun}) == "bad");
        CHECK(verdict({"some text ahead of it", begun}) == "bad");
        CHECK(verdict({begun.substr(0, 1), begun.substr(1)}) == "bad");
    }
}

TEST_CASE("every sequence of three bytes is judged as it is whole, however it is cut") {
    // Bytes on both sides of every bound of RFC 3629.
    const std::string bytes = "\x41\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE"
                              "\xEF\xF0\xF1\xF3\xF4\xF5\xFF";
    for (const char a : bytes) {
        for (const char b : bytes) {
            for (const char c : bytes) {
                const std::string text{a, b, c};
                const std::string all = verdict({text});
                CHECK((all == "whole") == base::is_utf8(text));
                CHECK(verdict({text.substr(0, 1), text.substr(1)}) == all);
                CHECK(verdict({text.substr(0, 2), text.substr(2)}) == all);
                CHECK(verdict({text.substr(0, 1), text.substr(1, 1), text.substr(2)}) == all);
            }
        }
    }
}
