#include "codegen/names.hpp"

#include <doctest/doctest.h>

using namespace roomd::codegen;

TEST_CASE("an event's name becomes an identifier of each language") {
    const Words words = call_of("booking:checkIn");
    CHECK(camel(words) == "bookingCheckIn");
    CHECK(pascal(words) == "BookingCheckIn");
    CHECK(snake(words) == "booking_check_in");
    CHECK(snake(words_of("HTTPServer-up 2x")) == "http_server_up_2x");
    CHECK(camel(call_of("seat:availability")) == "seatAvailability");
    CHECK(camel(call_of("__proto__")) == "proto");
}

TEST_CASE("words that a language or an emitter has for itself get another one behind them") {
    for (const char *name : {"close", "to", "in", "class", "constructor", "toString",
                             "has-own-property", "import", "live", "event", "cast", "mro", "then"})
        CHECK_MESSAGE(call_of(name).back() == "event", name);
    CHECK(camel(call_of("close")) == "closeEvent");
    CHECK(camel(call_of("event")) == "eventEvent");
    CHECK(camel(call_of("door:close")) == "doorClose");
    CHECK(type_of("events") == "EventsData");
    CHECK(type_of("booking") == "Booking");
}

TEST_CASE("nothing begins with a digit, and a name without letters gets no call") {
    CHECK(camel(call_of("2fa:code")) == "event2faCode");
    CHECK(type_of("2fa") == "Event2fa");
    CHECK(call_of("\xE6\x8F\x90\xE9\x86\x92").empty());
    CHECK(call_of("::").empty());
    CHECK(type_of("::") == "Event");
    CHECK(snake(call_of("gel\xC3\xB6scht")) == "gel_scht");
}

TEST_CASE("only plain ASCII names stand without quotes") {
    CHECK(is_identifier("libraryId"));
    CHECK(is_identifier("_a1"));
    CHECK_FALSE(is_identifier(""));
    CHECK_FALSE(is_identifier("1a"));
    CHECK_FALSE(is_identifier("library-id"));
    CHECK_FALSE(is_identifier("\xC3\xB6"));
}
