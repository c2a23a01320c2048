#include "schema/document.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace roomd::schema {
namespace {

constexpr double largest_whole = 9007199254740991.0; // 2^53 - 1

bool is_delimiter(char c) noexcept {
    return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Behind the closing quote of the string whose opening one is at `at`.
std::size_t behind_string(std::string_view text, std::size_t at, bool &escaped) noexcept {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '"') return at + 1;
        if (text[at] != '\\') continue;
        escaped = true;
        ++at;
    }
    return text.size();
}

} // namespace

Document::Document(std::string_view text) : text_(text) {
    assert(text.size() < UINT32_MAX);
    values_.reserve(text.size() / 12 + 8);
    Index open = none;
    std::size_t depth = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        switch (text[at]) {
        case ' ':
        case '\n':
        case '\r':
        case '\t':
        case ',':
        case ':': ++at; break;
        case '{':
        case '[':
            open =
                add(at, at, text[at] == '{' ? json::Kind::object : json::Kind::array, false, open);
            depth_ = std::max(depth_, ++depth);
            ++at;
            break;
        case '}':
        case ']':
            open = close(open, ++at);
            --depth;
            break;
        case '"': {
            bool escaped = false;
            const std::size_t end = behind_string(text, at, escaped);
            add(at, end, json::Kind::string, escaped, open);
            at = end;
            break;
        }
        default: {
            std::size_t end = at;
            while (end < text.size() && !is_delimiter(text[end]))
                ++end;
            add(at, end, json::kind(text.substr(at, 1)), false, open);
            at = end;
        }
        }
    }
    assert(open == none && !values_.empty());
}

Document::Index Document::add(std::size_t begin, std::size_t end, json::Kind kind, bool escaped,
                              Index open) {
    const Index index = static_cast<Index>(values_.size());
    const bool container = kind == json::Kind::object || kind == json::Kind::array;
    if (open != none) ++values_[open].size;
    values_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                       container ? open : index + 1, 0, kind, escaped});
    return index;
}

// Returns the container around it.
Document::Index Document::close(Index container, std::size_t end) {
    assert(container != none);
    Value &value = values_[container];
    const Index around = value.next;
    value.end = static_cast<std::uint32_t>(end);
    value.next = static_cast<Index>(values_.size());
    if (value.kind == json::Kind::object) {
        value.size /= 2;
        if (duplicate_ == none) find_duplicate(container);
    }
    return around;
}

void Document::find_duplicate(Index object) {
    constexpr std::size_t few = 16; // up to this many, comparing each pair is faster than sorting
    const std::size_t size = values_[object].size;
    if (size < 2) return;
    std::array<std::string_view, few> near;
    std::vector<std::string> decoded; // of names with escapes
    std::vector<std::pair<std::string_view, Index>> far;
    std::size_t seen = 0;
    decoded.reserve(size);
    if (size > few) far.reserve(size);
    for (Index i = first(object); i < next(object); i = next(i + 1)) {
        std::string_view name = text(i).substr(1, text(i).size() - 2);
        if (values_[i].escaped) name = decoded.emplace_back(json::string(text(i)));
        if (size > few) {
            far.emplace_back(name, i);
            continue;
        }
        if (std::find(near.begin(), near.begin() + seen, name) != near.begin() + seen) {
            duplicate_ = i;
            return;
        }
        near[seen++] = name;
    }
    std::sort(far.begin(), far.end());
    const auto twin = std::adjacent_find(
        far.begin(), far.end(), [](const auto &a, const auto &b) { return a.first == b.first; });
    if (twin != far.end()) duplicate_ = (twin + 1)->second;
}

std::string_view Document::text(Index i) const noexcept {
    return text_.substr(values_[i].begin, values_[i].end - values_[i].begin);
}

std::string_view Document::string(Index i, std::string &scratch) const {
    assert(kind(i) == json::Kind::string);
    if (!values_[i].escaped) return text(i).substr(1, text(i).size() - 2);
    scratch = json::string(text(i));
    return scratch;
}

bool Document::says(Index i, std::string_view what) const {
    if (values_[i].escaped) return json::string(text(i)) == what;
    return text(i).substr(1, text(i).size() - 2) == what;
}

double Document::number(Index i) const {
    const std::string_view literal = text(i);
    double value = 0;
    const auto fault = std::from_chars(literal.data(), literal.data() + literal.size(), value).ec;
    if (fault == std::errc{}) return value;
    // Too large, or too close to 0: only strtod tells which.
    return std::strtod(std::string(literal).c_str(), nullptr);
}

bool Document::whole(Index i) const {
    const std::string_view literal = text(i);
    if (literal.size() <= 15 && literal.find_first_of(".eE") == std::string_view::npos) return true;
    const double value = number(i);
    return std::trunc(value) == value && std::fabs(value) <= largest_whole;
}

Document::Index Document::member(Index object, std::string_view name) const {
    for (Index i = first(object); i < next(object); i = next(i + 1))
        if (says(i, name)) return i + 1;
    return none;
}

std::string Document::pointer(Index wanted) const {
    std::string out, scratch;
    Index at = root;
    while (at != wanted) {
        const bool object = kind(at) == json::Kind::object;
        Index child = first(at);
        std::size_t place = 0;
        const auto end_of = [&] { return next(object ? child + 1 : child); };
        for (; end_of() <= wanted; ++place)
            child = end_of();
        out += '/';
        out += object ? json::escaped_token(string(child, scratch)) : std::to_string(place);
        if (object && child == wanted) break; // a name counts as its member
        at = object ? child + 1 : child;
    }
    return out;
}

Document::Index Document::find(std::string_view pointer) const {
    Index at = root;
    while (!pointer.empty()) {
        if (pointer.front() != '/') return none;
        pointer.remove_prefix(1);
        const auto token = json::unescaped_token(pointer.substr(0, pointer.find('/')));
        pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
        if (!token) return none;
        if (kind(at) == json::Kind::object) {
            at = member(at, *token);
        } else if (kind(at) == json::Kind::array) {
            std::size_t place = 0;
            const auto [end, fault] =
                std::from_chars(token->data(), token->data() + token->size(), place);
            const bool good =
                fault == std::errc{} && end == token->data() + token->size() && place < size(at);
            Index child = first(at);
            for (std::size_t i = 0; good && i < place; ++i)
                child = next(child);
            at = good ? child : none;
        } else {
            return none;
        }
        if (at == none) return none;
    }
    return at;
}

std::string Document::canonical(Index i) const {
    std::string out;
    append_canonical(i, out);
    return out;
}

// Recurses as deep as the text nests.
void Document::append_canonical(Index i, std::string &out) const {
    std::string scratch;
    switch (kind(i)) {
    case json::Kind::null:
    case json::Kind::boolean: out += text(i); return;
    case json::Kind::string: json::append_quoted(out, string(i, scratch)); return;
    case json::Kind::number: {
        const double value = number(i);
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                       value == 0 ? 0.0 : value); // -0 is 0
        out.append(digits.data(), end.ptr);
        return;
    }
    case json::Kind::array:
        out += '[';
        for (Index child = first(i); child < next(i); child = next(child)) {
            if (child != first(i)) out += ',';
            append_canonical(child, out);
        }
        out += ']';
        return;
    case json::Kind::object: {
        std::vector<std::pair<std::string, Index>> members;
        members.reserve(size(i));
        for (Index name = first(i); name < next(i); name = next(name + 1))
            members.emplace_back(string(name, scratch), name + 1);
        std::sort(members.begin(), members.end());
        char before = '{';
        for (const auto &[name, value] : members) {
            out += before;
            before = ',';
            json::append_quoted(out, name);
            out += ':';
            append_canonical(value, out);
        }
        out += members.empty() ? "{}" : "}";
        return;
    }
    }
}

} // namespace roomd::schema
