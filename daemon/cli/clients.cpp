#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct ClientsArguments {
    Target target;
    std::string room, user, nsp = "/";
    std::size_t limit = 1000;
};

std::string joined(std::string_view array) {
    std::vector<std::string_view> parts;
    json::split_array(array, parts);
    std::string out;
    for (const auto part : parts)
        out += (out.empty() ? "" : " ") + json::string(part);
    return out;
}

int print_clients(Io &io, std::string_view data) {
    std::vector<std::string_view> clients;
    json::split_array(json::member(data, "clients"), clients);
    std::vector<std::vector<std::string>> rows{{"ID", "USER", "ADDRESS", "TRANSPORT", "ROOMS"}};
    for (const auto client : clients)
        rows.push_back({json::string(json::member(client, "id")),
                        json::string(json::member(client, "user")),
                        json::string(json::member(client, "address")),
                        json::string(json::member(client, "transport")),
                        joined(json::member(client, "rooms"))});
    if (!clients.empty()) print_table(io.out, rows);
    const std::string total(json::member(data, "total"));
    if (total != std::to_string(clients.size()))
        io.err << "roomd: " << clients.size() << " of " << total
               << " clients; --limit shows more\n";
    else if (clients.empty())
        io.err << "roomd: there are no such clients\n";
    return app::exit_ok;
}

int list_clients(const ClientsArguments &given, Io &io) {
    if (given.room.empty() == given.user.empty())
        return fail(io, given.target.form(), app::exit_usage, "usage",
                    "give either a room or --user");
    const std::string who =
        given.room.empty() ? "user=" + url_encoded(given.user) : "room=" + url_encoded(given.room);
    const std::string query =
        who + "&namespace=" + url_encoded(given.nsp) + "&limit=" + std::to_string(given.limit);
    return ask(io, given.target, {"/admin/clients?" + query, false, ""}, print_clients);
}

} // namespace

void add_clients(Tree &tree) {
    auto given = std::make_shared<ClientsArguments>();
    Syntax syntax = tree.command("clients", "List the clients in a room, or those of a user",
                                 [given](Io &io) { return list_clients(*given, io); });
    syntax.text("room", given->room, "ROOM", "The room")
        .text("--user", given->user, "USER", "Instead of a room: the user's id")
        .text("--namespace", given->nsp, "NAME", "The room's namespace")
        .count("--limit", given->limit, 1, 10000, "N", "How many, at most 10000");
    given->target.add_to(syntax);
}

} // namespace roomd::cli
