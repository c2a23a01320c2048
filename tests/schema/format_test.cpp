#include "checking.hpp"
#include "schema/format.hpp"

#include <doctest/doctest.h>
#include <initializer_list>
#include <string>
#include <string_view>

using namespace roomd;
using namespace std::string_view_literals;

namespace {

void check(std::string_view name, std::initializer_list<std::string_view> good,
           std::initializer_list<std::string_view> bad) {
    const schema::Format *format = schema::find_format(name);
    REQUIRE(format != nullptr);
    for (const auto text : good)
        CHECK_MESSAGE(format->fits(text), name << ": " << text);
    for (const auto text : bad)
        CHECK_FALSE_MESSAGE(format->fits(text), name << ": " << text);
}

} // namespace

TEST_CASE("dates are days of the calendar") {
    check("date", {"2026-01-05", "2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"},
          {"", "2026-1-5", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2023-02-29",
           "1900-02-29", "2026-01-05 ", " 2026-01-05", "2026/01/05", "20260105", "2026-01-05T",
           "02026-01-05", "\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6-01-05", "2026-01-0\0"sv});
}

TEST_CASE("times have an offset, and a leap second is the last one of a day") {
    check("time",
          {"09:30:00Z", "23:59:59.123456789z", "00:00:00+00:00", "12:00:00-23:59", "23:59:60Z",
           "01:29:60+01:30", "15:59:60-08:00"},
          {"", "09:30:00", "9:30:00Z", "24:00:00Z", "09:60:00Z", "09:30:61Z", "22:59:60Z",
           "23:59:60+01:00", "09:30:00.Z", "09:30:00+24:00", "09:30:00+01:60", "09:30:00+0100",
           "09:30:00+01", "09:30:00ZZ", "09:30:00,5Z", "09-30-00Z"});
}

TEST_CASE("a date-time is a date, a T and a time") {
    check("date-time",
          {"2026-01-05T09:30:00Z", "2026-01-05t09:30:00.5z", "2026-01-05T09:30:00+05:30",
           "1990-12-31T23:59:60Z", "1990-12-31T15:59:60.5-08:00"},
          {"", "2026-01-05", "09:30:00Z", "2026-01-05 09:30:00Z", "2026-01-05T09:30:00",
           "2023-02-29T09:30:00Z", "2026-01-05T24:00:00Z", "2026-01-05T09:30:00Z\n",
           "2026-01-05T09:30Z", "2026-01-05T09:30:00.123"});
}

TEST_CASE("an e-mail address is one mailbox") {
    const std::string local(64, 'a');
    check("email",
          {"ann@example.com", "a.b+c@x.y", "te~st@example.com", "\"joe bloggs\"@example.com",
           "\"a\\\"b\"@example.com", "\"a@b\"@example.com", "ann@[127.0.0.1]", "ann@[IPv6:::1]",
           "ann@localhost", local + "@example.com"},
          {"",
           "ann",
           "@example.com",
           "ann@",
           ".ann@example.com",
           "ann.@example.com",
           "a..b@example.com",
           "a b@example.com",
           "ann@exa mple.com",
           "ann@-x.com",
           "ann@x..com",
           "ann@[127.0.0.300]",
           "ann@[127.0.0.1",
           "ann@[::1]",
           "\"ann@example.com",
           "\"\"a\"@x.y",
           "\"a\"b\"@x.y",
           "\"a\\\"@x.y",
           "ann@example.com\n",
           "a@b@c",
           "ann@example.com, b@x.y",
           "\xc3\xa4@example.com",
           local + "a@example.com"});
}

TEST_CASE("a host name is labels of letters, digits and inner hyphens") {
    const std::string label(63, 'a');
    const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
    check("hostname", {"localhost", "a.b.c", "xn--4gbwdl.xn--wgbh1c", "1.2.3.4", "a-b", longest},
          {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a_b", "a b", "a\0b"sv, "\xc3\xa4.de",
           label + "a", longest + "a"});
}

TEST_CASE("IP addresses have no other spelling") {
    check("ipv4", {"0.0.0.0", "255.255.255.255", "192.0.2.1"},
          {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4/8", " 1.2.3.4", "0x1.2.3.4",
           "1.2.3.4\0"sv, "2130706433", "1..2.3"});
    check("ipv6", {"::", "::1", "2001:db8::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"},
          {"", ":", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "fe80::1%eth0",
           "::1/64", "[::1]", "::g", "1:2:3:4:5:6:7:8\0"sv, "127.0.0.1"});
}

TEST_CASE("a URI has a scheme, and no character that must be encoded") {
    check("uri",
          {"https://example.com/a?b=c#d", "http://u:p@[::1]:80/", "urn:isbn:0451450523",
           "mailto:a@b.c", "tel:+1-816-555-1212", "file:///etc/x", "https://a.b/%20%C3%A4",
           "http://x", "ldap://[2001:db8::7]/c=GB?objectClass?one", "http://[v1.fe80::a]/", "a:"},
          {"",
           "//example.com",
           "/a",
           "a",
           "example.com",
           ":a",
           "1a:b",
           "http://a b/",
           "http://a/<b>",
           "http://a/%2",
           "http://a/%zz",
           "http://a/\\b",
           "http://a/#b#c",
           "http://[::1",
           "http://[::1]x/",
           "http://[g::1]/",
           "http://a:port/",
           "http://[v1]/",
           "http://a/\xc3\xa4",
           "http://a/{b}",
           "http://a/\n",
           "ht\0tp://a"sv,
           "http://[::1%25lo]/"});
}

TEST_CASE("a UUID is 32 hexadecimal digits in five groups") {
    check("uuid",
          {"123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000",
           "ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB"},
          {"", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400",
           "123e4567-e89b-12d3-a456-4266141740000", "123e4567-e89b-12d3-a456-42661417400g",
           "123e4567-e89b-12d3-a4564-26614174000", "{123e4567-e89b-12d3-a456-426614174000}"});
}

TEST_CASE("each format says what it wants by an example that fits it") {
    CHECK(schema::format_names().size() == 9);
    for (const auto name : schema::format_names())
        CHECK(schema::find_format(name)->fits(schema::find_format(name)->example));
    for (const char *unknown : {"", "regex", "Date", "date-time ", "idn-email", "int64"})
        CHECK(schema::find_format(unknown) == nullptr);
}

TEST_CASE("a megabyte of text is judged in milliseconds by each format") {
    constexpr std::size_t size = 1000000;
    for (const auto name : schema::format_names()) {
        const schema::Format &format = *schema::find_format(name);
        const test::Stopwatch watch;
        for (const char *unit : {"a", "1:", "a@", "%41"}) {
            std::string text;
            while (text.size() < size)
                text += unit;
            for (const std::string &whole : {text, "2026-01-05T09:30:00." + text + "Z",
                                             "http://" + text, '"' + text + "\"@example.com"})
                static_cast<void>(format.fits(whole));
        }
        CHECK(watch.seconds() < test::plenty); // 16 texts
        const std::string digits(size, '1');
        CHECK(format.fits("2026-01-05T09:30:00." + digits + "Z") == (name == "date-time"));
        CHECK(format.fits("http://a/" + digits) == (name == "uri"));
    }
}
