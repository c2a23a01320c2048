#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace roomd::cli {
namespace {

struct TopArguments {
    Target target;
    std::size_t interval = 2;
    bool once = false;
};

double number_at(std::string_view object, std::string_view member) {
    return std::strtod(std::string(json::member(object, member)).c_str(), nullptr);
}

std::string text_at(std::string_view object, std::string_view member) {
    return base::visible(json::string(json::member(object, member)));
}

std::vector<std::string_view> elements_at(std::string_view object, std::string_view member) {
    std::vector<std::string_view> out;
    json::split_array(json::member(object, member), out);
    return out;
}

std::string short_figure(double value) {
    char out[32];
    std::snprintf(out, sizeof out, value < 10 && value > 0 ? "%.1f" : "%.0f", value);
    return out;
}

std::string short_bytes(double value) {
    const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < std::size(units); ++unit)
        value /= 1024;
    return short_figure(value) + " " + units[unit];
}

// One who is busy, in a second.
struct Busy {
    std::string name, hook;
    double rate = 0, more = 0; // of keys: refused; of plugins: the share of the loop's time
};

// What two answers of the daemon come to.
class Measured {
public:
    Measured(std::string_view before, std::string_view now) : before_(before), now_(now) {
        seconds_ = std::max(number_at(now, "window_ms"), 1.0) / 1000;
        const std::string_view was = json::member(before, "stats"), is = json::member(now, "stats");
        const auto rate = [&](const char *of) {
            return (number_at(is, of) - number_at(was, of)) / seconds_;
        };
        for (const char *of : {"emits", "deliveries", "events_received", "sessions_opened",
                               "sessions_closed", "joins_refused", "bytes_sent", "http_requests"})
            rates_.emplace_back(of, std::max(rate(of), 0.0));
        busy("events", events_);
        busy("rooms_busy", rooms_);
        differ("keys", "emits", "limited", 1, keys_);
        differ("plugins", "calls", "us", 1e6, plugins_);
        std::sort(plugins_.begin(), plugins_.end(),
                  [](const Busy &a, const Busy &b) { return a.more > b.more; });
        std::sort(keys_.begin(), keys_.end(),
                  [](const Busy &a, const Busy &b) { return a.rate > b.rate; });
    }

    std::string json() const {
        const std::string_view stats = json::member(now_, "stats");
        json::Object rates;
        for (const auto &[name, rate] : rates_)
            rates.raw(name, shortest(rate));
        return json::Object()
            .raw("seconds", shortest(seconds_))
            .raw("stats", stats)
            .raw("per_second", rates.done())
            .raw("resident_bytes", json::member(now_, "resident_bytes"))
            .raw("cpu", shortest(cpu()))
            .raw("events", rows(events_, nullptr))
            .raw("rooms", rows(rooms_, nullptr))
            .raw("keys", rows(keys_, "limited"))
            .raw("plugins", rows(plugins_, "busy"))
            .done();
    }

    void print(std::ostream &out, std::size_t lines) const {
        const std::string_view stats = json::member(now_, "stats");
        const auto now = [&](const char *of) { return std::string(json::member(stats, of)); };
        const std::string_view lag = json::member(stats, "loop_lag_us");
        out << "roomd " << text_at(stats, "version") << ", pid " << now("pid") << ", up "
            << now("uptime") << " s" << (now("draining") == "true" ? ", stopping" : "") << '\n';
        out << "clients " << now("clients") << "  rooms " << now("rooms") << "  connections "
            << now("connections") << "  memory " << short_bytes(number_at(now_, "resident_bytes"))
            << "  cpu " << short_figure(cpu() * 100) << " %  loop lag "
            << (lag.empty() ? "?" : short_figure(number_at(stats, "loop_lag_us") / 1000))
            << " ms  backlog " << short_bytes(number_at(stats, "backlog_bytes")) << '\n';
        out << "per second:";
        for (const auto &[name, rate] : rates_)
            out << "  " << name << ' ' << short_figure(rate);
        out << "\n";
        constexpr std::size_t head = 4, lists = 4, most = 10;
        const std::size_t each =
            std::clamp<std::size_t>((std::max(lines, head) - head) / lists, 3, most + 2) - 2;
        table(out, "EVENT", "EMITS/S", nullptr, events_, each);
        table(out, "ROOM", "EMITS/S", nullptr, rooms_, each);
        table(out, "KEY", "EMITS/S", "REFUSED/S", keys_, each);
        table(out, "PLUGIN", "CALLS/S", "LOOP %", plugins_, each);
    }

private:
    static std::string shortest(double value) {
        char out[32];
        std::snprintf(out, sizeof out, "%.3f", value);
        return out;
    }
    double cpu() const {
        return (number_at(now_, "cpu_us") - number_at(before_, "cpu_us")) / 1e6 / seconds_;
    }
    void busy(const char *member, std::vector<Busy> &out) const {
        for (const auto one : elements_at(now_, member))
            out.push_back({text_at(one, "name"), {}, number_at(one, "emits") / seconds_, 0});
    }
    // Counters since the start, and so by what they have grown.
    void differ(const char *member, const char *first, const char *second, double divisor,
                std::vector<Busy> &out) const {
        const auto was = elements_at(before_, member);
        for (const auto one : elements_at(now_, member)) {
            const std::string_view name = json::member(one, "name");
            const auto before = std::find_if(was.begin(), was.end(), [&](std::string_view other) {
                return json::member(other, "name") == name;
            });
            const auto grown = [&](const char *of) {
                return std::max(
                    number_at(one, of) - (before != was.end() ? number_at(*before, of) : 0), 0.0);
            };
            out.push_back({text_at(one, "name"), text_at(one, "hook"), grown(first) / seconds_,
                           grown(second) / divisor / seconds_});
        }
    }
    static std::string rows(const std::vector<Busy> &rows, const char *more) {
        json::List out;
        for (const Busy &row : rows) {
            json::Object one;
            one.text("name", row.name).raw("per_second", shortest(row.rate));
            if (more != nullptr) one.raw(more, shortest(row.more));
            if (!row.hook.empty()) one.text("hook", row.hook);
            out.raw(one.done());
        }
        return out.done();
    }
    static void table(std::ostream &out, const char *what, const char *rate, const char *more,
                      const std::vector<Busy> &rows, std::size_t most) {
        std::vector<std::vector<std::string>> cells{{what, rate}};
        const bool of_plugins = std::string_view(what) == "PLUGIN";
        if (more != nullptr) cells[0].emplace_back(more);
        if (of_plugins) cells[0].emplace_back("MOST IN");
        for (const Busy &row : rows) {
            if (cells.size() > most) break;
            cells.push_back({row.name, short_figure(row.rate)});
            if (more != nullptr)
                cells.back().push_back(short_figure(of_plugins ? row.more * 100 : row.more));
            if (of_plugins) cells.back().push_back(row.hook);
        }
        out << '\n';
        print_table(out, cells);
    }

    std::string_view before_, now_;
    double seconds_ = 1;
    std::vector<std::pair<const char *, double>> rates_;
    std::vector<Busy> events_, rooms_, keys_, plugins_;
};

// Lines of the terminal; a screenful that everything fits on where there is none.
std::size_t height() noexcept {
    winsize size{};
    const bool known = isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known && size.ws_row > 0 ? size.ws_row : 60;
}

// Home, and clear what is below.  Past the filter for what others may have written.
void clear_screen() noexcept {
    constexpr std::string_view clear = "\x1b[H\x1b[2J";
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, clear.data(), clear.size());
}

int top(const TopArguments &given, Io &io) {
    Target quiet = given.target;
    quiet.json = false; // the two answers are no document
    const std::string socket = given.target.path();
    quiet.socket = socket;
    const bool once = given.once || given.target.json;
    const bool live = !once && isatty(STDOUT_FILENO) != 0;
    std::string before;
    for (;;) {
        std::string now;
        const int code =
            cli::ask(io, quiet, {"/admin/top", false, ""}, [&](Io &, std::string_view data) {
                now = data;
                return app::exit_ok;
            });
        if (code != app::exit_ok) return code;
        const bool same = !before.empty() && json::member(json::member(before, "stats"), "pid") ==
                                                 json::member(json::member(now, "stats"), "pid");
        if (same) { // else it has been started again
            const Measured view(before, now);
            if (live) clear_screen();
            if (given.target.json)
                print_success(io, view.json());
            else
                view.print(io.out, height());
            if (!once && !live) io.out << '\n';
            io.out.flush();
            if (once || !io.out) return app::exit_ok;
        }
        before = std::move(now);
        std::this_thread::sleep_for(std::chrono::seconds(given.interval));
    }
}

} // namespace

void add_top(Tree &tree) {
    auto given = std::make_shared<TopArguments>();
    Syntax syntax =
        tree.command("top", "Show live what is busy: clients, events, rooms, keys, plugins",
                     [given](Io &io) { return top(*given, io); });
    syntax.count("--interval", given->interval, 1, 60, "SECONDS", "How often it is measured")
        .flag("--once", given->once, "Measure once, print it and end; so does --json");
    given->target.add_to(syntax);
    syntax.more(
        "What came in an interval, per second.  LOOP % is the share of the event loop's time "
        "that calls into a plugin took, and MOST IN the call it spent most in since its start. "
        "Events and rooms are the busiest of the interval, by emits.  Without a terminal each "
        "measurement is printed below the one before.");
}

} // namespace roomd::cli
