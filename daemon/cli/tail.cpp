#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

constexpr std::size_t longest_line = 2000;

struct TailArguments {
    Target target;
    std::string room;
    std::size_t count = 0;
};

std::string text_of(std::string_view object, std::string_view member) {
    return base::visible(json::string(json::member(object, member)));
}

// By what the emit is found again: its id in the answer, the name of the key, the request's id.
void print_named(Io &io, std::string_view event) {
    const std::string id = text_of(event, "id"), request = text_of(event, "request");
    const std::string key = text_of(json::member(event, "source"), "key");
    if (!id.empty()) io.out << "id=" << id << ' ';
    if (!key.empty()) io.out << "key=" << key << ' ';
    if (!request.empty()) io.out << "request=" << request << ' ';
}

// "12:00:01.123 booking:created -> user:u1 library:l1 (17) id=Kl94-11 {"bookingId":"b1"}"
void print_event(Io &io, std::string_view event) {
    const std::string time = text_of(event, "time");
    io.out << (time.size() == 24 ? time.substr(11, 12) : time) << ' ' << text_of(event, "event")
           << " ->";
    std::vector<std::string_view> rooms;
    json::split_array(json::member(event, "rooms"), rooms);
    for (const auto room : rooms)
        io.out << ' ' << base::visible(json::string(room));
    if (!json::member(event, "broadcast").empty()) io.out << " everyone";
    if (!json::member(event, "client").empty()) io.out << " client " << text_of(event, "client");
    const std::string nsp = text_of(event, "namespace");
    if (nsp != "/") io.out << " in " << nsp;
    io.out << " (" << json::member(event, "recipients") << ") ";
    print_named(io, event);
    std::string_view args = json::member(event, "args");
    if (args.empty()) {
        io.out << '[' << json::member(event, "bytes") << " bytes]\n";
        return;
    }
    args.remove_prefix(1);
    args.remove_suffix(1);
    io.out << base::visible(args, longest_line) << '\n';
}

// Prints the events of one answer.  False: that was enough.
bool print(Io &io, const TailArguments &given, std::string_view data, std::size_t &seen) {
    const std::string lost(json::member(data, "lost"));
    if (lost != "0") io.err << "roomd: " << lost << " events came too fast and are not shown\n";
    std::vector<std::string_view> events;
    json::split_array(json::member(data, "events"), events);
    for (const auto event : events) {
        if (given.target.json)
            io.out << event << '\n';
        else
            print_event(io, event);
        if (++seen == given.count) break;
    }
    io.out.flush();
    if (!io.out) return false; // nobody reads any more
    return given.count == 0 || seen < given.count;
}

int tail(const TailArguments &given, Io &io) {
    Target quiet = given.target;
    quiet.json = false; // each event is a line, not part of one document
    const std::string socket = given.target.path();
    quiet.socket = socket;
    std::string since, run;
    std::size_t seen = 0;
    for (bool more = true; more;) {
        std::string query = "room=" + url_encoded(given.room);
        if (!since.empty()) query += "&since=" + since;
        const int code =
            ask(io, quiet, {"/admin/tail?" + query, false, ""}, [&](Io &to, std::string_view data) {
                since = json::member(data, "next");
                std::string now = json::string(json::member(data, "run"));
                if (!run.empty() && run != now)
                    to.err << "roomd: the daemon was restarted; what came "
                              "meanwhile is not shown\n";
                run = std::move(now);
                more = print(to, given, data, seen);
                return app::exit_ok;
            });
        if (code != app::exit_ok) return code;
    }
    return app::exit_ok;
}

} // namespace

void add_tail(Tree &tree) {
    auto given = std::make_shared<TailArguments>();
    Syntax syntax = tree.command("tail", "Show events as they are emitted",
                                 [given](Io &io) { return tail(*given, io); });
    syntax
        .text("--room", given->room, "ROOM",
              "Only to this room; with * at the end: to rooms that begin with it")
        .count("--count", given->count, 0, SIZE_MAX, "N", "End after this many events; 0: never");
    given->target.add_to(syntax);
    syntax.more("A line for each event: when (UTC), its name, where to, how many clients, its id, "
                "the key and the request it came with, its payload.  With --json each line is a "
                "JSON object.");
}

} // namespace roomd::cli
