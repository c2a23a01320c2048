// Events over HTTP: POST /api/emit and POST /api/emit/batch.
#include "http_emit/answer.hpp"
#include "rest/body.hpp"
#include "rest/problem.hpp"
#include "rest/settings.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace roomd::http_emit {
namespace {

// As roomd has judged it: a traceparent, where there is no X-Request-Id.
constexpr const char *request_id = "x-request-id";

// A header that is there and empty is refused: who sends it believes that a repeat is safe.
std::optional<rest::Problem> refuse_key(const Request &request) {
    constexpr std::string_view header = "idempotency-key";
    const auto key = request.header(header);
    const bool given =
        std::any_of(request.headers.begin(), request.headers.end(),
                    [&](const roomd_field &field) { return view(field.key) == header; });
    if (!given || rest::is_key(key)) return std::nullopt;
    return rest::Problem{400, "idempotency_key_invalid",
                         "Idempotency-Key is 1 to 200 visible ASCII characters"};
}

const rest::Problem two_keys{422, "two_keys", "\"key\" and Idempotency-Key differ", "/key"};

// A batch under way.  Shared by the results of its events; the last one answers.
struct Pending {
    Pending(rest::Batch &&read, Response &&to, std::string_view id) :
        batch(std::move(read)),
        response(std::move(to)),
        request(id),
        outcomes(batch.events.size()) {}

    void refused(std::size_t i, rest::Problem problem) {
        problem.pointer = rest::place_in_body(batch.events[i], problem.pointer);
        outcomes[i].problem = std::move(problem);
    }
    void became(std::size_t i, roomd_status status, const Emitted &what) {
        if (status != ROOMD_OK) return refused(i, rest::problem_of(status, what));
        auto &out = outcomes[i];
        out.id = what.id;
        out.recipients = what.recipients;
        out.duplicate = what.duplicate;
        out.stored = what.stored;
        for (const auto &room : what.rooms)
            out.rooms.emplace_back(view(room));
    }
    void answer() {
        const auto said = batch_answer();
        const Field later[] = {{"Retry-After", "1"}};
        const bool again = said.status == 429 || said.status == 503;
        response.send(said.status, said.body, {}, std::span(later, again ? 1 : 0));
    }
    Answer batch_answer() const { return http_emit::batch(outcomes, rest::timestamp(), request); }

    rest::Batch batch;
    Response response;
    std::string request; // its id
    std::vector<Outcome> outcomes;
    std::size_t open = 0; // results still to come
};

class HttpEmit {
public:
    static constexpr bool guarded = true;
    static constexpr const char *config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "path": {"type": "string", "default": "/api/emit",
             "description": "where one event is posted; a batch goes to <path>/batch"},
    "max_batch": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000,
                  "description": "events in one batch"}
  },
  "additionalProperties": false
})json";

    static void check(std::string_view config, Faults &faults) { read(config, faults); }

    HttpEmit(Host &host, std::string_view text) : host_(host) {
        Faults none(nullptr, nullptr);
        const auto config = read(text, none);
        if (none.any()) throw Failure(ROOMD_INVALID, "check() does not accept the configuration");
        max_batch_ = config.max_batch;
        Route route;
        route.method = "POST";
        route.path = config.path;
        route.scope = "emit";
        route.headers = {"content-type", "content-encoding", "idempotency-key", request_id};
        one_ = host.route(route, [this](const Request &q, Response &r) { emit_one(q, r); });
        const auto batch_path = config.path + "/batch";
        route.path = batch_path;
        batch_ = host.route(route, [this](const Request &q, Response &r) { emit_batch(q, r); });
    }

private:
    struct Config {
        std::string path;
        std::size_t max_batch;
    };
    static Config read(std::string_view text, Faults &faults) {
        rest::Settings settings(text, faults);
        Config config{settings.path("path", "/api/emit"),
                      settings.whole("max_batch", 1, 10000, 1000)};
        if (config.path.back() == '/') {
            faults.add("/path", "path ends in \"/\", and would serve all that lies below it",
                       "write " + config.path.substr(0, config.path.size() - 1));
        }
        settings.refuse_others();
        return config;
    }

    void emit_one(const Request &request, Response &response) {
        if (!rest::is_json(request)) return rest::refuse(response, rest::not_json);
        const auto key = request.header("idempotency-key");
        if (const auto wrong = refuse_key(request)) return rest::refuse(response, *wrong);
        auto read = rest::read_event(request.body);
        if (const auto *wrong = std::get_if<rest::Problem>(&read))
            return rest::refuse(response, *wrong);
        auto event = std::make_shared<const rest::Event>(std::get<rest::Event>(std::move(read)));
        if (!key.empty() && !event->key.empty() && key != event->key)
            return rest::refuse(response, two_keys);
        std::string args;
        auto emit = rest::emit_of(*event, args);
        emit.on_behalf(request.key);
        if (event->key.empty()) emit.key(key);
        // The ticket goes into the callback only when the host has taken the emit.
        auto ticket = std::make_shared<Response>(std::move(response));
        const auto status =
            host_.emit(emit, [event, ticket, id = std::string(request.header(request_id))](
                                 roomd_status became, const Emitted &what) {
                if (became == ROOMD_OK) {
                    const auto said = emitted(event->name, what, rest::timestamp(), id);
                    ticket->send(said.status, said.body);
                    return;
                }
                auto problem = rest::problem_of(became, what);
                problem.pointer = rest::place_in_body(*event, problem.pointer);
                rest::refuse(*ticket, problem);
            });
        if (status != ROOMD_OK) rest::refuse(*ticket, rest::problem_of(status, {}));
    }

    void emit_batch(const Request &request, Response &response) {
        if (!rest::is_json(request)) return rest::refuse(response, rest::not_json);
        const auto key = request.header("idempotency-key");
        if (const auto wrong = refuse_key(request)) return rest::refuse(response, *wrong);
        auto read = rest::read_batch(request.body, max_batch_);
        if (const auto *wrong = std::get_if<rest::Problem>(&read))
            return rest::refuse(response, *wrong);
        const auto pending =
            std::make_shared<Pending>(std::get<rest::Batch>(std::move(read)), std::move(response),
                                      request.header(request_id));
        bool all_good = true;
        for (std::size_t i = 0; i < pending->batch.events.size(); ++i) {
            auto &event = pending->batch.events[i];
            pending->outcomes[i].event = event.name;
            if (!event.problem) continue;
            pending->outcomes[i].problem = std::move(event.problem);
            all_good = false;
        }
        if (pending->batch.atomic)
            send_all(pending, request.key, key, all_good);
        else
            send_each(pending, request.key, key);
    }

    void send_all(const std::shared_ptr<Pending> &pending, std::string_view api_key,
                  std::string_view key, bool all_good) {
        const auto none = [&](const rest::Problem &why) {
            for (auto &outcome : pending->outcomes) {
                if (!outcome.problem) outcome.problem = why;
            }
            pending->answer();
        };
        if (!all_good) return none({422, "not_sent", "another event of this batch is refused"});
        const auto &events = pending->batch.events;
        std::vector<std::string> args(events.size()), keys(events.size());
        std::vector<Emit> emits;
        emits.reserve(events.size());
        for (std::size_t i = 0; i < events.size(); ++i) {
            emits.push_back(rest::emit_of(events[i], args[i]));
            emits.back().on_behalf(api_key);
            if (events[i].key.empty()) emits.back().key(keys[i] = part(key, i));
        }
        pending->open = events.size();
        const auto status =
            host_.emit_all(emits, [pending](roomd_status became, const Emitted &what) {
                // In order, so that the index needs no trust.
                pending->became(pending->outcomes.size() - pending->open, became, what);
                if (--pending->open == 0) pending->answer();
            });
        if (status != ROOMD_OK) none(rest::problem_of(status, {}));
    }

    void send_each(const std::shared_ptr<Pending> &pending, std::string_view api_key,
                   std::string_view key) {
        std::string args, one_key;
        for (std::size_t i = 0; i < pending->batch.events.size(); ++i) {
            if (pending->outcomes[i].problem) continue;
            const auto &event = pending->batch.events[i];
            auto emit = rest::emit_of(event, args);
            emit.on_behalf(api_key);
            if (event.key.empty()) emit.key(one_key = part(key, i));
            const auto status =
                host_.emit(emit, [pending, i](roomd_status became, const Emitted &what) {
                    pending->became(i, became, what);
                    if (--pending->open == 0) pending->answer();
                });
            if (status == ROOMD_OK)
                ++pending->open;
            else
                pending->refused(i, rest::problem_of(status, {}));
        }
        if (pending->open == 0) pending->answer();
    }

    // The key of an event that has none of its own; a space cannot stand in one that was sent.
    static std::string part(std::string_view key, std::size_t i) {
        return key.empty() ? std::string() : std::string(key) + " " + std::to_string(i);
    }

    Host &host_;
    std::size_t max_batch_ = 0;
    Handle one_, batch_;
};

} // namespace
} // namespace roomd::http_emit

ROOMD_PLUGIN(roomd::http_emit::HttpEmit, "http_emit", "1.0")
