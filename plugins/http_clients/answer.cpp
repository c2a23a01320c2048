#include "http_clients/answer.hpp"

#include <span>
#include <utility>

namespace roomd::http_clients {
namespace {

// {"success":true,"data":{..}}, member by member.
class Success {
public:
    Success &text(std::string_view name, std::string_view value) {
        rest::append_quoted(member(name), value);
        return *this;
    }
    Success &raw(std::string_view name, std::string_view json) {
        member(name) += json;
        return *this;
    }
    Success &number(std::string_view name, std::uint64_t value) {
        return raw(name, std::to_string(value));
    }
    std::string done() {
        text("timestamp", rest::timestamp());
        return std::move(json_ += "}}");
    }

private:
    std::string &member(std::string_view name) {
        if (json_.back() != '{') json_ += ',';
        rest::append_quoted(json_, name);
        return json_ += ':';
    }
    std::string json_ = R"({"success":true,"data":{)";
};

template <class List, class Append> std::string list_of(const List &list, Append append) {
    std::string json = "[";
    for (const auto &one : list) {
        if (json.size() > 1) json += ',';
        append(json, one);
    }
    return json += ']';
}

std::string texts(const std::vector<std::string> &list) {
    return list_of(
        list, [](std::string &json, const std::string &one) { rest::append_quoted(json, one); });
}

void append(std::string &json, std::string_view name, std::string_view value) {
    json += ",\"";
    json += name;
    json += "\":";
    rest::append_quoted(json, value);
}

void append_client(std::string &json, const Described &client, Addresses addresses) {
    json += R"({"id":)";
    rest::append_quoted(json, client.id);
    append(json, "namespace", client.nsp);
    if (!client.portal.empty()) append(json, "portal", client.portal);
    append(json, "transport", client.transport);
    if (addresses == Addresses::shown) append(json, "address", client.address);
    json += R"(,"rooms":)";
    json += list_of(client.rooms,
                    [](std::string &out, roomd_str room) { rest::append_quoted(out, view(room)); });
    json += '}';
}

void append_member(std::string &json, const Described &client) {
    json += R"({"id":)";
    rest::append_quoted(json, client.id);
    if (!client.user.empty()) append(json, "user", client.user);
    json += '}';
}

} // namespace

std::string moved(const Asked &asked, const Moved &what) {
    Success out;
    switch (asked.what) {
    case ROOMD_JOIN: out.text("message", "Clients joined"); break;
    case ROOMD_LEAVE: out.text("message", "Clients left"); break;
    default: out.text("message", "Clients disconnected"); break;
    }
    out.number("clients", what.clients);
    if (asked.what == ROOMD_JOIN || asked.what == ROOMD_LEAVE)
        out.number("moved", what.moved).raw("rooms", texts(asked.rooms));
    if (asked.what == ROOMD_JOIN) out.number("full", what.full);
    return out.done();
}

std::string user(std::string_view name, const Found &found, Addresses addresses) {
    return Success()
        .text("user", name)
        .raw("online", found.total > 0 ? "true" : "false")
        .number("count", found.total)
        .raw("clients", list_of(found.clients,
                                [&](std::string &json, const Described &client) {
                                    append_client(json, client, addresses);
                                }))
        .raw("local", "true")
        .done();
}

std::string members(std::string_view room, const Page &page, const Found &found) {
    Success out;
    out.text("room", room)
        .text("namespace", page.nsp.empty() ? "/" : page.nsp)
        .number("count", found.total)
        .raw("members", list_of(found.clients, append_member));
    if (found.clients.size() == page.limit)
        out.text("next", std::to_string(found.clients.back().client));
    return out.raw("local", "true").done();
}

std::string online(const std::vector<std::string> &users) {
    return Success().raw("online", texts(users)).raw("local", "true").done();
}

rest::Problem problem_of(roomd_status status, std::string_view code, std::string_view text,
                         std::string_view pointer) {
    Emitted what;
    what.code = code;
    what.text = text;
    what.pointer = pointer;
    auto problem = rest::problem_of(status, what);
    if (!code.empty()) return problem;
    switch (status) {
    case ROOMD_AGAIN: problem.message = "too much is in flight; nothing was done"; break;
    case ROOMD_TOO_BIG:
        problem.code = "over_budget";
        problem.message = "this is more than the plugin's budget";
        break;
    case ROOMD_INVALID:
        problem.code = "request_invalid";
        problem.message = "this cannot be asked for";
        break;
    default: break;
    }
    return problem;
}

} // namespace roomd::http_clients
