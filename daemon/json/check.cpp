#include "base/ascii.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace roomd::json {
namespace {

// The position of the first digit other than zero, before the point (1 and up) or behind it, plus
// the exponent.
double magnitude(std::string_view number) noexcept {
    if (number.front() == '-') number.remove_prefix(1);
    const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
    const std::string_view digits = number.substr(0, mark);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    const std::size_t first = std::min(digits.find_first_of("123456789"), digits.size());
    double out = double(point) - double(first) + (first > point ? 1 : 0);
    double power = 0;
    std::size_t at = mark + 1;
    const bool minus = at < number.size() && number[at] == '-';
    if (at < number.size() && !base::is_digit(number[at])) ++at;
    for (; at < number.size() && power < 1e9; ++at)
        power = power * 10 + (number[at] - '0');
    return out + (minus ? -power : power);
}

// Numbers too small for a double are read as 0 by everyone.
bool is_too_large(std::string_view number) noexcept {
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    return read.ec == std::errc::result_out_of_range && magnitude(number) > 0;
}

// Walks the grammar once.  Open containers are a stack of brackets, at most `depth` deep.
class Checker {
public:
    Checker(std::string_view text, std::size_t depth, std::size_t most) noexcept :
        at_(text.data()),
        end_(text.data() + text.size()),
        depth_(depth),
        left_(most) {}

    bool run() {
        for (;;) {
            if (!value()) return false;
            for (;;) {
                space();
                if (open_.empty()) return at_ == end_;
                if (take(',')) {
                    if (open_.size() == 1 && --left_ == 0) {
                        why_ = Fault::Why::too_many;
                        return false;
                    }
                    if (open_.back() == '{' && !key()) return false;
                    break;
                }
                if (!take(open_.back() == '{' ? '}' : ']')) return false;
                open_.pop_back();
            }
        }
    }

    Fault::Why why() const noexcept { return why_; }
    const char *at() const noexcept { return at_; }

private:
    // Reads a scalar or an empty container, and whatever opens in front of it.
    bool value() {
        for (;;) {
            space();
            const bool object = at_ != end_ && *at_ == '{';
            if (!object && (at_ == end_ || *at_ != '[')) return scalar();
            if (open_.size() >= depth_) {
                why_ = Fault::Why::too_deep;
                return false;
            }
            open_ += *at_++;
            space();
            if (take(object ? '}' : ']')) {
                open_.pop_back();
                return true;
            }
            if (object && !key()) return false;
        }
    }

    bool key() {
        space();
        if (!take('"') || !string()) return false;
        space();
        return take(':');
    }

    bool scalar() {
        if (at_ == end_) return false;
        switch (*at_) {
        case '"': ++at_; return string();
        case 't': return word("true");
        case 'f': return word("false");
        case 'n': return word("null");
        default: return number();
        }
    }

    // Behind the opening quote.
    bool string() {
        while (at_ != end_) {
            const auto c = static_cast<unsigned char>(*at_);
            if (c < 0x20) return false;
            ++at_;
            if (c == '"') return true;
            if (c == '\\' && !escape()) return false;
        }
        return false;
    }

    bool escape() {
        if (at_ == end_) return false;
        switch (*at_) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't': ++at_; return true;
        case 'u': ++at_; break;
        default: return false;
        }
        for (int i = 0; i < 4; ++i) {
            if (at_ == end_ || !base::is_hex(*at_)) return false;
            ++at_;
        }
        return true;
    }

    bool number() {
        constexpr std::ptrdiff_t surely_fits = 300; // digits without an exponent
        const char *from = at_;
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (!take('e') && !take('E')) return at_ - from <= surely_fits || fits(from);
        if (!take('+')) take('-');
        return digits() && fits(from);
    }

    bool fits(const char *from) {
        if (!is_too_large({from, static_cast<std::size_t>(at_ - from)})) return true;
        at_ = from;
        why_ = Fault::Why::number_too_large;
        return false;
    }

    bool digits() {
        const char *from = at_;
        while (at_ != end_ && base::is_digit(*at_))
            ++at_;
        return at_ != from;
    }

    bool word(std::string_view expected) {
        if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected))
            return false;
        at_ += expected.size();
        return true;
    }

    bool take(char c) noexcept {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }

    void space() noexcept {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
            ++at_;
    }

    const char *at_;
    const char *end_;
    std::size_t depth_;
    std::size_t left_; // elements the outermost container may still have, with the current one
    std::string open_; // brackets; up to 15 without an allocation
    Fault::Why why_ = Fault::Why::malformed;
};

const char *words(Fault::Why why) noexcept {
    switch (why) {
    case Fault::Why::too_deep: return "JSON nested too deep";
    case Fault::Why::too_many: return "too many elements";
    case Fault::Why::number_too_large: return "a number is too large for a double";
    case Fault::Why::malformed: break;
    }
    return "bad JSON";
}

} // namespace

base::Result<Kind> check(std::string_view text, std::size_t depth, std::size_t most) {
    if (!base::is_utf8(text)) return base::Error{"JSON is not UTF-8"};
    Checker checker(text, depth, most);
    if (!checker.run()) return base::Error{words(checker.why())};
    return kind(text);
}

Fault find_fault(std::string_view text, std::size_t depth) {
    std::size_t well_formed = 0;
    for (std::size_t length = 1; length > 0 && well_formed < text.size(); well_formed += length)
        length = base::utf8_sequence(text.substr(well_formed));
    if (!base::is_utf8(text)) return {Fault::Why::malformed, std::min(well_formed, text.size())};
    Checker checker(text, depth, SIZE_MAX);
    checker.run();
    return {checker.why(), static_cast<std::size_t>(checker.at() - text.data())};
}

} // namespace roomd::json
