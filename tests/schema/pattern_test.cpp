#include "checking.hpp"
#include "schema/pattern.hpp"
#include "schema/pattern_work.hpp"

#include <doctest/doctest.h>
#include <string>
#include <string_view>

using namespace roomd;
using namespace std::string_view_literals;
using schema::Pattern;
using schema::PatternWork;

namespace {

bool found(std::string_view expression, std::string_view text) {
    std::string why;
    const auto pattern = Pattern::compile(expression, why);
    REQUIRE_MESSAGE(pattern, expression << ": " << why);
    return pattern->found_in(text);
}

std::string refusal(std::string_view expression) {
    std::string why;
    return Pattern::compile(expression, why) ? "taken" : why;
}

} // namespace

TEST_CASE("a pattern is found anywhere, unless it is anchored") {
    CHECK(found("b+", "aabba"));
    CHECK_FALSE(found("^b+", "aabba"));
    CHECK(found("^[A-Z]{3}$", "EUR"));
    CHECK_FALSE(found("^[A-Z]{3}$", "EURO"));
    CHECK_FALSE(found("^[A-Z]{3}$", "xEUR"));
    CHECK(found("", ""));
    CHECK(found("^(?:a|b)*$", "abba"));
    CHECK(found("a{2,3}?b", "aab"));
}

TEST_CASE("the end is the end of the text, not of a line") {
    CHECK_FALSE(found("^abc$", "abc\n"));
    CHECK_FALSE(found("^b", "a\nb"));
    CHECK_FALSE(found("a$", "a\nb"));
    CHECK(found("a\nb", "a\nb"));
}

TEST_CASE("characters are those of Unicode, classes are those of ECMA-262") {
    CHECK(found("^.$", "\xf0\x9f\x90\xb2"));
    CHECK(found("^\xc3\xa4{2}$", "\xc3\xa4\xc3\xa4"));
    for (const char *line_end : {"\n", "\r", "\xe2\x80\xa8", "\xe2\x80\xa9"})
        CHECK_FALSE(found("^.$", line_end));
    for (const char *space : {" ", "\t", "\v", "\xc2\xa0", "\xe2\x80\x83", "\xef\xbb\xbf", "\n"}) {
        CHECK(found("^\\s$", space));
        CHECK(found("^[\\s]$", space));
        CHECK_FALSE(found("^[^\\s]$", space));
        CHECK_FALSE(found("^\\S$", space));
    }
    CHECK_FALSE(found("^\\d$", "\xdf\x80")); // a digit of N'Ko
    CHECK_FALSE(found("^\\w$", "\xc3\xa9"));
    CHECK(found("^\\W$", "\xc3\xa9"));
    CHECK(found("^\\p{L}+$", "\xc3\xa9t\xc3\xa9"));
    CHECK(found("^a.c$", "a\0c"sv));
    CHECK_FALSE(found("^a$", "a\0"sv));
}

TEST_CASE("escapes mean what they mean in ECMA-262") {
    CHECK(found("^\\u0041\\x42\\/\\-\\.$", "AB/-."));
    CHECK(found("^\\u{1F432}\\uD83D\\uDC32$", "\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2"));
    CHECK(found("^[\\b]\\0$", "\b\0"sv));
    CHECK(found("^\\t\\n\\v\\f\\r$", "\t\n\v\f\r"));
    CHECK(found("\\bcat\\b", "a cat."));
    CHECK(found("^[\\]\\[:.]+$", "][:."));
    CHECK(found("^\\^\\$\\{\\}$", "^${}"));
}

TEST_CASE("what cannot be run in linear time is refused") {
    for (const char *look : {"a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b"})
        CHECK(refusal(look) == "look-around cannot be run in linear time");
    CHECK(refusal("(a)\\1") == "back references cannot be run in linear time");
}

TEST_CASE("what ECMA-262 and RE2 read differently is refused") {
    for (const char *other : {"(?i)a", "(?P<n>a)", "(?<n>a)", "(?#a)"})
        CHECK(refusal(other) == "of the groups with \"(?\" only \"(?:\" is supported");
    for (const char *escape :
         {"\\A", "\\z", "\\Z", "\\Q", "\\C", "\\a", "\\k", "\\e", "\\ ", "\\cJ"})
        CHECK(refusal(escape) == "it has an escape that ECMA-262 does not define");
    CHECK(refusal("[]a]") == "\"[]\" is an empty class");
    CHECK(refusal("[^]") == "\"[]\" is an empty class");
    CHECK(refusal("[[:alpha:]]") == "\"[:\" does not name a class in ECMA-262; write \"\\[:\"");
    CHECK(refusal("[\\S]") == "\"\\S\" in a class is not supported");
    CHECK(refusal("\\pL") == "\"\\p\" is followed by \"{\"");
    CHECK(refusal("\\012") == "octal escapes are not supported");
    CHECK(refusal("\\uD800") == "half of a surrogate pair is not a character");
    CHECK(refusal("\\uD83D\\u0041") == "half of a surrogate pair is not a character");
    for (const char *wrong : {"\\u12", "\\u{}", "\\u{110000}", "\\u{12", "\\u+123", "\\u"})
        CHECK(refusal(wrong) == "\"\\u\" is followed by four hexadecimal digits or {..}");
    CHECK(refusal("\\x4") == "\"\\x\" is followed by two hexadecimal digits");
    CHECK(refusal("\\") == "it ends in \"\\\"");
}

TEST_CASE("an invalid regular expression is refused in RE2's words") {
    for (const char *wrong :
         {"(", ")", "[a", "a**", "*", "[b-a]", "a{1001}", "[a-\\d]", "\\p{Nope}"})
        CHECK_FALSE(refusal(wrong) == "taken");
    CHECK(refusal("a)").find(')') != std::string::npos);
    CHECK(refusal(std::string(5000, 'a')) == "it is longer than 4096 bytes");
    CHECK_FALSE(refusal("((a{100}){100}){10}") == "taken");
}

TEST_CASE("a megabyte is searched in time that grows with it alone") {
    const std::string text(1000000, 'a');
    const test::Stopwatch watch;
    CHECK_FALSE(found("(a+)+$b", text));
    CHECK_FALSE(found("^(a|aa)+$", text + 'b'));
    CHECK_FALSE(found("(.*)*x", text));
    CHECK(found("^[a-z]*$", text));
    CHECK_FALSE(found("^[A-Z]{3}$", text));
    CHECK(watch.seconds() < test::plenty);
}

TEST_CASE("the larger the expression, the more work a text is") {
    std::string why;
    const auto small = Pattern::compile("^[A-Z]{3}$", why);
    const auto large = Pattern::compile("a[ab]{900}c", why);
    REQUIRE((small && large));
    const std::string text(1000, 'a');
    CHECK(small->work_on(text) < 20000);
    CHECK(large->work_on(text) > 800000);
    CHECK(large->work_on(text + text) > 1600000);
    CHECK(small->work_on("") > 0); // a call costs something, whatever the text
}

TEST_CASE("texts that keep all states of a large expression busy are given up soon") {
    std::string why, worst;
    const auto large = Pattern::compile("a[ab]{900}c", why);
    REQUIRE(large);
    for (unsigned x = 1; worst.size() < 1000; x = x * 1103515245 + 12345)
        worst += (x >> 16 & 1) != 0 ? 'a' : 'b';
    PatternWork work;
    int texts = 0;
    const test::Stopwatch watch;
    while (texts < 2000 && work.find(*large, worst))
        ++texts;
    CHECK(texts >= 12); // at the worst of its worst
    CHECK(texts < 2000);
    CHECK(watch.seconds() < 2);
    const auto small = Pattern::compile("^[ab]+$", why);
    CHECK(work.find(*small, "ab").value_or(false)); // what is small still goes
}

TEST_CASE("a text that would be too much by itself is not begun") {
    std::string why;
    const auto large = Pattern::compile("a[ab]{900}c", why);
    REQUIRE(large);
    PatternWork work;
    CHECK_FALSE(work.find(*large, std::string(14000, 'x')));
    CHECK(work.find(*large, std::string(12000, 'x')).has_value());
}

TEST_CASE(
    "ten thousand short texts are little work, though the sum of their worst cases would not be") {
    std::string why;
    const auto uuid =
        Pattern::compile("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", why);
    REQUIRE(uuid);
    const std::string one = "b3f1c2d4-7a5e-4c1b-9f0a-2d6e8b7c9a10";
    CHECK(10000 * uuid->work_on(one) > 2 * PatternWork::most);
    PatternWork work;
    for (int i = 0; i < 10000; ++i)
        REQUIRE(work.find(*uuid, one).value_or(false));
}
