#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/target.hpp"
#include "config/scalar.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace roomd::cli {
namespace {

constexpr std::size_t longest_payload = 2000;

struct TraceArguments {
    Target target;
    std::string user, address, event, lasts = "5m";
    bool payloads = false;
};

// "12:00:01.123 joined user=u1 room=library:l1".
void print_line(Io &io, std::string_view line) {
    for (json::Members members(line); members.next();) {
        const std::string name = json::string(members.name());
        const std::string_view value = members.value();
        const bool text = json::kind(value) == json::Kind::string;
        const std::string shown =
            base::visible(text ? json::string(value) : std::string(value), longest_payload);
        if (name == "time")
            io.out << (shown.size() == 24 ? shown.substr(11, 12) : shown);
        else if (name == "what")
            io.out << ' ' << shown;
        else if (text && shown.find(' ') != std::string::npos)
            io.out << ' ' << name << "=\"" << shown << '"';
        else
            io.out << ' ' << name << '=' << shown;
    }
    io.out << '\n';
}

// False: it has ended, or nobody reads any more.
bool print_lines(Io &io, bool as_json, std::string_view data) {
    std::vector<std::string_view> lines;
    json::split_array(json::member(data, "lines"), lines);
    for (const auto line : lines) {
        if (as_json)
            io.out << line << '\n';
        else
            print_line(io, line);
    }
    io.out.flush();
    const std::string lost(json::member(data, "lost"));
    if (lost != "0") io.err << "roomd: " << lost << " lines came too fast and are not shown\n";
    return bool(io.out) && json::member(data, "ended") != "true";
}

int trace(const TraceArguments &given, Io &io) {
    const auto lasts = config::parse_duration(given.lasts);
    const auto seconds =
        lasts ? std::chrono::duration_cast<std::chrono::seconds>(*lasts).count() : 0;
    const int subjects = !given.user.empty() + !given.address.empty() + !given.event.empty();
    if (subjects != 1)
        return fail(io, given.target.form(), app::exit_usage, "usage",
                    "give one of --user, --address and --event");
    if (seconds < 1)
        return fail(io, given.target.form(), app::exit_usage, "usage",
                    "--for is a time of at least a second, such as 5m");
    Target quiet = given.target;
    quiet.json = false; // each line is a document of its own
    quiet.socket = given.target.path();
    json::Object body;
    if (!given.user.empty()) body.text("user", given.user);
    if (!given.address.empty()) body.text("address", given.address);
    if (!given.event.empty()) body.text("event", given.event);
    body.number("seconds", seconds).flag("payloads", given.payloads);
    std::string id;
    int code =
        ask(io, quiet, {"/admin/trace", true, body.done()}, [&](Io &, std::string_view data) {
            id = json::string(json::member(data, "trace"));
            return app::exit_ok;
        });
    for (bool more = true; more && code == app::exit_ok;)
        code = ask(io, quiet, {"/admin/trace?id=" + url_encoded(id), false, ""},
                   [&](Io &to, std::string_view data) {
                       more = print_lines(to, given.target.json, data);
                       return app::exit_ok;
                   });
    return code;
}

} // namespace

void add_trace(Tree &tree) {
    auto given = std::make_shared<TraceArguments>();
    Syntax syntax = tree.command("trace", "Show all that happens to one user, address or event",
                                 [given](Io &io) { return trace(*given, io); });
    syntax.text("--user", given->user, "USER", "Of this user, as in its token").not_empty();
    syntax.text("--address", given->address, "ADDRESS", "Of clients and backends at this address")
        .not_empty();
    syntax.text("--event", given->event, "EVENT", "Of this event").not_empty();
    syntax.text("--for", given->lasts, "TIME", "How long, up to 1h").initially("5m");
    syntax.flag("--payloads", given->payloads, "Show what events say too");
    given->target.add_to(syntax);
    syntax.more("A line for each step, until the time is over or Ctrl-C: connections, refusals, "
                "rooms, events, emits.  The log stays as it is.  With --json each line is a JSON "
                "object.");
}

} // namespace roomd::cli
