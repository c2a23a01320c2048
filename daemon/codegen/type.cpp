#include "codegen/type.hpp"

#include "json/json.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace roomd::codegen {
namespace {

constexpr std::size_t most_branches = 64; // that both() makes of two unions
constexpr std::size_t most_wide = 1000;   // of a union, literals aside: each is compared with each

using Kind = Type::Kind;

Kind kind_of_literal(const Type &literal) {
    switch (json::kind(literal.text)) {
    case json::Kind::null: return Kind::null;
    case json::Kind::boolean: return Kind::boolean;
    case json::Kind::number: return Kind::number;
    default: return Kind::string;
    }
}

// Is all of `a` in `b`?
bool within(const Type &a, const Type &b) {
    if (a == b || b.is(Kind::unknown)) return true;
    if (b.is(Kind::number))
        return a.is(Kind::integer) || (a.is(Kind::literal) && kind_of_literal(a) == Kind::number);
    return a.is(Kind::literal) && !b.is(Kind::integer) && kind_of_literal(a) == b.kind;
}

Type both_objects(const Type &a, const Type &b) {
    Type out = a;
    for (const Member &member : b.members) {
        const auto same = std::find_if(out.members.begin(), out.members.end(),
                                       [&](const Member &m) { return m.name == member.name; });
        if (same == out.members.end()) {
            out.members.push_back(member);
            continue;
        }
        same->type = both(same->type, member.type);
        same->required = same->required || member.required;
        if (same->about.empty()) same->about = member.about;
    }
    if (out.inner.empty())
        out.inner = b.inner;
    else if (!b.inner.empty())
        out.inner.front() = both(out.inner.front(), b.inner.front());
    return out;
}

Type both_unions(const std::vector<Type> &a, const std::vector<Type> &b) {
    std::vector<Type> out;
    for (const Type &x : a)
        for (const Type &y : b)
            out.push_back(both(x, y));
    return either(std::move(out));
}

} // namespace

bool operator==(const Type &a, const Type &b) {
    return a.kind == b.kind && a.text == b.text && a.inner == b.inner && a.members == b.members;
}

bool operator==(const Member &a, const Member &b) {
    return a.name == b.name && a.type == b.type && a.required == b.required;
}

Type simple(Kind kind) {
    Type out;
    out.kind = kind;
    return out;
}

Type list_of(Type elements) {
    Type out = simple(Kind::list);
    out.inner.push_back(std::move(elements));
    return out;
}

Type either(std::vector<Type> types) {
    std::vector<Type> flat;
    for (Type &type : types) {
        if (type.is(Kind::either))
            std::move(type.inner.begin(), type.inner.end(), std::back_inserter(flat));
        else
            flat.push_back(std::move(type));
    }
    // Literals may be many.  A type is within one only if it is the same one, so that is looked up.
    std::vector<std::size_t> wide;
    for (std::size_t i = 0; i < flat.size(); ++i)
        if (!flat[i].is(Kind::literal)) wide.push_back(i);
    if (wide.size() > most_wide) return {};
    std::set<std::string_view> literals;
    Type out = simple(Kind::either);
    for (std::size_t i = 0; i < flat.size(); ++i) {
        // By another one; of two equal ones the first stays.
        const bool said =
            (flat[i].is(Kind::literal) && !literals.insert(flat[i].text).second) ||
            std::any_of(wide.begin(), wide.end(), [&](std::size_t k) {
                return k != i && within(flat[i], flat[k]) && (k < i || !(flat[i] == flat[k]));
            });
        if (!said) out.inner.push_back(flat[i]);
    }
    if (out.inner.size() == 1) return Type(std::move(out.inner.front()));
    return out;
}

Type both(const Type &a, const Type &b) {
    if (a.is(Kind::named) || within(a, b)) return a;
    if (b.is(Kind::named) || within(b, a)) return b;
    if (a.is(Kind::either) || b.is(Kind::either)) {
        const std::vector<Type> x = a.is(Kind::either) ? a.inner : std::vector{a};
        const std::vector<Type> y = b.is(Kind::either) ? b.inner : std::vector{b};
        return x.size() * y.size() > most_branches ? a : both_unions(x, y);
    }
    if (a.is(Kind::object) && b.is(Kind::object)) return both_objects(a, b);
    if (a.is(Kind::list) && b.is(Kind::list))
        return list_of(both(a.inner.front(), b.inner.front()));
    // 1 as an integer: its kind is that of any number.
    if (a.is(Kind::literal) && b.is(Kind::integer) && kind_of_literal(a) == Kind::number) return a;
    if (b.is(Kind::literal) && a.is(Kind::integer) && kind_of_literal(b) == Kind::number) return b;
    return simple(Kind::either);
}

Type without(Type type, const std::vector<std::string> &names) {
    for (Type &one : type.inner)
        if (type.is(Kind::either)) one = without(std::move(one), names);
    std::erase_if(type.members, [&](const Member &member) {
        return std::find(names.begin(), names.end(), member.name) != names.end();
    });
    return type;
}

Type member_type(const Type &type, const std::string &name) {
    if (type.is(Kind::either)) {
        std::vector<Type> each;
        for (const Type &one : type.inner)
            if (one.is(Kind::object)) each.push_back(member_type(one, name));
        if (!each.empty()) return either(std::move(each));
    }
    for (const Member &member : type.members)
        if (member.name == name) return member.type;
    return type.is(Kind::object) && !type.inner.empty() ? type.inner.front() : Type();
}

} // namespace roomd::codegen
