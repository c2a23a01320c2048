#include "catalogue/here.hpp"

#include <algorithm>

namespace roomd::catalogue {
namespace {

// What one step may read.
constexpr std::size_t bytes_per_step = 64;
constexpr std::size_t names_per_step = 16;

} // namespace

bool Here::is(JsonType type) const {
    using Type = valijson::constraints::TypeConstraint;
    switch (type) {
    case Type::kAny: return true;
    case Type::kArray: return is(json::Kind::array);
    case Type::kBoolean: return is(json::Kind::boolean);
    case Type::kInteger: return is(json::Kind::number) && doc.whole(at);
    case Type::kNull: return is(json::Kind::null);
    case Type::kNumber: return is(json::Kind::number);
    case Type::kObject: return is(json::Kind::object);
    case Type::kString: return is(json::Kind::string);
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
    if (!verdict.spend(1 + size() / names_per_step)) return Document::none;
    return doc.member(at, name);
}

bool Here::spend_on(std::string_view text) noexcept {
    return verdict.spend(1 + text.size() / bytes_per_step);
}

bool Here::fail_at(Index where, std::string_view keyword, std::string text) {
    return verdict.wants_reason() && fail_with(doc.pointer(where), keyword, std::move(text));
}

bool Here::fail_member(std::string_view name, std::string_view keyword, std::string text) {
    return verdict.wants_reason() &&
           fail_with(doc.pointer(at) + '/' + json::escaped_token(name), keyword, std::move(text));
}

bool Here::fail_with(std::string pointer, std::string_view keyword, std::string text) {
    std::string place = schema_->getId();
    if (!keyword.empty()) (place += '/') += keyword;
    verdict.reason({std::move(pointer), std::move(text), std::move(place)});
    return false;
}

} // namespace roomd::catalogue
