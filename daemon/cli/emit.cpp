#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/given_event.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct EmitArguments {
    Target target;
    GivenEvent event;
};

int print(Io &io, std::string_view data) {
    std::vector<std::string_view> rooms;
    json::split_array(json::member(data, "rooms"), rooms);
    io.out << "emitted " << base::visible(json::string(json::member(data, "event"))) << " to "
           << json::member(data, "recipients") << " clients";
    for (std::size_t i = 0; i < rooms.size(); ++i)
        io.out << (i == 0 ? " in " : ", ") << base::visible(json::string(rooms[i]));
    io.out << '\n';
    return app::exit_ok;
}

int emit(EmitArguments given, Io &io) {
    if (const int failed = given.event.read(io, given.target.form())) return failed;
    return ask(io, given.target, {"/admin/emit", true, given.event.body()}, print);
}

} // namespace

void add_emit(Tree &tree) {
    auto given = std::make_shared<EmitArguments>();
    Syntax syntax = tree.command("emit", "Emit one event to clients",
                                 [given](Io &io) { return emit(*given, io); });
    syntax.text("event", given->event.event, "EVENT", "Its name")
        .needed()
        .text("data", given->event.data, "DATA",
              "Its payload as JSON; - reads it from standard input")
        .needed()
        .texts("--room", given->event.rooms, "ROOM", "To this room; may be repeated")
        .texts("--except", given->event.except, "ROOM",
               "Not to members of this room; may be repeated")
        .flag("--broadcast", given->event.broadcast, "To everyone in the namespace")
        .flag("--volatile", given->event.droppable, "Dropped for clients that are behind")
        .text("--namespace", given->event.nsp, "NAME", "Default: /");
    given->target.add_to(syntax);
    syntax.more("Without --room the event's catalogue entry chooses the rooms.  Example:\n"
                "  roomd emit seat:availability '{\"libraryId\":\"l1\",\"availableSeats\":7}' "
                "--room library:l1");
}

} // namespace roomd::cli
