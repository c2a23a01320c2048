#include "http_clients/asked.hpp"

#include "rest/object.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace roomd::http_clients {
namespace {

using rest::Problem;

constexpr std::size_t longest_user = 1024; // bytes
constexpr std::size_t longest_id = 64;     // of a client
constexpr std::size_t longest_room = 320;  // its kind, a colon, its id
constexpr std::size_t longest_nsp = 256;
constexpr std::size_t longest_reason = 1000; // it goes into the log
constexpr std::size_t most_rooms = 1000;

bool is_name(std::string_view name, std::size_t most) noexcept {
    return !name.empty() && name.size() <= most && name.find('\0') == name.npos;
}

bool is_nsp(std::string_view name) noexcept {
    return is_name(name, longest_nsp) && name.front() == '/' && name.find('*') == name.npos;
}

Problem no_namespace(std::string pointer) {
    return {422, "namespace_unknown", "a namespace's name begins with / and has no *",
            std::move(pointer)};
}

// One of three says which clients are meant.
void read_whom(rest::Object &body, Asked &out) {
    const int given = int{body.has("user")} + int{body.has("client")} + int{body.has("room")};
    if (given != 1)
        body.refuse({422, given == 0 ? "no_target" : "two_targets",
                     "say which clients: one of \"user\", \"client\" and \"room\""});
    out.user = body.text("user");
    if (body.has("user") && !is_user(out.user))
        body.refuse({422, "user_invalid", "a user is 1 to 1024 bytes of text", "/user"});
    out.client = body.text("client");
    if (body.has("client") && !is_name(out.client, longest_id))
        body.refuse({422, "client_invalid", "a client is given by its Socket.IO id", "/client"});
    out.room = body.text("room");
    if (body.has("room") && !is_name(out.room, longest_room))
        body.refuse({422, "room_invalid", "invalid room name", "/room"});
    out.nsp = body.text("namespace");
    if (body.has("namespace") && !is_nsp(out.nsp)) body.refuse(no_namespace("/namespace"));
}

void read_rooms(rest::Object &body, Asked &out) {
    const std::string member(out.member), place = "/" + member;
    if (!body.has(member))
        return body.refuse({422, "member_missing", "\"" + member + "\" is missing", place});
    out.one_room = body.is_text(member);
    if (out.one_room)
        out.rooms.push_back(body.text(member));
    else
        out.rooms = body.texts(member, most_rooms,
                               {422, "too_many_rooms", "at most 1000 rooms can be named", place});
    if (out.rooms.empty()) body.refuse({422, "rooms_empty", "name at least one room", place});
    for (std::size_t i = 0; i < out.rooms.size(); ++i)
        if (!is_name(out.rooms[i], longest_room))
            body.refuse({422, "room_invalid", "invalid room name",
                         out.one_room ? place : place + "/" + std::to_string(i)});
}

Problem bad_parameter(const char *code, const std::string &message) {
    return {422, code, message};
}

} // namespace

bool is_user(std::string_view name) noexcept {
    return is_name(name, longest_user);
}

Whom Asked::whom() const {
    Whom out = !user.empty()     ? Whom::user(user)
               : !client.empty() ? Whom::client(client)
                                 : Whom::room(room);
    out.nsp(nsp);
    return out;
}

std::variant<Asked, Problem> read_move(std::string_view body, roomd_action what) {
    Asked out;
    out.what = what;
    out.member = what == ROOMD_JOIN ? "to" : "from";
    rest::Object object(body, {"user", "client", "room", out.member, "namespace"});
    read_whom(object, out);
    read_rooms(object, out);
    if (object.problem()) return *object.problem();
    return out;
}

std::variant<Asked, Problem> read_kick(std::string_view body) {
    Asked out;
    rest::Object object(body, {"user", "client", "room", "namespace", "close", "reason"});
    read_whom(object, out);
    out.what = object.flag("close") ? ROOMD_CLOSE : ROOMD_DISCONNECT;
    out.reason = object.text("reason");
    if (object.has("reason") && !is_name(out.reason, longest_reason))
        object.refuse({422, "reason_invalid", "a reason is 1 to 1000 bytes of text", "/reason"});
    if (object.problem()) return *object.problem();
    // Who is to go is gone everywhere, unless the request says otherwise.
    if (!out.user.empty() && out.nsp.empty()) out.nsp = "*";
    return out;
}

std::variant<std::vector<std::string>, Problem> read_users(std::string_view body) {
    rest::Object object(body, {"users"});
    if (!object.has("users"))
        object.refuse({422, "member_missing", "\"users\" is missing", "/users"});
    auto out =
        object.texts("users", most_users,
                     {413, "too_many_users",
                      "at most " + std::to_string(most_users) + " users in one request", "/users"});
    for (std::size_t i = 0; i < out.size(); ++i)
        if (!is_user(out[i]))
            object.refuse({422, "user_invalid", "a user is 1 to 1024 bytes of text",
                           "/users/" + std::to_string(i)});
    if (object.problem()) return *object.problem();
    return out;
}

std::string place_in_body(const Asked &asked, std::string_view pointer) {
    if (!pointer.starts_with("/rooms")) return std::string(pointer);
    const std::string member = "/" + std::string(asked.member);
    return asked.one_room ? member : member + std::string(pointer.substr(6));
}

std::variant<Page, Problem> read_page(std::string_view query) {
    Page out;
    const auto all = nlohmann::json::parse(query, nullptr, false);
    for (const auto &[name, value] : all.items()) {
        const auto text = value.get<std::string>();
        const auto whole = [&text](auto &number) {
            const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
            return !text.empty() && end.ec == std::errc() && end.ptr == text.data() + text.size();
        };
        if (name == "namespace") {
            if (!is_nsp(text)) return no_namespace({});
            out.nsp = text;
        } else if (name == "limit") {
            if (!whole(out.limit) || out.limit == 0 || out.limit > most_members)
                return bad_parameter("parameter_invalid", "limit is a number from 1 to 1000");
        } else if (name == "after") {
            if (!whole(out.after))
                return bad_parameter("parameter_invalid",
                                     "after is the \"next\" of the page before");
        } else {
            return bad_parameter("parameter_unknown",
                                 "the parameters are namespace, limit and after");
        }
    }
    return out;
}

std::variant<std::string, Problem> read_namespace(std::string_view query) {
    std::string nsp = "*";
    const auto all = nlohmann::json::parse(query, nullptr, false);
    for (const auto &[name, value] : all.items()) {
        if (name != "namespace")
            return bad_parameter("parameter_unknown", "the only parameter is namespace");
        nsp = value.get<std::string>();
        if (!is_nsp(nsp)) return no_namespace({});
    }
    return nsp;
}

} // namespace roomd::http_clients
