#include "schema/here.hpp"

#include <algorithm>

namespace roomd::schema {
namespace {

// Bytes that one step may read.
constexpr std::size_t bytes_per_step = 32;
constexpr std::size_t names_per_step = 16;
constexpr std::size_t steps_per_inner_value = 5; // canonical texts, compared log n times

} // namespace

bool Here::is(Type type) {
    switch (type) {
    case Type::array: return is(json::Kind::array);
    case Type::boolean: return is(json::Kind::boolean);
    case Type::integer: return is(json::Kind::number) && is_whole();
    case Type::null: return is(json::Kind::null);
    case Type::number: return is(json::Kind::number);
    case Type::object: return is(json::Kind::object);
    case Type::string: return is(json::Kind::string);
    }
    return false;
}

std::size_t Here::characters() const {
    std::string scratch;
    const std::string_view text = doc.string(at, scratch);
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

Document::Index Here::find(std::string_view name) {
    if (!findings.spend(1 + size() / names_per_step)) return Document::none;
    return doc.member(at, name);
}

bool Here::spend_on(std::string_view text) noexcept {
    return findings.spend(1 + text.size() / bytes_per_step);
}

bool Here::spend_on_inner() noexcept {
    const std::size_t inner = doc.next(at) - at - 1;
    return spend_on_text() && (inner == 0 || findings.spend(inner * steps_per_inner_value));
}

double Here::number() {
    findings.spend(doc.text(at).size() / bytes_per_step);
    return findings.is_abandoned() ? 0 : doc.number(at);
}

bool Here::is_whole() {
    findings.spend(doc.text(at).size() / bytes_per_step);
    return !findings.is_abandoned() && doc.whole(at);
}

bool Here::fail_at(Index where, std::string_view keyword, std::string text) {
    return findings.wants_more() && fail_with(doc.pointer(where), keyword, std::move(text));
}

bool Here::fail_member(std::string_view name, std::string_view keyword, std::string text) {
    return findings.wants_more() &&
           fail_with(doc.pointer(at) + '/' + json::escaped_token(name), keyword, std::move(text));
}

bool Here::fail_with(std::string pointer, std::string_view keyword, std::string text) {
    std::string place = schema_->pointer;
    if (!keyword.empty()) (place += '/') += keyword;
    findings.add({std::move(pointer), std::move(text), std::move(place), false, keyword});
    return false;
}

} // namespace roomd::schema
