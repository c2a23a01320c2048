#include "codegen/php.hpp"

#include "codegen/text.hpp"
#include "codegen/used.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace roomd::codegen {
namespace {

using Kind = Type::Kind;

// PHP's text in single quotes.
std::string literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + '\'';
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

// As PHPStan and Psalm read types, in a comment.
std::string doc_type(const Type &type) {
    switch (type.kind) {
    case Kind::unknown: return "mixed";
    case Kind::null: return "null";
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::number: return "int|float";
    case Kind::string: return "string";
    // A type inside itself cannot be told there.
    case Kind::named: return "mixed";
    case Kind::list: return "list<" + doc_type(type.inner.front()) + '>';
    case Kind::literal:
        if (json::kind(type.text) != json::Kind::string) return type.text;
        return in_comment(literal(json::string(type.text)));
    case Kind::object:
    case Kind::either: break;
    }
    std::string out;
    if (type.is(Kind::either)) {
        for (const Type &one : type.inner)
            out += (out.empty() ? "" : "|") + doc_type(one);
        return out.empty() ? "never" : out;
    }
    if (type.members.empty())
        return "array<string, " + (type.inner.empty() ? "mixed" : doc_type(type.inner.front())) +
               '>';
    for (const Member &member : type.members) {
        out += out.empty() ? "array{" : ", ";
        out += is_identifier(member.name) ? member.name : in_comment(literal(member.name));
        out += (member.required ? ": " : "?: ") + doc_type(member.type);
    }
    return out + (type.inner.empty() ? "}" : ", ...}");
}

// What PHP itself checks.
std::string own_type(const Type &type) {
    switch (type.kind) {
    case Kind::boolean: return "bool";
    case Kind::integer: // 3.0 is one too
    case Kind::number: return "int|float";
    case Kind::string: return "string";
    case Kind::list: return "array";
    case Kind::object: return "array|object";
    default: break;
    }
    const auto all = [&](std::initializer_list<Kind> kinds) {
        return type.is(Kind::either) && !type.inner.empty() &&
               std::all_of(type.inner.begin(), type.inner.end(), [&](const Type &one) {
                   return std::find(kinds.begin(), kinds.end(), one.kind) != kinds.end();
               });
    };
    if (all({Kind::string, Kind::integer})) return "int|float|string";
    return all({Kind::object}) ? "array|object" : "mixed";
}

// A variable for each of the leading arguments: $argument1 or so where it has no name that is free.
std::vector<std::string> variables(const std::vector<std::string> &leading) {
    std::set<std::string> taken = {"data", "options", "this"};
    std::vector<std::string> out;
    for (const std::string &argument : leading) {
        const Words words = words_of(argument);
        std::string own = words.empty() ? "" : camel(words);
        const bool fits = !own.empty() && own.front() > '9' && taken.insert(own).second;
        out.push_back(fits ? std::move(own) : "");
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t number = i + 1; out[i].empty(); ++number)
            if (std::string free = "argument" + std::to_string(number); taken.insert(free).second)
                out[i] = std::move(free);
    return out;
}

std::string method(const Event &event, std::string_view suffix, std::string_view calls,
                   std::string_view gives) {
    const std::vector<std::string> &leading = event.conf->arguments;
    const std::vector<std::string> names = variables(leading);
    std::string parameters, named;
    for (std::size_t i = 0; i < leading.size(); ++i) {
        parameters += own_type(member_type(event.data, leading[i])) + " $" + names[i] + ", ";
        named += (i == 0 ? "" : ", ") + literal(leading[i]) + " => $" + names[i];
    }
    const std::string doc = leading.empty() && !event.type.empty()
                                ? event.type + "Data"
                                : doc_type(without(event.data, leading));
    const std::string data = leading.empty() ? own_type(event.data) : "array";
    std::string out = "    /** @param " + doc + " $data */\n    public function " +
                      camel(event.call) + std::string(suffix) + '(' + parameters + data +
                      " $data, mixed ...$options): " + std::string(gives) + "\n    {\n        ";
    if (gives != "void") out += "return ";
    out += "$this->" + std::string(calls) + '(' + literal(event.conf->name) + ", " +
           (leading.empty() ? "$data" : '[' + named + "] + $data") + ", ...$options);\n    }\n";
    return out;
}

} // namespace

std::optional<std::string> php_emitter(const Contract &contract, std::string &why) {
    // PHP takes no notice of capitals.
    std::vector<std::string> calls, confirmed;
    for (const Event &event : contract.events) {
        calls.push_back(event.call.empty() ? "" : lowered(camel(event.call)));
        confirmed.push_back(calls.back().empty() ? "" : calls.back() + "confirmed");
    }
    std::vector<Event> twice = contract.events;
    twice.insert(twice.end(), contract.events.begin(), contract.events.end());
    calls.insert(calls.end(), confirmed.begin(), confirmed.end());
    why = refuse_same(twice, calls);
    if (!why.empty()) return {};

    std::string types, methods;
    for (const Shape *shape : used_types(contract, each_of(contract.events)))
        types += " * @phpstan-type " + shape->name + "Data " + doc_type(shape->type) + '\n';
    for (const Event &event : contract.events) {
        if (event.call.empty())
            // Not behind "//": a "?>" ends such a comment, and the code.
            methods += "    /* " + in_comment(json::quoted(event.conf->name)) +
                       " has no letters to name a method after: emit() sends it. */\n";
        else
            methods += method(event, "", "emit", "void") +
                       method(event, "Confirmed", "confirmed", "Roomd\\Confirmation");
    }
    return "<?php\n" + emitter_heading("// ", "catalogue emitter php", *contract.source) +
           "declare(strict_types=1);\n\n"
           "if (!class_exists(Roomd\\Emitter::class)) require_once __DIR__ . '/Roomd.php';\n\n" +
           "/**\n * Realtime::live() sends to the daemon that the environment names.\n" +
           (types.empty() ? "" : " *\n") + types +
           " */\nfinal class Realtime extends Roomd\\Emitter\n{\n"
           "    public const CATALOGUE = '" +
           contract.source->digest +
           "';\n"
           "    private static ?self $live = null;\n\n"
           "    public static function live(): self\n    {\n"
           "        return self::$live ?\?= new self();\n    }\n\n" +
           methods + "}\n";
}

} // namespace roomd::codegen
