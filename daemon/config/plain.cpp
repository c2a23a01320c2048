#include "config/plain.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

namespace roomd::config {
namespace {

bool is_all(std::string_view text, std::string_view of) noexcept {
    return text.find_first_not_of(of) == std::string_view::npos;
}

constexpr std::string_view decimal = "0123456789";
constexpr std::string_view decimal_or_mark = "0123456789_";

std::string_view take(std::string_view &text, std::string_view of) noexcept {
    const std::string_view front = text.substr(0, text.find_first_not_of(of));
    text.remove_prefix(front.size());
    return front;
}

void take_sign(std::string_view &text) noexcept {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
}

// "no" is Norway.
bool is_boolean(std::string_view text) noexcept {
    return base::is_one_of(text, {"y",     "Y",     "yes",   "Yes",  "YES",  "n",  "N",  "no",
                                  "No",    "NO",    "true",  "True", "TRUE", "on", "On", "ON",
                                  "false", "False", "FALSE", "off",  "Off",  "OFF"});
}

// Decimal, binary, octal and hexadecimal ones, with "_" between digits as 1.1 has it.
bool is_number(std::string_view text) noexcept {
    take_sign(text);
    if (base::is_one_of(text, {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"})) return true;
    if (text.size() > 2 && text[0] == '0') {
        const std::string_view digits = text.substr(2);
        if (text[1] == 'x') return is_all(digits, "0123456789abcdefABCDEF_");
        if (text[1] == 'o' || text[1] == 'b') return is_all(digits, "01234567_");
    }
    const bool begins = !text.empty() && base::is_digit(text[0]);
    take(text, decimal_or_mark);
    bool fraction = false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = !take(text, decimal_or_mark).empty();
    }
    if (!begins && !fraction) return false;
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        take_sign(text);
        if (take(text, decimal).empty()) return false;
    }
    return text.empty();
}

// To the base of 60: "1:30" is 90.
bool is_time(std::string_view text) noexcept {
    take_sign(text);
    if (text.empty() || !base::is_digit(text[0])) return false;
    take(text, decimal_or_mark);
    std::size_t parts = 0;
    for (; text.starts_with(':'); ++parts) {
        text.remove_prefix(1);
        const std::string_view part = take(text, decimal);
        if (part.empty() || part.size() > 2 || (part.size() == 2 && part[0] > '5')) return false;
    }
    if (text.starts_with('.')) take(text, "._0123456789");
    return parts > 0 && text.empty();
}

// "2026-11-23", and with a time behind it.
bool is_date(std::string_view text) noexcept {
    if (take(text, decimal).size() != 4) return false;
    for (int i = 0; i < 2; ++i) {
        if (!text.starts_with('-')) return false;
        text.remove_prefix(1);
        const std::size_t digits = take(text, decimal).size();
        if (digits < 1 || digits > 2) return false;
    }
    return text.empty() || (base::is_one_of(text.substr(0, 1), {"T", "t", " "}) &&
                            is_all(text, "TtZz :.+-0123456789"));
}

// Reads back as it is written, in a double too; without leading zeros.
bool is_plain_integer(std::string_view text) noexcept {
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    return json::is_exact_integer(text) && (digits[0] != '0' || digits.size() == 1);
}

} // namespace

const char *other_reading(std::string_view plain) noexcept {
    if (is_plain_integer(plain)) return nullptr;
    if (is_boolean(plain)) return "true or false";
    if (base::is_one_of(plain, {"", "~", "null", "Null", "NULL"})) return "nothing";
    if (is_number(plain)) return "a number";
    if (is_time(plain)) return "a time";
    return is_date(plain) ? "a date" : nullptr;
}

const char *json_boolean(std::string_view plain) noexcept {
    if (base::is_one_of(plain, {"true", "True", "TRUE"})) return "true";
    return base::is_one_of(plain, {"false", "False", "FALSE"}) ? "false" : nullptr;
}

std::string json_number(std::string_view plain) {
    std::string out;
    if (plain.starts_with('-')) out = "-";
    take_sign(plain);
    const std::string_view whole = take(plain, decimal);
    std::string_view fraction;
    if (plain.starts_with('.')) {
        plain.remove_prefix(1);
        fraction = take(plain, decimal);
    }
    if (whole.empty() && fraction.empty()) return {};
    if (whole.size() > 1 && whole[0] == '0') return {};
    out += whole.empty() ? "0" : whole;
    if (!fraction.empty()) (out += '.') += fraction;
    if (plain.starts_with('e') || plain.starts_with('E')) {
        plain.remove_prefix(1);
        out += plain.starts_with('-') ? "e-" : "e";
        take_sign(plain);
        const std::string_view exponent = take(plain, decimal);
        if (exponent.empty()) return {};
        out += exponent;
    }
    return plain.empty() ? out : std::string();
}

} // namespace roomd::config
