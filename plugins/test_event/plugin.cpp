// For development: emit a test event, see who is connected, a console page, a stream of events.
#include "rest/body.hpp"
#include "rest/problem.hpp"
#include "rest/settings.hpp"
#include "test_event/console.hpp"
#include "test_event/generator.hpp"
#include "test_event/stats.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace roomd::test_event {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double most_rate = 10000; // events per second

struct Config {
    std::string base, socketio;
    double rate = 0; // events per second, 0: none
    Generator::Options generator;
};

Config read(std::string_view text, Faults &faults) {
    rest::Settings settings(text, faults);
    Config config;
    config.base = settings.path("path", "/api/test/");
    config.socketio = settings.path("socketio_path", "/socket.io/");
    if (config.base.back() != '/') config.base += '/';
    if (config.socketio.back() != '/') config.socketio += '/';
    if (settings.has("generate")) {
        auto generate = settings.section("generate");
        config.rate = generate.number("rate", 0, most_rate, 1);
        config.generator.seed = generate.whole("seed", 0, 0xffffffff, 1);
        config.generator.libraries = generate.whole("libraries", 1, 10000, 5);
        config.generator.users = generate.whole("users", 1, 1000000, 50);
        config.generator.tenants = generate.whole("tenants", 1, 1000, 2);
        generate.refuse_others();
    }
    settings.refuse_others();
    return config;
}

// Of {"rate":20}, and nothing else.
std::optional<double> read_rate(std::string_view body) {
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object() || json.size() != 1) return std::nullopt;
    const auto rate = json.find("rate");
    if (rate == json.end() || !rate->is_number()) return std::nullopt;
    const auto value = rate->get<double>();
    return value >= 0 && value <= most_rate ? std::optional(value) : std::nullopt;
}

std::string with(std::string text, std::string_view mark, std::string_view value) {
    for (auto at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
    return text;
}

class TestEvent {
public:
    static constexpr bool guarded = true;
    static constexpr const char *config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "path": {"type": "string", "default": "/api/test/",
             "description": "where socket-event, socket-stats and the console are"},
    "socketio_path": {"type": "string", "default": "/socket.io/",
                      "description": "where the console connects to: the same as socketio.path"},
    "generate": {
      "type": "object",
      "description": "a stream of realistic events; absent: none",
      "properties": {
        "rate": {"type": "number", "minimum": 0, "maximum": 10000, "default": 1,
                 "description": "events per second"},
        "seed": {"type": "integer", "minimum": 0, "maximum": 4294967295, "default": 1},
        "libraries": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 5},
        "users": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 50},
        "tenants": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 2}
      },
      "additionalProperties": false
    }
  },
  "additionalProperties": false
})json";

    static void check(std::string_view config, Faults &faults) { read(config, faults); }

    TestEvent(Host &host, std::string_view text) : host_(host) {
        Faults none(nullptr, nullptr);
        const auto config = read(text, none);
        if (none.any()) throw Failure(ROOMD_INVALID, "check() does not accept the configuration");
        generator_ = std::make_unique<Generator>(config.generator);
        made_ = host_.counter("generated_total", "Events the generator has sent.");
        dropped_ = host_.counter("dropped_total", "Generated events there was no room for.");
        serve(config);
        generate(config.rate);
    }

private:
    void serve(const Config &config) {
        const auto event_path = config.base + "socket-event";
        Route route;
        route.method = "POST";
        route.path = event_path;
        route.scope = "test";
        route.headers = {"content-type", "content-encoding"};
        event_ = host_.route(route, [this](const Request &q, Response &r) { emit(q, r); });

        const auto stats_path = config.base + "socket-stats";
        route = {.method = "GET", .path = stats_path, .scope = "test", .headers = {}};
        stats_ = host_.route(route, [this](const Request &, Response &r) { stats(r); });

        // Starts and stops the stream of events, and says whether it runs.
        const auto generator_path = config.base + "generator";
        route = {
            .method = "POST", .path = generator_path, .scope = "test", .headers = {"content-type"}};
        route.max_body = 1024;
        start_ = host_.route(route, [this](const Request &q, Response &r) { steer(q, r); });
        route = {.method = "GET", .path = generator_path, .scope = "test", .headers = {}};
        running_ = host_.route(route, [this](const Request &, Response &r) { tell_rate(r); });

        page_ = with(with(std::string(console_page()), "@SOCKETIO@", config.socketio), "@BASE@",
                     config.base);
        // A browser cannot send a key with a page it opens.  The page is the same for everyone
        // and holds nothing; what it asks for is guarded.
        route = {.method = "GET", .path = config.base, .scope = "", .headers = {}};
        console_ = host_.route(route, [this, base = config.base](const Request &q, Response &r) {
            if (q.path == base) return console(r);
            rest::refuse(r, {404, "not_found", "there is nothing at this path"});
        });
    }

    void emit(const Request &request, Response &response) {
        if (!rest::is_json(request)) return rest::refuse(response, rest::not_json);
        auto read = rest::read_event(request.body, rest::Form::to_room);
        if (const auto *wrong = std::get_if<rest::Problem>(&read))
            return rest::refuse(response, *wrong);
        auto event = std::make_shared<const rest::Event>(std::get<rest::Event>(std::move(read)));
        std::string args;
        auto emit = rest::emit_of(*event, args);
        emit.with(ROOMD_EMIT_LIVE).on_behalf(request.key);
        auto ticket = std::make_shared<Response>(std::move(response));
        const auto status =
            host_.emit(emit, [event, ticket](roomd_status became, const Emitted &what) {
                if (became == ROOMD_OK) return answer(*ticket, *event);
                auto problem = rest::problem_of(became, what);
                problem.pointer = rest::place_in_body(*event, problem.pointer);
                rest::refuse(*ticket, problem);
            });
        if (status != ROOMD_OK) rest::refuse(*ticket, rest::problem_of(status, {}));
    }

    static void answer(Response &response, const rest::Event &event) {
        std::string json = R"({"success":true,"data":{"message":"Event emitted","event":)";
        rest::append_quoted(json, event.name);
        json += R"(,"room":)";
        rest::append_quoted(json, event.rooms.front());
        json += R"(,"timestamp":)";
        rest::append_quoted(json, rest::timestamp());
        json += "}}";
        response.send(200, json);
    }

    void stats(Response &response) {
        auto ticket = std::make_shared<Response>(std::move(response));
        const auto status = host_.stats([ticket](roomd_status became, std::string_view json) {
            if (became != ROOMD_OK) return rest::refuse(*ticket, rest::problem_of(became, {}));
            ticket->send(200, socket_stats(json, rest::timestamp()));
        });
        if (status != ROOMD_OK) rest::refuse(*ticket, rest::problem_of(status, {}));
    }

    void console(Response &response) const {
        const Field headers[] = {
            {"Content-Security-Policy",
             "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; "
             "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
             "frame-ancestors 'none'"},
            {"X-Content-Type-Options", "nosniff"},
            {"Referrer-Policy", "no-referrer"},
            {"Cache-Control", "no-store"},
        };
        response.send(200, page_, "text/html; charset=utf-8", headers);
    }

    void steer(const Request &request, Response &response) {
        if (!rest::is_json(request)) return rest::refuse(response, rest::not_json);
        const auto rate = read_rate(request.body);
        if (!rate)
            return rest::refuse(response,
                                {422, "rate_invalid",
                                 R"(send {"rate":20}: events per second, 0 to 10000)", "/rate"});
        generate(*rate);
        tell_rate(response);
    }

    void tell_rate(Response &response) const {
        response.send(200, R"({"success":true,"data":{"running":)" +
                               std::string(rate_ > 0 ? "true" : "false") + R"(,"rate":)" +
                               nlohmann::json(rate_).dump() + "}}");
    }

    // 0: no events.
    void generate(double rate) {
        const bool was = std::exchange(rate_, rate) > 0;
        tick_ = {};
        if (was != (rate > 0)) host_.info(rate > 0 ? "generator runs" : "generator stopped");
        if (rate == 0) return;
        last_ = Clock::now();
        due_ = 0;
        const auto every = std::clamp(1000 / rate, 10.0, 60000.0);
        tick_ = host_.every(static_cast<std::uint32_t>(every), [this] { tick(); });
    }

    void tick() {
        const auto now = Clock::now();
        due_ += std::chrono::duration<double>(now - last_).count() * rate_;
        last_ = now;
        due_ = std::min(due_, std::max(1.0, rate_)); // after a pause: at most a second's worth
        const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count();
        // A timer may fire a little early: half an event is as good as one.
        for (; due_ >= 0.5; due_ -= 1) {
            const auto made = generator_->next(wall);
            const auto args = "[" + made.data + "]";
            Emit emit(made.event);
            emit.args(args);
            for (const auto &room : made.rooms)
                emit.to(room);
            if (host_.emit(emit) == ROOMD_OK)
                made_.add();
            else
                dropped_.add();
        }
    }

    Host &host_;
    std::string page_;
    std::unique_ptr<Generator> generator_;
    double rate_ = 0, due_ = 0;
    Clock::time_point last_;
    Counter made_, dropped_;
    Handle event_, stats_, start_, running_, console_, tick_;
};

} // namespace
} // namespace roomd::test_event

ROOMD_PLUGIN(roomd::test_event::TestEvent, "test_event", "1.0")
