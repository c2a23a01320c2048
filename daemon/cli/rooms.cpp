#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct RoomsArguments {
    Target target;
    std::string prefix;
    std::size_t limit = 1000;
};

int print_rooms(Io &io, std::string_view data) {
    std::vector<std::string_view> rooms;
    json::split_array(json::member(data, "rooms"), rooms);
    std::vector<std::vector<std::string>> rows{{"MEMBERS", "ROOM", "NAMESPACE"}};
    for (const auto room : rooms)
        rows.push_back({std::string(json::member(room, "members")),
                        json::string(json::member(room, "room")),
                        json::string(json::member(room, "namespace"))});
    if (!rooms.empty()) print_table(io.out, rows);
    const std::string total(json::member(data, "total"));
    if (total != std::to_string(rooms.size()))
        io.err << "roomd: " << rooms.size() << " of " << total << " rooms; --limit shows more\n";
    else if (rooms.empty())
        io.err << "roomd: there are no such rooms\n";
    return app::exit_ok;
}

} // namespace

void add_rooms(Tree &tree) {
    auto given = std::make_shared<RoomsArguments>();
    Syntax syntax = tree.command("rooms", "List the rooms that have members", [given](Io &io) {
        const std::string query =
            "prefix=" + url_encoded(given->prefix) + "&limit=" + std::to_string(given->limit);
        return ask(io, given->target, {"/admin/rooms?" + query, false, ""}, print_rooms);
    });
    syntax
        .text("prefix", given->prefix, "PREFIX",
              "Only rooms whose name begins with this, such as library:")
        .count("--limit", given->limit, 1, 10000, "N", "How many, at most 10000");
    given->target.add_to(syntax);
}

} // namespace roomd::cli
