#include "codegen/text.hpp"
#include "codegen/typescript.hpp"
#include "codegen/used.hpp"
#include "json/json.hpp"

#include <set>

namespace roomd::codegen {
namespace {

std::string payload_type(const Event &event) {
    return event.type.empty() ? "unknown" : event.type;
}

std::string events_of(const Contract &contract) {
    std::string out = "/** What the data of each event is. */\nexport interface Events {\n";
    for (const Event &event : contract.events)
        out += "    " + json::quoted(event.conf->name) + ": " + payload_type(event) + ";\n";
    return out + "}\n\n";
}

std::string typescript_schemas(const Contract &contract) {
    std::string out;
    std::set<std::string> written;
    for (const Event &event : contract.events)
        if (!event.type.empty() && written.insert(event.type).second)
            out += "const schemaOf" + event.type +
                   ": Schema = " + literal(event.conf->schema, javascript, 0) + ";\n";
    return out.empty() ? out : out + '\n';
}

std::string typescript_row(const Event &event) {
    std::string out =
        "    " + camel(event.call) + ": {\n        name: " + json::quoted(event.conf->name) + ",\n";
    if (!event.conf->arguments.empty())
        out += "        arguments: " + list_literal(event.conf->arguments) + ",\n";
    if (!event.conf->rooms.empty())
        out += "        rooms: " + list_literal(event.conf->rooms) + ",\n";
    if (!event.type.empty()) out += "        schema: schemaOf" + event.type + ",\n";
    if (event.conf->droppable) out += "        volatile: true,\n";
    return out + "    },\n";
}

} // namespace

std::optional<std::string> typescript_emitter(const Contract &contract, std::string &why) {
    std::vector<std::string> calls;
    for (const Event &event : contract.events)
        calls.push_back(event.call.empty() ? "" : camel(event.call));
    why = refuse_same(contract.events, calls);
    if (!why.empty()) return {};

    const std::string &digest = contract.source->digest;
    std::string out = emitter_heading("// ", "catalogue emitter ts", *contract.source);
    const std::string schemas = typescript_schemas(contract);
    out += schemas.empty() ? "import { typed } from 'roomd-emit';\n\n"
                           : "import { typed, type Schema } from 'roomd-emit';\n\n";
    out += typescript_types(contract, each_of(contract.events)) + events_of(contract) + schemas;
    std::string rows, exported;
    for (const Event &event : contract.events) {
        if (event.call.empty()) {
            rows += "    // " + json::quoted(event.conf->name) +
                    " has no letters to name a call after: live.emit() sends it.\n";
            continue;
        }
        rows += typescript_row(event);
        exported += "    " + camel(event.call) + ": emit" + pascal(event.call) + ",\n";
    }
    out +=
        "export const live = typed<Events>({ catalogue: '" + digest + "' })({\n" + rows + "});\n";
    if (!exported.empty()) out += "\nexport const {\n" + exported + "} = live;\n";
    return out;
}

} // namespace roomd::codegen
