#include "codegen/typescript.hpp"

#include "codegen/text.hpp"
#include "codegen/used.hpp"
#include "json/json.hpp"

namespace roomd::codegen {
namespace {

using Kind = Type::Kind;

std::string object(const Type &type, std::size_t indent) {
    // Named members must fit what is said of the others: it says nothing then.
    const Type others = type.inner.empty() || !type.members.empty() ? Type() : type.inner.front();
    if (type.members.empty()) return "{ [name: string]: " + typescript_type(others, indent) + " }";
    const std::string inside(indent + 4, ' ');
    std::string out = "{\n";
    for (const Member &member : type.members) {
        if (!member.about.empty()) out += inside + "/** " + in_comment(member.about) + " */\n";
        out += inside + typescript_name(member.name) + (member.required ? ": " : "?: ") +
               typescript_type(member.type, indent + 4) + ";\n";
    }
    if (!type.inner.empty()) out += inside + "[name: string]: unknown;\n";
    return out + std::string(indent, ' ') + '}';
}

std::string union_of(const Type &type, std::size_t indent) {
    if (type.inner.empty()) return "never";
    std::string out;
    for (const Type &one : type.inner)
        out += (out.empty() ? "" : " | ") + typescript_type(one, indent);
    return out;
}

} // namespace

std::string typescript_name(const std::string &name) {
    return is_identifier(name) ? name : json::quoted(name);
}

std::string typescript_type(const Type &type, std::size_t indent) {
    switch (type.kind) {
    case Kind::unknown: return "unknown";
    case Kind::null: return "null";
    case Kind::boolean: return "boolean";
    case Kind::integer:
    case Kind::number: return "number";
    case Kind::string: return "string";
    case Kind::literal:
    case Kind::named: return type.text;
    case Kind::object: return object(type, indent);
    case Kind::either: return union_of(type, indent);
    case Kind::list: break;
    }
    const Type &element = type.inner.front();
    const std::string text = typescript_type(element, indent);
    return element.is(Kind::either) && !element.inner.empty() ? '(' + text + ")[]" : text + "[]";
}

std::string typescript_types(const Contract &contract, const std::vector<const Event *> &used) {
    std::string out;
    for (const Shape *shape : used_types(contract, used)) {
        if (!shape->about.empty()) out += "/** " + in_comment(shape->about) + " */\n";
        out += "export type " + shape->name + " = " + typescript_type(shape->type) + ";\n\n";
    }
    return out;
}

} // namespace roomd::codegen
