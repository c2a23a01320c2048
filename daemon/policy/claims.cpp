#include "policy/claims.hpp"

#include <utility>

namespace roomd::policy {
namespace {

constexpr std::size_t max_claim = 256; // bytes of a reference
constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Found {
    bool absent = true;
    std::string_view value; // empty when it has none
};

Found member(std::string_view object, std::string_view name) {
    Found found;
    json::Members members(object);
    while (members.next()) {
        if (!members.is(name)) continue;
        if (!found.absent) return {false, {}}; // duplicate
        found = {false, members.value()};
    }
    if (!found.absent && json::kind(found.value) == json::Kind::null) return {};
    return found;
}

Found find(std::string_view claims, const std::vector<std::string> &path) {
    Found at{false, claims};
    for (const std::string &name : path) {
        if (at.absent) return at;
        if (json::kind(at.value) != json::Kind::object) return {false, {}};
        at = member(at.value, name);
    }
    return at;
}

} // namespace

base::Result<Claim> parse_claim(std::string_view text) {
    if (text.empty()) return base::Error{"the name of a claim is empty"};
    if (text.size() > max_claim) return base::Error{"the name of a claim has at most 256 bytes"};
    Claim claim;
    claim.text_ = text;
    if (text.front() != '/') {
        claim.path_.emplace_back(text);
        return claim;
    }
    while (!text.empty()) {
        text.remove_prefix(1); // the "/"
        const std::string_view token = text.substr(0, text.find('/'));
        auto name = json::unescaped_token(token);
        if (!name)
            return base::Error{"in a JSON pointer \"~\" is written ~0 and \"/\" is written ~1"};
        claim.path_.push_back(*std::move(name));
        text.remove_prefix(token.size());
    }
    return claim;
}

Values::Values(std::string_view claims, const Claim &claim) {
    const Found found = find(claims, claim.path());
    absent_ = found.absent;
    list_ = json::kind(found.value) == json::Kind::array;
    if (list_)
        elements_ = json::Elements(found.value);
    else
        single_ = found.value;
    unusable_ = !absent_ && found.value.empty(); // a duplicate
}

bool Values::next() {
    if (!list_) return take(std::exchange(single_, {}));
    while (looked_at_ < most) {
        const auto element = elements_.next();
        if (element.empty()) return false;
        ++looked_at_;
        if (take(element)) return true;
    }
    return false;
}

bool Values::take(std::string_view scalar) {
    if (scalar.empty()) return false;
    if (read(scalar)) return true;
    unusable_ = unusable_ || json::kind(scalar) != json::Kind::null;
    return false;
}

bool Values::read(std::string_view scalar) {
    boolean_ = false;
    text_ = scalar;
    switch (json::kind(scalar)) {
    case json::Kind::boolean: boolean_ = true; return true;
    case json::Kind::number: return json::is_exact_integer(scalar);
    case json::Kind::string: break;
    default: return false;
    }
    text_ = scalar.substr(1, scalar.size() - 2);
    if (text_.find('\\') == std::string_view::npos) return true;
    unescaped_ = json::string(scalar);
    text_ = unescaped_;
    return text_.find(replacement) == std::string_view::npos;
}

} // namespace roomd::policy
