#include "app/exit_code.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"
#include "config/load.hpp"
#include "fetch/get.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace roomd::cli {
namespace {

struct HealthArguments {
    Target target;
    std::string url;
    bool ready = false;
    std::size_t seconds = 5;

    const char *page() const noexcept { return ready ? "/ready" : "/health"; }
};

// Where the daemon may be asked.
struct Door {
    std::string socket;   // of a Unix socket; else
    std::string url;      // without a path
    bool is_here = false; // the machine this runs on: it need not name itself in a certificate
};

// What was answered, or a phrase that says why there is no answer.
struct Told {
    std::string body, code, why;
    bool is_page = false; // an answer of roomd's
};

constexpr int not_served = 404; // by this listener

// How much of the time for all of it is left.
class Remaining {
public:
    explicit Remaining(std::size_t seconds) : end_(Clock::now() + std::chrono::seconds(seconds)) {}
    base::Duration time() const {
        const auto left = std::chrono::duration_cast<base::Duration>(end_ - Clock::now());
        return std::max(left, base::Duration(1));
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point end_;
};

bool is_page(std::string_view body) {
    const auto kind = json::check(body);
    if (!kind || *kind != json::Kind::object) return false;
    return json::member(body, "success") == "true" ||
           !json::string(json::member(json::member(body, "error"), "message")).empty();
}

Told ask_socket(const std::string &path, const char *page, base::Duration patience) {
    Told told;
    try {
        Answer answer = Client(path).get(page, patience);
        told.is_page = answer.status != not_served && is_page(answer.body);
        told.body = std::move(answer.body);
        if (!told.is_page) told.code = "not_roomd", told.why = path + " does not answer like roomd";
    } catch (const Trouble &trouble) {
        told.code = trouble.code;
        told.why = trouble.what();
    }
    return told;
}

Told ask_url(const Door &door, const char *page, base::Duration patience) {
    constexpr std::size_t largest = 1u << 20;
    fetch::Request request;
    request.url = door.url + page;
    request.user_agent = std::string("roomd/") + app::version;
    request.most = largest;
    request.connect_ms = request.whole_ms = static_cast<long>(patience.count());
    request.any_certificate = door.is_here;
    fetch::set_up();
    const std::atomic<bool> stop{false};
    fetch::Answer answer = fetch::get(request, stop);
    Told told;
    told.is_page = answer.status != not_served && is_page(answer.body);
    told.body = std::move(answer.body);
    if (told.is_page) return told;
    told.code = answer.status == 0 ? "no_answer" : "not_roomd";
    told.why = request.url + ": " + (answer.why.empty() ? "the answer is not roomd's" : answer.why);
    return told;
}

Told ask_door(const Door &door, const char *page, base::Duration patience) {
    return door.url.empty() ? ask_socket(door.socket, page, patience)
                            : ask_url(door, page, patience);
}

// "http://127.0.0.1:3001" of "0.0.0.0:3001".  Empty where the kernel chooses the port.
std::string own_url(const config::Listen &listen) {
    std::string address = listen.address;
    if (address.ends_with(":0")) return {};
    if (address.starts_with("0.0.0.0:"))
        address.replace(0, 7, "127.0.0.1");
    else if (address.starts_with("[::]:"))
        address.replace(0, 4, "[::1]");
    return (listen.tls ? "https://" : "http://") + address;
}

// Those of the configuration, which may have faults elsewhere.
std::vector<Door> listeners(const std::string &file) {
    config::Faults faults;
    std::vector<Door> doors;
    for (const config::Listen &listen :
         config::load_file(file, faults, base::Wanted::any, config::Credentials::may_be_absent)
             .listen) {
        constexpr std::string_view scheme = "unix:";
        if (listen.unix_socket)
            doors.push_back({listen.address.substr(scheme.size()), {}, true});
        else if (const std::string url = own_url(listen); !listen.address.empty() && !url.empty())
            doors.push_back({{}, url, true});
    }
    return doors;
}

std::string without_slash(std::string url) {
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

// In the order in which they are asked.
std::vector<Door> doors_of(const HealthArguments &given) {
    if (!given.url.empty()) return {{{}, without_slash(given.url), false}};
    const std::string socket = given.target.path();
    if (!given.target.socket.empty()) return {{socket, {}, true}};
    std::vector<Door> doors;
    if (access(socket.c_str(), F_OK) == 0) doors.push_back({socket, {}, true});
    const std::string file =
        given.target.config.empty() ? config::default_file() : given.target.config;
    for (Door &door : listeners(file))
        doors.push_back(std::move(door));
    if (doors.empty()) doors.push_back({socket, {}, true});
    return doors;
}

// "degraded: webhook (no answer), postgres".
std::string state_of(std::string_view data) {
    std::string out = json::string(json::member(data, "status"));
    std::vector<std::string_view> parts;
    if (const auto list = json::member(data, "parts"); !list.empty())
        json::split_array(list, parts);
    const char *between = ": ";
    for (const auto part : parts) {
        out += between + json::string(json::member(part, "name"));
        const std::string why = json::string(json::member(part, "why"));
        if (!why.empty()) out += " (" + why + ")";
        between = ", ";
    }
    return out;
}

int show_page(Io &io, const HealthArguments &given, const std::string &body) {
    const bool good = json::member(body, "success") == "true";
    if (given.target.json)
        io.out << body << '\n';
    else if (good)
        io.out << state_of(json::member(body, "data")) << '\n';
    else
        io.err << "roomd: " << json::string(json::member(json::member(body, "error"), "message"))
               << '\n';
    return good ? app::exit_ok : app::exit_runtime;
}

int health(const HealthArguments &given, Io &io) {
    const bool web = given.url.starts_with("http://") || given.url.starts_with("https://");
    if (!given.url.empty() && !web)
        return fail(io, given.target.form(), app::exit_usage, "usage",
                    "--url begins with http:// or https://");
    if (!given.url.empty() && !given.target.socket.empty())
        return fail(io, given.target.form(), app::exit_usage, "usage",
                    "give either --url or --socket");
    const Remaining remaining(given.seconds);
    std::string code, why;
    for (const Door &door : doors_of(given)) {
        const Told told = ask_door(door, given.page(), remaining.time());
        if (told.is_page) return show_page(io, given, told.body);
        if (code.empty()) code = told.code;
        why += (why.empty() ? "" : "; ") + told.why;
    }
    return fail(io, given.target.form(), app::exit_runtime, code, why);
}

} // namespace

void add_health(Tree &tree) {
    auto given = std::make_shared<HealthArguments>();
    Syntax syntax =
        tree.command("health", "Say whether the daemon is well, for health checks and scripts",
                     [given](Io &io) { return health(*given, io); });
    syntax.flag("--ready", given->ready, "Ask /ready instead: is it to get new clients?")
        .text("--url", given->url, "URL", "Ask there, such as http://127.0.0.1:3001")
        .not_empty()
        .count("--timeout", given->seconds, 1, 60, "SECONDS", "How long to wait for the answer");
    given->target.add_to(syntax);
    syntax.more(
        "Asks over the admin socket, else each listener of the configuration until one answers.  "
        "Exit code 0: healthy or degraded, with --ready: ready; 1: not, or no answer in time.");
}

} // namespace roomd::cli
