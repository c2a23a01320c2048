#include "config/plain.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace roomd::config;

namespace {

std::string reading(std::string_view plain) {
    const char *other = other_reading(plain);
    return other == nullptr ? "text" : other;
}

} // namespace

TEST_CASE("words that YAML 1.1 takes for a boolean or for nothing are told") {
    for (const char *word :
         {"y",  "Y",  "yes", "Yes", "YES", "n",    "N",    "no",   "No",    "NO",    "on",
          "On", "ON", "off", "Off", "OFF", "true", "True", "TRUE", "false", "False", "FALSE"})
        CHECK_MESSAGE(reading(word) == "true or false", word);
    for (const char *word : {"", "~", "null", "Null", "NULL"})
        CHECK_MESSAGE(reading(word) == "nothing", word);
    for (const char *word :
         {"yEs", "nO", "oN", "ye", "none", "norway", "nil", "tRUE", "~x", "t", "f"})
        CHECK_MESSAGE(reading(word) == "text", word);
}

TEST_CASE("numbers that any reader would print otherwise are told") {
    for (const char *number : {"007",
                               "00",
                               "0123",
                               "-0",
                               "+7",
                               "1_000",
                               "1_",
                               "0x1F",
                               "0xff_ff",
                               "0o17",
                               "0b101",
                               "-0x1",
                               "1.0",
                               "1.10",
                               ".5",
                               "5.",
                               "-2.5",
                               "1e3",
                               "1E+3",
                               "1.5e-3",
                               "6.02e23",
                               ".inf",
                               "-.Inf",
                               "+.INF",
                               ".nan",
                               ".NaN",
                               "9007199254740992",
                               "-9007199254740992",
                               "12345678901234567890"})
        CHECK_MESSAGE(reading(number) == "a number", number);
    for (const char *text :
         {"0", "7", "-7", "42", "50000", "9007199254740991", "-9007199254740991"})
        CHECK_MESSAGE(reading(text) == "text", text); // reads back as it is written
    for (const char *text : {"1.2.3", "127.0.0.1", "1e", "e3", ".", "..", "+", "-", "0x", "0xg",
                             "_1", "1-2", "25s", "1MiB", "12ab", ".e3", ".infinity", "0o", "0b2x"})
        CHECK_MESSAGE(reading(text) == "text", text);
}

TEST_CASE("numbers to the base of 60 and dates are told") {
    for (const char *time : {"1:30", "12:30:45", "-1:30", "190:20:30", "1:30.5", "0:07", "22:22"})
        CHECK_MESSAGE(reading(time) == "a time", time);
    for (const char *date : {"2026-11-23", "2026-1-2", "2026-11-23T09:00:00Z",
                             "2026-11-23t09:00:00.5+01:00", "2026-11-23 09:00:00"})
        CHECK_MESSAGE(reading(date) == "a date", date);
    for (const char *text :
         {"1:60", "3001:3001", "1:", ":30", "1:2:", "a:1", "127.0.0.1:30", "user:42", "2026-11",
          "2026-11-", "26-11-23", "2026-11-23x", "2026-11-23-a", "2026-111-23"})
        CHECK_MESSAGE(reading(text) == "text", text);
}

TEST_CASE("a decimal number is written as JSON has it") {
    const std::pair<const char *, const char *> numbers[] = {
        {"7", "7"},  {"-7", "-7"},    {"+7", "7"},      {"1.50", "1.50"},   {".5", "0.5"},
        {"5.", "5"}, {"1E+3", "1e3"}, {"1e-3", "1e-3"}, {"-.5e2", "-0.5e2"}};
    for (const auto &number : numbers)
        CHECK_MESSAGE(json_number(number.first) == number.second, number.first);
    for (const char *none :
         {"", "-", "007", "0x1F", "1_000", "1e", "1e+", ".", "1.2.3", ".inf", "1 "})
        CHECK_MESSAGE(json_number(none).empty(), none);
}

TEST_CASE("a boolean is as JSON writes it, in the three ways YAML 1.2 allows") {
    for (const char *one : {"true", "True", "TRUE"})
        CHECK_MESSAGE(std::string_view(json_boolean(one)) == "true", one);
    for (const char *one : {"false", "False", "FALSE"})
        CHECK_MESSAGE(std::string_view(json_boolean(one)) == "false", one);
    for (const char *none : {"", "tRUE", "yes", "on", "1", "true "})
        CHECK_MESSAGE(json_boolean(none) == nullptr, none);
}
