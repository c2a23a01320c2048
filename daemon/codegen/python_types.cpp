#include "codegen/python_types.hpp"

#include "json/json.hpp"

#include <algorithm>

namespace roomd::codegen {
namespace {

using Kind = Type::Kind;

bool has_fraction(const std::string &number) {
    return number.find_first_of(".eE") != std::string::npos;
}

// Literal[..] takes no floats.
std::string literal_type(const std::string &json) {
    switch (json::kind(json)) {
    case json::Kind::boolean: return json == "true" ? "Literal[True]" : "Literal[False]";
    case json::Kind::number: return has_fraction(json) ? "float" : "Literal[" + json + ']';
    default: return "Literal[" + json + ']';
    }
}

// A TypedDict takes no other members than it names.
bool is_dict(const Type &object) {
    return object.members.empty() || !object.inner.empty();
}

} // namespace

PythonTypes::PythonTypes(const Contract &contract) {
    for (const Shape &shape : contract.types)
        taken_.push_back(shape.name);
}

std::string PythonTypes::fresh(const std::string &name) const {
    std::string out = name;
    while (is_reserved_type(out) || std::find(taken_.begin(), taken_.end(), out) != taken_.end())
        out += '_';
    return out;
}

void PythonTypes::define(const std::string &name, const Type &type) {
    names_.push_back(name);
    if (type.is(Kind::object) && !is_dict(type)) return typed_dict(name, type);
    lines_.push_back(name + " = " + write(type, name));
}

std::string PythonTypes::write(const Type &type, const std::string &name) {
    switch (type.kind) {
    case Kind::unknown: return "Any";
    case Kind::null: return "None";
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::number: return "float";
    case Kind::string: return "str";
    case Kind::literal: return literal_type(type.text);
    case Kind::named: return type.text;
    case Kind::object: return object(type, name);
    case Kind::list: return "List[" + write(type.inner.front(), name + "Item") + ']';
    case Kind::either: break;
    }
    if (type.inner.empty()) return "Never";
    std::string out;
    for (std::size_t i = 0; i < type.inner.size(); ++i)
        out += (i == 0 ? "Union[" : ", ") +
               write(type.inner[i], name + (i == 0 ? "" : std::to_string(i + 1)));
    return out + ']';
}

std::string PythonTypes::object(const Type &type, const std::string &name) {
    if (!type.members.empty() && is_dict(type)) return "Dict[str, Any]";
    if (is_dict(type))
        return "Dict[str, " +
               (type.inner.empty() ? "Any" : write(type.inner.front(), name + "Value")) + ']';
    std::string own = fresh(name);
    taken_.push_back(own);
    names_.push_back(own);
    typed_dict(own, type);
    return own;
}

void PythonTypes::typed_dict(const std::string &name, const Type &type) {
    std::string out = name + " = TypedDict(\"" + name + "\", {\n";
    for (const Member &member : type.members) {
        const Words words = words_of(member.name);
        std::string inner = write(member.type, name + pascal(words));
        if (!member.required) inner.insert(0, "NotRequired[").append("]");
        // As text: a name in it may be defined further below.
        out += "        " + json::quoted(member.name) + ": " + json::quoted(inner) + ",\n";
    }
    lines_.push_back(out + "    })");
}

} // namespace roomd::codegen
