#include "codegen/names.hpp"

#include <algorithm>
#include <array>

namespace roomd::codegen {
namespace {

// What the clients in plugins/http_emit/clients have for themselves, in one or the other language,
// what generated modules import, what each JavaScript object and each class of Python has, `then`,
// by which `await` takes an object for a promise, and the words of Python that cannot be a name.
constexpr auto reserved_calls = std::to_array<std::string_view>({
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "cast",
    "class",
    "close",
    "configure",
    "confirmed",
    "constructor",
    "continue",
    "copy",
    "def",
    "del",
    "elif",
    "else",
    "emit",
    "emitted",
    "event",
    "except",
    "finally",
    "flat",
    "flush",
    "for",
    "from",
    "global",
    "hasownproperty",
    "if",
    "import",
    "in",
    "is",
    "isprototypeof",
    "known",
    "lambda",
    "live",
    "merged",
    "mro",
    "nonlocal",
    "not",
    "of",
    "options",
    "or",
    "pass",
    "propertyisenumerable",
    "raise",
    "return",
    "sink",
    "stats",
    "then",
    "through",
    "to",
    "tolocalestring",
    "tostring",
    "try",
    "typed",
    "use",
    "valueof",
    "volatile",
    "while",
    "with",
    "yield",
});

// What generated files have or import.
constexpr auto reserved_types = std::to_array<std::string_view>({
    "Any",
    "AsyncLive",
    "AsyncRealtime",
    "Awaitable",
    "ClientToServerEvents",
    "Confirmation",
    "Dict",
    "EmitAnswer",
    "EmitRefusal",
    "Events",
    "False",
    "Generic",
    "List",
    "Literal",
    "Live",
    "Never",
    "None",
    "NotRequired",
    "Protocol",
    "Realtime",
    "RoomAnswer",
    "Schema",
    "ServerToClientEvents",
    "True",
    "TypedDict",
    "TypeVar",
    "Union",
});

bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
bool is_lower_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
char lower(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string capital(std::string word) {
    if (word.front() >= 'a' && word.front() <= 'z')
        word.front() = static_cast<char>(word.front() - 'a' + 'A');
    return word;
}

template <class List> bool has(const List &list, std::string_view wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool begins_with_digit(const Words &words) {
    return words.front().front() >= '0' && words.front().front() <= '9';
}

} // namespace

Words words_of(std::string_view name) {
    Words out;
    bool inside = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_upper(c) && !is_lower_or_digit(c)) {
            inside = false;
            continue;
        }
        // A hump begins where small letters end, and with the last capital of several: HTTPServer.
        const bool hump = i > 0 && is_upper(c) &&
                          (is_lower_or_digit(name[i - 1]) ||
                           (i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z'));
        if (!inside || hump) out.emplace_back();
        inside = true;
        out.back() += lower(c);
    }
    return out;
}

Words call_of(std::string_view event) {
    Words out = words_of(event);
    if (out.empty()) return out;
    if (begins_with_digit(out)) out.insert(out.begin(), "event");
    std::string all;
    for (const std::string &word : out)
        all += word;
    if (has(reserved_calls, all)) out.emplace_back("event");
    return out;
}

std::string type_of(std::string_view name) {
    Words words = words_of(name);
    if (words.empty() || begins_with_digit(words)) words.insert(words.begin(), "event");
    std::string out = pascal(words);
    return is_reserved_type(out) ? out + "Data" : out;
}

bool is_reserved_type(std::string_view name) noexcept {
    return has(reserved_types, name);
}

std::string camel(const Words &words) {
    std::string out = words.front();
    for (std::size_t i = 1; i < words.size(); ++i)
        out += capital(words[i]);
    return out;
}

std::string pascal(const Words &words) {
    std::string out;
    for (const std::string &word : words)
        out += capital(word);
    return out;
}

std::string snake(const Words &words) {
    std::string out = words.front();
    for (std::size_t i = 1; i < words.size(); ++i)
        (out += '_') += words[i];
    return out;
}

bool is_identifier(std::string_view text) noexcept {
    const auto letter = [](char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || c == '_'; };
    return !text.empty() && letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

} // namespace roomd::codegen
