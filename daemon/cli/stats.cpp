#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

// "a", "7", "true", or "x, y" for a list of texts.
std::string figure(std::string_view value) {
    if (json::kind(value) == json::Kind::string) return json::string(value);
    if (json::kind(value) != json::Kind::array) return std::string(value);
    std::vector<std::string_view> parts;
    json::split_array(value, parts);
    std::string out;
    for (const auto part : parts)
        out += (out.empty() ? "" : ", ") + json::string(part);
    return out;
}

int print(Io &io, std::string_view data) {
    std::vector<json::Member> members;
    json::split_object(data, members);
    std::vector<std::vector<std::string>> rows;
    rows.reserve(members.size());
    for (const auto &[name, value] : members)
        rows.push_back({json::string(name), figure(value)});
    print_table(io.out, rows);
    return app::exit_ok;
}

} // namespace

void add_stats(Tree &tree) {
    auto target = std::make_shared<Target>();
    Syntax syntax = tree.command("stats", "Show what the daemon does: clients, rooms, counters",
                                 [target](Io &io) {
                                     return ask(io, *target, {"/admin/stats", false, ""}, print);
                                 });
    target->add_to(syntax);
}

} // namespace roomd::cli
