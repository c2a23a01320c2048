#include "webhook/texts.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <utility>

namespace roomd::webhook {
namespace {

// Members of an object, one after the other.
class Members {
public:
    Members &raw(std::string_view name, std::string_view json) {
        if (!out_.empty()) out_ += ",";
        out_.append("\"").append(name).append("\":").append(json);
        return *this;
    }
    Members &text(std::string_view name, std::string_view value) {
        return raw(name, json::quoted(value));
    }
    // Left out when it is empty.
    Members &maybe(std::string_view name, std::string_view json) {
        return json.empty() ? *this : raw(name, json);
    }
    std::string done() { return std::move(out_); }

private:
    std::string out_;
};

Members of(std::string_view type, std::int64_t at) {
    Members members;
    members.text("type", type).text("at", base::iso8601(at));
    return members;
}

std::string blobs(const Args &args) {
    if (args.blobs.empty()) return {};
    std::string out = "[";
    for (const roomd_bytes &blob : args.blobs) {
        if (out.size() > 1) out += ",";
        out += "\"";
        base::append_base64(out, view(blob));
        out += "\"";
    }
    return out + "]";
}

Members &add(Members &members, const Event &event) {
    return members.text("nsp", event.nsp)
        .raw("client", id_of(event.data))
        .maybe("identity", event.identity)
        .text("event", event.name)
        .raw("args", event.args.json)
        .maybe("blobs", blobs(event.args));
}

} // namespace

std::string client_data(std::string_view id) {
    return "{" + Members().text("id", id).done() + "}";
}

std::string id_of(std::string_view data) {
    const std::string_view id = data.empty() ? std::string_view() : json::member(data, "id");
    return std::string(id.empty() ? std::string_view("null") : id);
}

std::string started(std::int64_t at) {
    return of("start", at).done();
}

std::string stopped(std::int64_t at) {
    return of("stop", at).done();
}

std::string connected(const Connected &who, std::int64_t at) {
    return of("connect", at)
        .text("nsp", who.nsp)
        .text("client", who.id)
        .maybe("identity", who.identity)
        .done();
}

std::string disconnected(const Gone &who, std::int64_t at) {
    std::string rooms = "[";
    for (const roomd_str room : who.rooms) {
        if (rooms.size() > 1) rooms += ",";
        json::append_quoted(rooms, view(room));
    }
    return of("disconnect", at)
        .text("nsp", who.nsp)
        .text("client", who.id)
        .maybe("identity", who.identity)
        .text("reason", who.reason)
        .raw("rooms", rooms + "]")
        .done();
}

std::string room_changed(const Room &room, std::int64_t at) {
    return of(room.occupied ? "occupied" : "vacated", at)
        .text("nsp", room.nsp)
        .text("room", room.room)
        .done();
}

std::string sent(const Event &event, std::int64_t at) {
    Members members = of("event", at);
    return add(members, event).done();
}

std::string question(const Question &question) {
    Members members;
    members.text("kind", question.kind).text("id", question.id);
    return "{" + members.done() + "," + question.members + "}";
}

std::string asked_connect(const Connect &who, std::string_view origin) {
    Members members;
    members.text("nsp", who.nsp)
        .text("client", who.id)
        .text("address", who.address)
        .text("listener", who.listener)
        .maybe("identity", who.identity)
        .maybe("auth", who.auth)
        .maybe("query", query_of(who.query));
    if (!origin.empty()) members.text("origin", origin);
    return members.done();
}

std::string asked_event(const Event &event) {
    Members members;
    return add(members, event).done();
}

std::string asked_join(const Join &who) {
    return Members()
        .text("nsp", who.nsp)
        .raw("client", id_of(who.data))
        .text("room", who.room)
        .maybe("identity", who.identity)
        .done();
}

std::string query_of(std::string_view query) {
    if (query.empty()) return {};
    std::string out = "{";
    for (json::Members member(query); member.next();) {
        if (member.is("t")) continue;
        if (out.size() > 1) out += ",";
        out.append(member.name()).append(":").append(member.value());
    }
    return out + "}";
}

} // namespace roomd::webhook
