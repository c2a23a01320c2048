#include "log/line.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;
using log::Level;

namespace {

constexpr std::int64_t nine = 1795424400000; // 2026-11-23T09:00:00.000Z

std::string text(std::string_view message, std::initializer_list<log::Field> fields = {}) {
    return log::line({}, nine, Level::info, message, {fields.begin(), fields.size()});
}

std::string json(std::string_view message, std::initializer_list<log::Field> fields = {}) {
    return log::line({log::Format::json, false}, nine, Level::info, message,
                     {fields.begin(), fields.size()});
}

} // namespace

TEST_CASE("a line is time, level, message and fields") {
    CHECK(text("listening", {{"address", "127.0.0.1:3001"}, {"port", 3001}}) ==
          "2026-11-23T09:00:00.000Z info  listening address=127.0.0.1:3001 port=3001");
}

TEST_CASE("each level has its name") {
    CHECK(log::line({}, nine, Level::error, "x", {}) == "2026-11-23T09:00:00.000Z error x");
    CHECK(log::line({}, nine, Level::warning, "x", {}) == "2026-11-23T09:00:00.000Z warning x");
    CHECK(log::line({}, nine, Level::notice, "x", {}) == "2026-11-23T09:00:00.000Z notice x");
    CHECK(log::line({}, nine, Level::debug, "x", {}) == "2026-11-23T09:00:00.000Z debug x");
}

TEST_CASE("a value that is not one plain word is quoted") {
    CHECK(text("m", {{"k", "two words"}}).ends_with("m k=\"two words\""));
    CHECK(text("m", {{"k", ""}}).ends_with("m k=\"\""));
    CHECK(text("m", {{"k", "a=b"}}).ends_with("m k=\"a=b\""));
    CHECK(text("m", {{"k", "say \"hi\" \\"}}).ends_with(R"(m k="say \"hi\" \\")"));
    CHECK(text("m", {{"k", "Zürich"}}).ends_with("m k=\"Zürich\""));
}

TEST_CASE("no value can begin a line of its own") {
    CHECK(text("m", {{"k", "a\n2026-11-23T09:00:00.000Z error forged\r\t"}})
              .ends_with(R"(k="a\n2026-11-23T09:00:00.000Z error forged\r\t")"));
    CHECK(text("first\nsecond").ends_with(R"(info  first\nsecond)"));
}

TEST_CASE("controls of every kind are shown, not sent to the terminal") {
    CHECK(text("m", {{"k", "\x1b[2J"}}).ends_with(R"(k="\u001b[2J")"));
    CHECK(text("m", {{"k", std::string("\0\x7f", 2)}}).ends_with(R"(k="\u0000\u007f")"));
    CHECK(text("m", {{"k", "\xC2\x9B"}}).ends_with(R"(k="\u009b")"));     // C1: CSI
    CHECK(text("m", {{"k", "\xE2\x80\xAE"}}).ends_with(R"(k="\u202e")")); // right-to-left override
    CHECK(text("m", {{"k", "\xD8\x9C"}}).ends_with(R"(k="\u061c")"));     // Arabic letter mark
    CHECK(text("m", {{"k", "\xE2\x80\xA8"}}).ends_with(R"(k="\u2028")")); // line separator
}

TEST_CASE("bytes that are not UTF-8 are shown as bytes in text and replaced in JSON") {
    CHECK(text("m", {{"k", "\xff\xc3("}}).ends_with(R"(k="\xff\xc3(")"));
    CHECK(json("m", {{"k", "\xff("}}).ends_with("\"k\":\"\xEF\xBF\xBD(\"}"));
    CHECK(text("m", {{"k", "\xE2\x82"}}).ends_with(R"(k="\xe2\x82")")); // cut off at the end
}

TEST_CASE("a key is made of word characters only") {
    CHECK(text("m", {{"a b=\"\n", "v"}}).ends_with("m a_b___=v"));
    CHECK(text("m", {{"", "v"}}).ends_with("m _=v"));
}

TEST_CASE("JSON lines keep numbers as numbers") {
    CHECK(json("joined", {{"room", "role:student"}, {"members", 17}}) ==
          R"({"time":"2026-11-23T09:00:00.000Z","level":"info","message":"joined",)"
          R"("room":"role:student","members":17})");
}

TEST_CASE("a field of a JSON line cannot stand in for the line's own") {
    CHECK(json("m", {{"level", "error"}})
              .ends_with(R"("level":"info","message":"m","level_":"error"})"));
}

TEST_CASE("JSON lines escape what JSON must") {
    CHECK(json("a\"b\\c\n\x01").find(R"("message":"a\"b\\c\n\u0001")") != std::string::npos);
}

TEST_CASE("a priority stands in front for the journal") {
    log::Style style;
    style.journal_priorities = true;
    CHECK(log::line(style, nine, Level::warning, "x", {}).starts_with("<4>2026-"));
    style.format = log::Format::json;
    CHECK(log::line(style, nine, Level::error, "x", {}).starts_with("<3>{\"time\""));
}

TEST_CASE("a long value is cut between characters and marked") {
    const std::string ascii(5000, 'a');
    CHECK(text("m", {{"k", ascii}}).ends_with("k=\"" + std::string(1024, 'a') + "...\""));
    std::string wide(1023, 'a');
    wide += "€ and more";
    CHECK(text("m", {{"k", wide}}).ends_with("k=\"" + std::string(1023, 'a') + "...\""));
}

TEST_CASE("a line has at most 32 fields") {
    const std::vector<log::Field> many(100, log::Field{"k", 1});
    const std::string out = log::line({}, nine, Level::info, "m", many);
    CHECK(std::count(out.begin(), out.end(), '=') == 32);
}
