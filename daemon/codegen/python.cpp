#include "codegen/python.hpp"

#include "codegen/python_types.hpp"
#include "codegen/text.hpp"
#include "codegen/used.hpp"
#include "json/json.hpp"

#include <set>

namespace roomd::codegen {
namespace {

std::string schema_name(const Event &event) {
    return "_SCHEMA_OF_" + event.type;
}

// How a leading argument is called: for people, it stands at its place.
std::string parameter(const std::string &argument) {
    const Words words = words_of(argument);
    return words.empty() ? "argument" : "a_" + snake(words);
}

std::string protocol_name(const Event &event) {
    return '_' + pascal(event.call) + "Call";
}

// What a checker sees of a call.
std::string protocol(const Event &event, PythonTypes &types) {
    const std::vector<std::string> &leading = event.conf->arguments;
    const std::string name = pascal(event.call);
    std::string parameters = "self";
    for (std::size_t i = 0; i < leading.size(); ++i)
        parameters +=
            ", " + parameter(leading[i]) + std::to_string(i + 1) + ": " +
            types.write(member_type(event.data, leading[i]), name + pascal(words_of(leading[i])));
    const std::string data = event.type.empty() ? "Any"
                             : leading.empty()
                                 ? event.type
                                 : types.write(without(event.data, leading), name + "Rest");
    parameters += ", data: " + data + ", /, **options: Any";
    return "    class " + protocol_name(event) + "(Protocol[_R]):\n        def __call__(" +
           parameters + ") -> Any: ...\n        def confirmed(" + parameters + ") -> _R: ...\n";
}

std::string python_schemas(const Contract &contract) {
    std::string out;
    std::set<std::string> written;
    for (const Event &event : contract.events)
        if (!event.type.empty() && written.insert(event.type).second)
            out += schema_name(event) + ": Any = " + literal(event.conf->schema, python, 0) + '\n';
    return out.empty() ? out : out + "\n\n";
}

std::string python_row(const Event &event) {
    const catalogue::EventConf &conf = *event.conf;
    std::string out = "    " + snake(event.call) + ": \"" + protocol_name(event) +
                      "[_R]\" = cast(Any, event(\n        " + json::quoted(conf.name);
    if (!conf.arguments.empty()) out += ", " + list_literal(conf.arguments);
    if (!conf.rooms.empty()) out += ",\n        rooms=" + list_literal(conf.rooms);
    if (!event.type.empty()) out += ",\n        schema=" + schema_name(event);
    if (conf.droppable) out += ",\n        volatile=True";
    return out + "))\n";
}

} // namespace

std::optional<std::string> python_emitter(const Contract &contract, std::string &why) {
    std::vector<std::string> calls;
    for (const Event &event : contract.events)
        calls.push_back(event.call.empty() ? "" : snake(event.call));
    why = refuse_same(contract.events, calls);
    if (!why.empty()) return {};

    PythonTypes types(contract);
    for (const Shape *shape : used_types(contract, each_of(contract.events)))
        types.define(shape->name, shape->type);
    std::string protocols, rows, exported;
    for (const Event &event : contract.events) {
        if (event.call.empty()) {
            rows += "    # " + json::quoted(event.conf->name) +
                    " has no letters to name a call after: live.emit() sends it.\n";
            continue;
        }
        protocols += protocol(event, types);
        rows += python_row(event);
        exported += "emit_" + snake(event.call) + " = live." + snake(event.call) + '\n';
    }
    std::string out = emitter_heading("# ", "catalogue emitter python", *contract.source);
    out += "from __future__ import annotations\n\n"
           "from typing import TYPE_CHECKING, Any, Awaitable, Dict, Generic, TypeVar, cast\n\n"
           "from roomd_emit import AsyncLive, Confirmation, Live, event\n\n"
           "_CATALOGUE = \"" +
           contract.source->digest +
           "\"\n"
           "_R = TypeVar(\"_R\", covariant=True)\n\n"
           "if TYPE_CHECKING:\n"
           "    from typing import List, Literal, Protocol, Union\n\n"
           "    from typing_extensions import Never, NotRequired, TypedDict\n\n";
    for (const std::string &line : types.lines())
        out += "    " + line + '\n';
    out += protocols;
    out += types.names().empty() ? "\n" : "else:\n";
    for (const std::string &name : types.names())
        out += "    " + name + " = Any\n";
    out += "\n" + python_schemas(contract) + "class _Events(Generic[_R]):\n" +
           (rows.empty() ? "    pass\n" : rows) +
           "\n\nclass Realtime(_Events[Confirmation], Live):\n    _catalogue = _CATALOGUE\n\n\n"
           "class AsyncRealtime(_Events[Awaitable[Confirmation]], AsyncLive):\n"
           "    \"\"\"For asyncio: live = AsyncRealtime()\"\"\"\n    _catalogue = _CATALOGUE\n"
           "\n\nlive = Realtime()\n" +
           exported;
    return out;
}

} // namespace roomd::codegen
