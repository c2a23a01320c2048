#include "schema/pattern.hpp"

#include "base/ascii.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include <re2/re2.h>

namespace roomd::schema {
namespace {

constexpr std::size_t longest_expression = 4096;
constexpr int largest_program = 10000;
constexpr std::int64_t memory =
    1 << 20; // of RE2's cached states; with less it is slower, but still linear
constexpr std::size_t each_call = 64; // what a call itself costs, as instructions

// \s of ECMA-262, as members of a class.
constexpr std::string_view space = "\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}"
                                   "\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";

// Rewrites ECMA-262 as RE2 reads it.
class Translation {
public:
    explicit Translation(std::string_view from) : from_(from) {}

    // Null, or why it cannot be rewritten.
    const char *run() {
        while (at_ < from_.size())
            if (const char *why = step()) return why;
        return nullptr; // RE2 refuses a class that is not closed
    }

    std::string &&take() { return std::move(out_); }

private:
    const char *step() {
        const std::string_view rest = from_.substr(at_);
        if (rest.front() == '\\') return escape();
        if (in_class_) {
            if (rest.starts_with("[:"))
                return "\"[:\" does not name a class in ECMA-262; write \"\\[:\"";
            in_class_ = rest.front() != ']';
        } else if (rest.front() == '[') {
            in_class_ = true;
            const bool negated = rest.starts_with("[^");
            if (rest.substr(negated ? 2 : 1).starts_with(']')) return "\"[]\" is an empty class";
            if (negated) return copy(2);
        } else if (rest.front() == '.') {
            ++at_;
            out_ += "[^\\n\\r\\x{2028}\\x{2029}]";
            return nullptr;
        } else if (rest.starts_with("(?")) {
            if (rest.starts_with("(?:")) return copy(3);
            const bool look = rest.starts_with("(?=") || rest.starts_with("(?!") ||
                              rest.starts_with("(?<=") || rest.starts_with("(?<!");
            return look ? "look-around cannot be run in linear time"
                        : "of the groups with \"(?\" only \"(?:\" is supported";
        }
        return copy(1);
    }

    const char *copy(std::size_t count) {
        out_ += from_.substr(at_, count);
        at_ += count;
        return nullptr;
    }

    const char *put(std::size_t read, std::string_view text) {
        out_ += text;
        at_ += read;
        return nullptr;
    }

    const char *put_code(std::size_t read, std::uint32_t code) {
        std::array<char, 16> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), code, 16).ptr;
        return put(read, "\\x{" + std::string(digits.data(), end) + '}');
    }

    const char *escape() {
        const std::string_view rest = from_.substr(at_ + 1);
        if (rest.empty()) return "it ends in \"\\\"";
        const char c = rest.front();
        switch (c) {
        case 'd':
        case 'D':
        case 'w':
        case 'W':
        case 't':
        case 'n':
        case 'r':
        case 'f':
        case 'v': return copy(2);
        case 'b': return in_class_ ? put(2, "\\x08") : copy(2);
        case 'B': return in_class_ ? "\"\\B\" is not allowed in a class" : copy(2);
        case 's': return put(2, in_class_ ? std::string(space) : '[' + std::string(space) + ']');
        case 'S':
            if (in_class_) return "\"\\S\" in a class is not supported";
            return put(2, "[^" + std::string(space) + ']');
        case 'p':
        case 'P':
            if (!rest.substr(1).starts_with('{')) return "\"\\p\" is followed by \"{\"";
            return copy(2);
        case 'x':
            if (rest.size() < 3 || !base::is_hex(rest[1]) || !base::is_hex(rest[2]))
                return "\"\\x\" is followed by two hexadecimal digits";
            return copy(4);
        case 'u': return unicode(rest);
        case '0':
            if (rest.size() > 1 && base::is_digit(rest[1]))
                return "octal escapes are not supported";
            return put(2, "\\x00");
        default: break;
        }
        if (c >= '1' && c <= '9') return "back references cannot be run in linear time";
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || c <= ' ' || c > '~') return "it has an escape that ECMA-262 does not define";
        return copy(2);
    }

    // "u0041", "u{1F600}", or a pair of surrogates.
    const char *unicode(std::string_view rest) {
        constexpr const char *wrong = "\"\\u\" is followed by four hexadecimal digits or {..}";
        if (rest.starts_with("u{")) {
            const std::size_t end = rest.find('}');
            if (end == std::string_view::npos) return wrong;
            const auto code = hex(rest.substr(2, end - 2));
            return code && *code <= 0x10FFFF ? put_code(end + 2, *code) : wrong;
        }
        const auto code = hex(rest.substr(1, 4));
        if (rest.size() < 5 || !code) return wrong;
        if (*code < 0xD800 || *code > 0xDFFF) return put_code(6, *code);
        const auto low = rest.substr(5).starts_with("\\u") ? hex(rest.substr(7, 4)) : std::nullopt;
        if (*code > 0xDBFF || !low || *low < 0xDC00 || *low > 0xDFFF)
            return "half of a surrogate pair is not a character";
        return put_code(12, 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00));
    }

    static std::optional<std::uint32_t> hex(std::string_view digits) {
        std::uint32_t code = 0;
        const auto [end, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (fault != std::errc{} || end != digits.data() + digits.size()) return {};
        return code;
    }

    std::string_view from_;
    std::size_t at_ = 0;
    bool in_class_ = false;
    std::string out_;
};

} // namespace

std::optional<Pattern> Pattern::compile(std::string_view expression, std::string &why) {
    if (expression.size() > longest_expression) {
        why = "it is longer than " + std::to_string(longest_expression) + " bytes";
        return {};
    }
    Translation translation(expression);
    if (const char *what = translation.run()) {
        why = what;
        return {};
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(memory);
    auto re = std::make_shared<const re2::RE2>(translation.take(), options);
    if (!re->ok() || re->ProgramSize() > largest_program) {
        why = re->ok() ? "it is too large" : re->error();
        return {};
    }
    return Pattern(std::string(expression), std::move(re));
}

Pattern::Pattern(std::string expression, std::shared_ptr<const re2::RE2> re) :
    expression_(std::move(expression)),
    re_(std::move(re)) {}

bool Pattern::found_in(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *re_);
}

std::size_t Pattern::work_on(std::string_view text) const noexcept {
    return each_call + (text.size() + 1) * static_cast<std::size_t>(re_->ProgramSize());
}

} // namespace roomd::schema
