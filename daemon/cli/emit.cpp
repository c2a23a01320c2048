#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <istream>
#include <iterator>
#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct Given {
    Target target;
    std::string event, data, nsp;
    std::vector<std::string> rooms, except;
    bool broadcast = false, vanishing = false;
};

void append_names(std::string &out, std::string_view member,
                  const std::vector<std::string> &names) {
    if (names.empty()) return;
    out.append(",\"").append(member).append("\":[");
    for (const auto &name : names) {
        if (out.back() != '[') out += ',';
        json::append_quoted(out, name);
    }
    out += ']';
}

std::string body(const Given &given, std::string_view data) {
    std::string out = "{\"event\":" + json::quoted(given.event);
    append_names(out, "rooms", given.rooms);
    append_names(out, "except", given.except);
    if (given.broadcast) out += ",\"broadcast\":true";
    if (given.vanishing) out += ",\"volatile\":true";
    if (!given.nsp.empty()) out += ",\"namespace\":" + json::quoted(given.nsp);
    return out.append(",\"data\":").append(data).append("}");
}

int print(Io &io, std::string_view data) {
    std::vector<std::string_view> rooms;
    json::split_array(json::member(data, "rooms"), rooms);
    io.out << "emitted " << base::printable(json::string(json::member(data, "event"))) << " to "
           << json::member(data, "recipients") << " clients";
    for (std::size_t i = 0; i < rooms.size(); ++i)
        io.out << (i == 0 ? " in " : ", ") << base::printable(json::string(rooms[i]));
    io.out << '\n';
    return app::exit_ok;
}

int emit(const Given &given, Io &io) {
    std::string data = given.data;
    if (data == "-") data.assign(std::istreambuf_iterator<char>(io.in), {});
    if (const auto kind = json::check(data); !kind)
        return fail(io, given.target.form(), app::exit_usage, "data_malformed",
                    std::string("DATA is not taken: ") + kind.error() +
                        "; a text needs its quotes, also from the shell: '\"text\"'");
    return ask(io, given.target, {"/admin/emit", true, body(given, data)}, print);
}

} // namespace

void add_emit(Tree &tree) {
    auto given = std::make_shared<Given>();
    Syntax syntax = tree.command("emit", "Emit one event to clients",
                                 [given](Io &io) { return emit(*given, io); });
    syntax.text("event", given->event, "EVENT", "Its name")
        .needed()
        .text("data", given->data, "DATA", "Its payload as JSON; - reads it from standard input")
        .needed()
        .texts("--room", given->rooms, "ROOM", "To this room; may stand again")
        .texts("--except", given->except, "ROOM", "Not to members of this room; may stand again")
        .flag("--broadcast", given->broadcast, "To everyone in the namespace")
        .flag("--volatile", given->vanishing, "Dropped for clients that are behind")
        .text("--namespace", given->nsp, "NAME", "Default: /");
    given->target.add_to(syntax);
    syntax.more("Without --room the event's catalogue entry chooses the rooms.  Example:\n"
                "  roomd emit seat:availability '{\"libraryId\":\"l1\",\"availableSeats\":7}' "
                "--room library:l1");
}

} // namespace roomd::cli
