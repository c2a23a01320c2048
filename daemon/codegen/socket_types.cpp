#include "codegen/text.hpp"
#include "codegen/typescript.hpp"
#include "codegen/used.hpp"
#include "json/json.hpp"

namespace roomd::codegen {
namespace {

// What the daemon itself says; docs/errors.md tells when.
constexpr std::string_view own_types =
    R"(/** The answer to `join:` and `leave:`. The codes are in docs/errors.md. */
export type RoomAnswer =
    | { ok: true; room: string; members: number }
    | { ok: false; error: { code: string; message: string; data?: unknown } };

)";
constexpr std::string_view emit_types = R"(/** The answer to an event that goes to a room. */
export type EmitAnswer =
    | { ok: true; recipients: number }
    | { ok: false; error: { code: string; message: string; pointer?: string } };

)";
constexpr std::string_view notices =
    R"(    /** A join without an ack was refused; `room` is null where there can be none of the name. */
    "join:error": (refusal: { room: string | null; code: string; message: string; data?: unknown }) => void;
    /** The rules have changed: the client is not in the room any more. */
    "room:left": (left: { room: string; reason: string }) => void;
    /** The token gives no room of this kind: what `claim` holds can be no id. */
    "room:refused": (refusal: { kind: string; claim: string; code: string; message: string }) => void;
    /** Too many events: they wait (`slowed_down`), or one without an ack was dropped (`too_many_events`). */
    "rate:warning": (warning: { code: string; message: string; limit?: number; event?: string }) => void;
)";
constexpr std::string_view emit_notice = R"(    /** An event without an ack was refused. */
    "emit:error": (refusal: { event: string; room?: string; code: string; message: string; pointer?: string }) => void;
)";

std::string data_type(const Event &event) {
    return event.type.empty() ? "unknown" : event.type;
}

// "library:${string}": a room of one of the kinds.
std::string room_of(const Event &event) {
    std::string out;
    for (const std::string &kind : event.conf->rooms)
        out += (out.empty() ? "`" : " | `") + kind + ":${string}`";
    return out;
}

// May `null` be the data?  Then it may be left out.
bool takes_null(const Event &event) {
    if (event.type.empty() || event.data.is(Type::Kind::unknown) || event.data.is(Type::Kind::null))
        return true;
    for (const Type &one : event.data.inner)
        if (event.data.is(Type::Kind::either) && one.is(Type::Kind::null)) return true;
    return false;
}

std::string to_client(const Contract &contract) {
    std::string out;
    for (const Event &event : contract.events)
        out += "    " + json::quoted(event.conf->name) + ": (data: " + data_type(event) +
               ") => void;\n";
    for (const Event &event : contract.client_events)
        out += "    " + json::quoted(event.conf->name) + ": (room: " + room_of(event) +
               ", data: " + data_type(event) + ", from: { user: string | null }) => void;\n";
    out += notices;
    if (!contract.client_events.empty()) out += emit_notice;
    return out;
}

std::string to_server(const Contract &contract) {
    std::string out;
    for (const std::string &kind : contract.source->kinds)
        for (const char *verb : {"join:", "leave:"})
            out += "    " + json::quoted(verb + kind) +
                   ": (id: string | number, answer: (answer: RoomAnswer) => void) => void;\n";
    if (!out.empty())
        for (const char *verb : {"join", "leave"})
            out += "    " + std::string(verb) +
                   ": (room: string, answer: (answer: RoomAnswer) => void) => void;\n";
    // An optional answer: events are mostly emitted without one.
    for (const Event &event : contract.client_events)
        out += "    " + json::quoted(event.conf->name) + ": (room: " + room_of(event) +
               (takes_null(event) ? ", data?: " : ", data: ") + data_type(event) +
               ", answer?: (answer: EmitAnswer) => void) => void;\n";
    return out;
}

} // namespace

std::string socket_types(const Contract &contract, const std::string &digest) {
    std::vector<const Event *> used = each_of(contract.events);
    const std::vector<const Event *> more = each_of(contract.client_events);
    used.insert(used.end(), more.begin(), more.end());
    const bool verbs = !contract.source->kinds.empty();
    std::string out = heading("// ", "catalogue types", digest);
    out += "//\n// import { io, type Socket } from 'socket.io-client';\n"
           "// const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url);\n\n";
    out += typescript_types(contract, used);
    if (verbs) out += own_types;
    if (!more.empty()) out += emit_types;
    out += "export interface ServerToClientEvents {\n" + to_client(contract) + "}\n\n";
    out += "export interface ClientToServerEvents {\n" + to_server(contract) + "}\n";
    return out;
}

} // namespace roomd::codegen
