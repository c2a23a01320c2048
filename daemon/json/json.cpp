#include "json/json.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace roomd::json {
namespace {

bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void skip_space(std::string_view text, std::size_t &at) noexcept {
    while (at < text.size() && is_space(text[at]))
        ++at;
}

// `at` is at the opening quote; leaves it behind the closing one.
void skip_string(std::string_view text, std::size_t &at) noexcept {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"') {
            ++at;
            return;
        }
    }
    at = text.size();
}

// `at` is at the first character of a value; leaves it behind the last.
void skip_value(std::string_view text, std::size_t &at) noexcept {
    std::size_t open = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            skip_string(text, at);
        } else if (c == '[' || c == '{') {
            ++open;
            ++at;
        } else if (c == ']' || c == '}') {
            if (open == 0) return;
            --open;
            ++at;
        } else if (open == 0 && (c == ',' || is_space(c))) {
            return;
        } else {
            ++at;
            continue; // inside a scalar, or between the parts of a container
        }
        if (open == 0) return;
    }
}

// The text of the value at `at`, which is moved behind it and the space that follows.
std::string_view take_value(std::string_view text, std::size_t &at) noexcept {
    skip_space(text, at);
    if (at >= text.size()) return {};
    const std::size_t from = at;
    skip_value(text, at);
    const auto value = text.substr(from, at - from);
    skip_space(text, at);
    return value;
}

unsigned hex4(std::string_view digits) noexcept {
    unsigned value = 0;
    for (const char c : digits) {
        const auto digit = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        value = value << 4 | (digit & 15);
    }
    return value;
}

void append_utf8(std::string &out, unsigned code) {
    const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

constexpr unsigned replacement = 0xFFFD;

// `at` is behind "\u"; leaves it behind the escape, or both escapes of a pair.
unsigned unescape(std::string_view body, std::size_t &at) noexcept {
    unsigned code = hex4(body.substr(at, 4));
    at += 4;
    if (code < 0xD800 || code > 0xDFFF) return code;
    if (code > 0xDBFF || at >= body.size() || body.substr(at, 2) != "\\u") return replacement;
    const unsigned low = hex4(body.substr(at + 2, 4));
    if (low < 0xDC00 || low > 0xDFFF) return replacement;
    at += 6;
    return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

} // namespace

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

Kind kind(std::string_view text) {
    text = trim(text);
    if (text.empty()) return Kind::null;
    switch (text.front()) {
    case 'n': return Kind::null;
    case 't':
    case 'f': return Kind::boolean;
    case '"': return Kind::string;
    case '[': return Kind::array;
    case '{': return Kind::object;
    default: return Kind::number;
    }
}

bool is_exact_integer(std::string_view number) noexcept {
    constexpr std::string_view largest = "9007199254740991";
    if (number == "-0") return false;
    if (number.starts_with('-')) number.remove_prefix(1);
    if (number.empty() || !std::all_of(number.begin(), number.end(), base::is_digit)) return false;
    return number.size() < largest.size() || (number.size() == largest.size() && number <= largest);
}

Elements::Elements(std::string_view array) noexcept : array_(trim(array)) {
    if (!array_.starts_with('[')) array_ = {};
}

std::string_view Elements::next() noexcept {
    const auto element = take_value(array_, at_);
    const bool more = !element.empty() && at_ < array_.size() && array_[at_] == ',';
    if (more)
        ++at_;
    else
        at_ = array_.size();
    return element;
}

Members::Members(std::string_view object) noexcept : object_(trim(object)) {
    if (!object_.starts_with('{')) object_ = {};
}

bool Members::next() noexcept {
    skip_space(object_, at_);
    if (at_ >= object_.size() || object_[at_] != '"') return false;
    const std::size_t from = at_;
    skip_string(object_, at_);
    name_ = object_.substr(from, at_ - from);
    skip_space(object_, at_);
    ++at_; // the colon
    value_ = take_value(object_, at_);
    ++at_; // the comma, or the end
    return true;
}

bool Members::is(std::string_view key) const {
    const auto body = name_.substr(1, name_.size() - 2);
    return body.find('\\') == std::string_view::npos ? body == key : string(name_) == key;
}

void split_array(std::string_view array, std::vector<std::string_view> &out, std::size_t most) {
    out.clear();
    Elements elements(array);
    while (out.size() < most) {
        const auto element = elements.next();
        if (element.empty()) return;
        out.push_back(element);
    }
}

std::string_view first_element(std::string_view array) {
    return Elements(array).next();
}

void split_object(std::string_view object, std::vector<Member> &out) {
    out.clear();
    Members members(object);
    while (members.next())
        out.emplace_back(members.name(), members.value());
}

std::string_view member(std::string_view object, std::string_view key) {
    Members members(object);
    std::string_view found;
    while (members.next())
        if (members.is(key)) found = members.value();
    return found;
}

std::string string(std::string_view literal) {
    literal = trim(literal);
    if (literal.size() < 2 || literal.front() != '"') return {};
    const auto body = literal.substr(1, literal.size() - 2);
    std::string out;
    out.reserve(body.size());
    std::size_t at = 0;
    while (at < body.size()) {
        const std::size_t plain = body.find('\\', at);
        out += body.substr(at, plain - at);
        if (plain == std::string_view::npos || plain + 1 >= body.size()) break;
        at = plain + 2;
        switch (body[plain + 1]) {
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case 'n': out += '\n'; break;
        case 'r': out += '\r'; break;
        case 't': out += '\t'; break;
        case 'u': append_utf8(out, unescape(body, at)); break;
        default: out += body[plain + 1];
        }
    }
    return out;
}

void append_quoted(std::string &out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        const char c = text.front();
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
        } else if (const std::size_t length = base::utf8_sequence(text); length > 0) {
            out += text.substr(0, length);
            text.remove_prefix(length - 1);
        } else {
            append_utf8(out, replacement);
        }
        text.remove_prefix(1);
    }
    out += '"';
}

std::string quoted(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text);
    return out;
}

std::string escaped_token(std::string_view token) {
    std::string out;
    for (const char c : token) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::optional<std::string> unescaped_token(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            out += token[i];
            continue;
        }
        ++i;
        if (i == token.size() || (token[i] != '0' && token[i] != '1')) return {};
        out += token[i] == '0' ? '~' : '/';
    }
    return out;
}

} // namespace roomd::json
